package webhookscmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/send"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// exportOptions is what the arguments and flags of `export` say.
type exportOptions struct {
	ids     []string
	pick    cmdutil.Selection
	format  string
	out     string
	secrets bool
	of      cmdutil.Scope // of `last`
}

// The forms of an export.
const (
	formatNDJSON = "ndjson"
	formatHAR    = "har"
	formatHTTP   = "http"
	formatCurl   = "curl"
)

func exportFormats() []string { return []string{formatNDJSON, formatHAR, formatHTTP, formatCurl} }

func newExportCommand(a *cmdutil.App) *cobra.Command {
	o := &exportOptions{format: formatNDJSON}
	cmd := &cobra.Command{
		Use:   "export [ID…]",
		Short: "Write deliveries as a recording that can be imported",
		Long: `Writes deliveries, all of them unless you select some, with everything there is of them: exact bytes, headers, attempts, answers.
webhooks import reads it back without a loss.

The values of cookies, authorization and signature headers are masked. A masked delivery can be sent again only with a new signature
(--resign). --with-secrets keeps the values: who has the file can then send what you got.

The other forms are for other programs, and are not imported: har for a browser's network panel, http for the HTTP clients of editors (the
bodies stand in files of their own, in a directory beside it), curl for a shell.`,
		Example: `  vidiking webhooks export -O recording.ndjson
  vidiking webhooks export --failed --since 1h --with-secrets > failed.ndjson
  vidiking webhooks export --format har -O deliveries.har
  vidiking webhooks export --failed --format http --with-secrets -O failed.http
  vidiking webhooks export last --format curl`,
		Annotations: cmdutil.Manual{
			Flags: `Which deliveries: all-projects, event, failed, filter, probes, search, since, status, until
What is written: format, out, with-secrets`,
			Exits: `0 done, also where nothing matches
1 it failed, or an id names nothing
2 it was called or configured wrongly`,
			SeeAlso: "webhooks import, webhooks list, replay",
		}.Annotations(),
		ValidArgsFunction: cmdutil.CompleteIDs(a, -1),
		Args:              cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.ids = args
			return runExport(cmd.Context(), a, o)
		},
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

func (o *exportOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	o.pick.AddFlags(cmd)
	o.of.AddFlag(cmd, cmdutil.ScopeOfLast)
	f.Var(cmdutil.OneOf(&o.format, exportFormats()...), "format", "the form: "+strings.Join(exportFormats(), ", "))
	f.StringVarP(&o.out, "out", "O", "-", "write it to this `FILE`, whole or not at all (- is stdout)")
	f.BoolVar(&o.secrets, "with-secrets", false, "keep cookies, authorization and signatures")
	_ = cmd.RegisterFlagCompletionFunc("out", cmdutil.CompleteFiles)
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(exportFormats(), cobra.ShellCompDirectiveNoFileComp))
}

func runExport(ctx context.Context, a *cmdutil.App, o *exportOptions) error {
	if len(o.ids) > 0 && o.pick.IsSet() {
		return cmdutil.Usage("ids and a selection are both given", "leave one of them out")
	}
	if err := o.checkHTTP(); err != nil {
		return err
	}
	x := &exporting{app: a, o: o}
	if err := x.Open(ctx); err != nil {
		return err
	}
	defer x.Close()
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	if err := x.write(ctx); err != nil {
		return err
	}
	output.New(out).ClosingLine(x.closing())
	return nil
}

// exporting is a run of `export`.
type exporting struct {
	app    *cmdutil.App
	o      *exportOptions
	to     *send.Destination
	reader *store.Reader // nil where there is no log
	query  store.Query
	chosen []webhook.ID // by their ids; nil: by the query
	count  int
	others int    // of count, those of other projects
	home   string // this project
	masked []string
}

