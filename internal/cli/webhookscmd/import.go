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
		Short: "Take the deliveries of a recording into the log",
		Long: `Takes the deliveries of a recording that webhooks export wrote into the log, with their ids, times and attempts: all of them, or none.
- is stdin. What the log has already is left as it is, and counted. A damaged line is named, and so is a delivery that the log has
another one of; then nothing is imported.`,
		Example: `  vidiking webhooks import recording.ndjson
  vidiking webhooks import recording.ndjson --data-dir /tmp/look
  ssh build vidiking webhooks export --failed | vidiking webhooks import -`,
		Args: oneFile,
		Annotations: cmdutil.Manual{
			Exits: `0 done, also where the log had all of it
1 the recording is damaged, clashes with the log, or can't be read
2 it was called or configured wrongly`,
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
		return cmdutil.Usage("which recording?", "as in "+cmd.CommandPath()+" recording.ndjson", "from stdin: "+cmd.CommandPath()+" -")
	default:
		return cmdutil.Usage(cmdutil.CalledAs(cmd)+" takes one file", "see "+cmd.CommandPath()+" --help")
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
	return cmdutil.ClosedPipe(output.PrintImported(out, done))
}

func importFrom(ctx context.Context, a *cmdutil.App, name string) (output.Imported, error) {
	if name == "-" {
		return importAll(ctx, a, a.W.Stdin)
	}
	f, err := atomicfile.OpenInput(cmdutil.Path(a, name))
	if err != nil {
		return output.Imported{}, err
	}
	defer func() { _ = f.Close() }() // it was only read
	if err := readThrough(ctx, f); err != nil {
		return output.Imported{}, err
	}
	return importAll(ctx, a, f)
}

// readThrough reads a file that can be read twice to its end, before anything is written: so a damaged one leaves even an absent log as
// it was.
func readThrough(ctx context.Context, f *os.File) error {
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

// eachLine calls f with each delivery of a recording, one in memory at a time.
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

// importAll adds a recording to the log, all of it or nothing.
func importAll(ctx context.Context, a *cmdutil.App, from io.Reader) (done output.Imported, err error) {
	dir, err := a.DataDir()
	if err != nil {
		return done, err
	}
	var log *store.Import
	err = cmdutil.ShowMigration(a, dir, func() (err error) {
		log, err = store.OpenImport(ctx, dir, store.Options{Now: a.W.Now})
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
		d.Project = project // a recording has none
		return log.Add(ctx, &d)
	})
	if err == nil {
		done.Imported, err = log.Commit(ctx)
	}
	return done, err
}

// cannotImport explains why a recording is not imported.
func cannotImport(a *cmdutil.App, name string, err error) error {
	if name == "-" {
		name = "stdin"
	}
	var damage *recording.LineError
	var newer *recording.NewerVersionError
	var clash *store.ClashError
	const nothing = "nothing was imported"
	switch reason := cmdutil.FileReason(a, err); {
	case errors.As(err, &damage):
		f := cmdutil.Failed(err, name+" is damaged: "+display.Clean(damage.Error()), nothing+"; have it exported once more")
		if damage.Syntax != nil {
			f.Detail = output.SyntaxExcerpt(damage.Syntax)
		}
		return f
	case errors.As(err, &newer):
		return cmdutil.Failed(err, name+" was written by a newer vidiking", nothing+"; update vidiking")
	case errors.As(err, &clash):
		return cmdutil.Failed(err, clash.Error(), nothing+"; to look at it beside the log, take another one: --data-dir DIR")
	case errors.Is(err, store.ErrImporting):
		return cmdutil.Failed(err, "another import into this log is under way", "try again once it is done")
	case reason != "":
		return cmdutil.Failed(err, "can't read "+name+": "+reason, "a recording is what this writes: vidiking webhooks export -O FILE")
	}
	return err
}
