package webhookscmd

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func newImportCommand(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE",
		Short: "Import deliveries from a file written by export",
		Long: `Import the deliveries of a recording written by webhooks export, with their ids, times and attempts. Either all of them are imported or
none. The file - is stdin. Deliveries that are already in the log stay unchanged and are counted. If a line is damaged, or the log has a
different delivery with the same id, the error names it and nothing is imported.`,
		Example: `  vidiking webhooks import recording.ndjson
  vidiking webhooks import recording.ndjson --data-dir /tmp/look
  ssh build vidiking webhooks export --failed | vidiking webhooks import -`,
		Args: oneFile,
		Annotations: cmdutil.Manual{
			Exits: `0 done, even if the log already had all deliveries
1 the recording is damaged, conflicts with the log, or cannot be read
2 usage or configuration error`,
			SeeAlso: "webhooks export",
		}.Annotations(),
		ValidArgsFunction: cmdutil.CompleteOneFile,
		RunE:              func(cmd *cobra.Command, args []string) error { return runImport(cmd.Context(), a, args[0]) },
	}
}

func oneFile(cmd *cobra.Command, args []string) error {
	switch len(args) {
	case 1:
		return nil
	case 0:
		return cmdutil.Usage(cmdutil.CommandName(cmd)+" needs a file", "for example: "+cmd.CommandPath()+" recording.ndjson", "from stdin: "+cmd.CommandPath()+" -")
	default:
		return cmdutil.Usage(cmdutil.CommandName(cmd)+" takes one file", "see "+cmd.CommandPath()+" --help")
	}
}

func runImport(ctx context.Context, a *cmdutil.App, name string) error {
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	done, err := importFrom(ctx, a, name)
	if err != nil {
		return cannotImport(a, name, err)
	}
	return output.ClosedPipe(output.PrintImported(out, done))
}

func importFrom(ctx context.Context, a *cmdutil.App, name string) (output.Imported, error) {
	if name == "-" {
		return importAll(ctx, a, a.Env.Stdin)
	}
	f, err := atomicfile.OpenInput(cmdutil.Path(a, name))
	if err != nil {
		return output.Imported{}, err
	}
	defer func() { _ = f.Close() }() // read only
	if err := checkRecording(ctx, f); err != nil {
		return output.Imported{}, err
	}
	return importAll(ctx, a, f)
}

// checkRecording reads a regular file to its end before anything is written. If the file is damaged, not even an empty log is created.
func checkRecording(ctx context.Context, f *os.File) error {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	if err := eachLine(ctx, f, func(webhook.Delivery) error { return nil }); err != nil {
		return err
	}
	_, err = f.Seek(0, io.SeekStart)
	return err
}

// eachLine calls f with each delivery of a recording. It holds one delivery in memory at a time.
func eachLine(ctx context.Context, from io.Reader, f func(webhook.Delivery) error) error {
	r := recording.NewReader(from)
	for {
		d, err := r.Next()
		if errors.Is(err, io.EOF) {
			return ctx.Err()
		}
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = f(d)
		}
		if err != nil {
			return err
		}
	}
}

// importAll adds all deliveries of a recording to the log, or none.
func importAll(ctx context.Context, a *cmdutil.App, from io.Reader) (done output.Imported, err error) {
	dir, err := a.DataDir()
	if err != nil {
		return done, err
	}
	var log *store.Import
	err = cmdutil.ShowMigration(a, dir, func() (err error) {
		log, err = store.OpenImport(ctx, dir, store.Options{Now: a.Env.Now})
		return err
	})
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	project, err := cmdutil.Project(a)
	if err != nil {
		return done, err
	}
	err = eachLine(ctx, from, func(d webhook.Delivery) error {
		if len(d.Masked) > 0 {
			done.Masked++
		}
		d.Project = project // recordings contain no project
		return log.Add(ctx, &d)
	})
	if err == nil {
		done.Imported, err = log.Commit(ctx)
	}
	return done, err
}

// cannotImport explains why a recording was not imported.
func cannotImport(a *cmdutil.App, name string, err error) error {
	if name == "-" {
		name = "stdin"
	}
	var damage *recording.LineError
	var newer *recording.NewerVersionError
	var clash *store.ClashError
	const unchanged = "nothing was imported"
	switch reason := cmdutil.FileReason(a, err); {
	case errors.As(err, &damage):
		f := cmdutil.Failed(err, name+" is damaged: "+display.Clean(damage.Error()), unchanged+"; export the recording again")
		if damage.Syntax != nil {
			f.Detail = output.SyntaxExcerpt(damage.Syntax)
		}
		return f
	case errors.As(err, &newer):
		return cmdutil.Failed(err, "a newer vidiking wrote "+name, unchanged+"; update vidiking")
	case errors.As(err, &clash):
		return cmdutil.Failed(err, clash.Error(), unchanged+"; to inspect the recording, import it into another log: --data-dir DIR")
	case errors.Is(err, store.ErrImporting):
		return cmdutil.Failed(err, "another import into this log is in progress", "try again when it is done")
	case reason != "":
		return cmdutil.Failed(err, "cannot read "+name+": "+reason, "recordings are written by: vidiking webhooks export -O FILE")
	}
	return err
}