// Open finds out what to write, so that a wrong id or selection leaves no file behind.
func (x *exporting) Open(ctx context.Context) (err error) {
	if x.query, err = x.o.pick.Query(x.app); err != nil {
		return err
	}
	if x.home, err = cmdutil.Project(x.app); err != nil {
		return err
	}
	if x.to, err = cmdutil.NewDestination(x.app, cmdutil.SendFlags{}); err != nil {
		return err
	}
	x.reader, err = cmdutil.OpenReader(ctx, x.app)
	if errors.Is(err, store.ErrNoLog) && len(x.o.ids) == 0 {
		return nil
	}
	if err != nil {
		return cmdutil.NoLogAs(cmdutil.First(x.o.ids), err)
	}
	if len(x.o.ids) == 0 {
		return nil
	}
	project, err := x.o.of.Project(x.app)
	if err != nil {
		return err
	}
	rows, err := cmdutil.ResolveAll(ctx, x.reader, x.o.ids, project)
	for _, s := range rows {
		x.chosen = append(x.chosen, s.ID)
	}
	if err != nil {
		x.Close()
	}
	return err
}

func (x *exporting) Close() {
	if x.reader != nil {
		_ = x.reader.Close() // it was only read
	}
}

// write writes to where the flag says.
func (x *exporting) write(ctx context.Context) error {
	if x.o.out != "-" {
		path := cmdutil.Path(x.app, x.o.out)
		err := atomicfile.Write(path, 0o600, func(w io.Writer) error { return x.writeTo(ctx, w) })
		return cannotWrite(x.app, x.o.out, err)
	}
	to := bufio.NewWriterSize(x.app.W.Stdout, 64<<10)
	var w io.Writer = stdoutWriter{to}
	if x.app.W.StdoutTerminal { // a command for curl is printable already
		w = output.EscapeJSON(w)
	}
	err := x.writeTo(ctx, w)
	if err == nil {
		err = cmdutil.ClosedPipe(to.Flush())
	}
	return err
}

// stdoutWriter tells what stdout fails with from what the log fails with.
type stdoutWriter struct{ w io.Writer }

func (s stdoutWriter) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	return n, cmdutil.ClosedPipe(err)
}

// cannotWrite explains why a file could not be written; what the log failed with explains itself.
func cannotWrite(a *cmdutil.App, name string, err error) error {
	if reason := cmdutil.FileReason(a, err); reason != "" {
		return cmdutil.Failed(err, "can't write "+name+": "+reason, "write to another file: -O FILE")
	}
	return err
}

// form writes deliveries in one of the forms.
type form interface {
	Write(d webhook.Delivery) error
	Close() error
}

func (x *exporting) form(w io.Writer) form {
	switch x.o.format {
	case formatHAR:
		return recording.NewHAR(w, cmdutil.ReadBuild().Version, x.to.Handler)
	case formatHTTP:
		return recording.NewHTTPFile(w, x.o.bodies(), x.putBody, x.to.Handler)
	case formatCurl:
		return recording.NewCurls(w, x.to.Handler)
	default:
		return recording.NewWriter(w)
	}
}

func (x *exporting) writeTo(ctx context.Context, w io.Writer) error {
	f := x.form(w)
	err := x.each(ctx, func(d webhook.Delivery) error {
		if !x.o.secrets {
			d = recording.Mask(d)
		}
		x.count++
		if d.Project != "" && d.Project != x.home {
			x.others++
		}
		x.note(d)
		return f.Write(d)
	})
	if err != nil {
		return err
	}
	return f.Close()
}

// note remembers which names are masked.
func (x *exporting) note(d webhook.Delivery) {
	names := slices.Concat(d.Masked, d.MaskedQuery)
	for _, a := range d.History {
		names = append(names, a.Masked...)
	}
	for _, name := range names {
		if !slices.Contains(x.masked, name) {
			x.masked = append(x.masked, name)
		}
	}
}

func (x *exporting) each(ctx context.Context, f func(webhook.Delivery) error) error {
	if x.reader == nil {
		return nil
	}
	if x.chosen == nil {
		return x.reader.Each(ctx, x.query, f)
	}
	for _, id := range x.chosen {
		d, err := x.reader.Get(ctx, id)
		if err != nil {
			return err
		}
		if err := f(d); err != nil {
			return err
		}
	}
	return nil
}

// closing says how many there were, and what of them is masked.
func (x *exporting) closing() string {
	deliveries := display.Deliveries(x.count) + ofOthers(x.others)
	if len(x.masked) == 0 {
		return deliveries
	}
	slices.Sort(x.masked)
	names := display.Clean(strings.Join(x.masked, ", "))
	if x.o.secrets {
		return fmt.Sprintf("%s, imported with %s masked", deliveries, names)
	}
	return fmt.Sprintf("%s, with %s masked; with all of it: --with-secrets", deliveries, names)
}
