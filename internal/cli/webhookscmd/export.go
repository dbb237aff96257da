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

// exportOptions are the arguments and flags of `export`.
type exportOptions struct {
	ids       []string
	selection cmdutil.Selection
	format    string
	out       string
	secrets   bool
	scope     cmdutil.Scope // for `last`
}

// Export formats.
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
		Short: "Export deliveries to a file that can be imported",
		Long: `Export all deliveries, or those you select, with exact bytes, headers, attempts and responses. webhooks import restores them without
loss.

The values of cookie, authorization and signature headers are masked. A masked delivery can be replayed only with a new signature
(--resign). --with-secrets keeps the values; anyone who has the file can then replay your deliveries.

The other formats are for other programs and cannot be imported: har for a browser's network panel, http for the HTTP clients of editors
(with the bodies in separate files, in a directory next to the .http file), curl for a shell.`,
		Example: `  vidiking webhooks export -O recording.ndjson
  vidiking webhooks export --failed --since 1h --with-secrets > failed.ndjson
  vidiking webhooks export --format har -O deliveries.har
  vidiking webhooks export --failed --format http --with-secrets -O failed.http
  vidiking webhooks export last --format curl`,
		Annotations: cmdutil.Manual{
			Flags: `Which deliveries: all-projects, event, failed, filter, probes, search, since, status, until
Output: format, out, with-secrets`,
			Exits: `0 done, even if nothing matches
1 the command failed, or an id matches nothing
2 usage or configuration error`,
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
	o.selection.AddFlags(cmd)
	o.scope.AddFlag(cmd, cmdutil.ScopeOfLast)
	f.Var(cmdutil.OneOf(&o.format, exportFormats()...), "format", "output format: "+strings.Join(exportFormats(), ", "))
	f.StringVarP(&o.out, "out", "O", "-", "write to `FILE`, which is replaced only if the export succeeds (- is stdout)")
	f.BoolVar(&o.secrets, "with-secrets", false, "keep the values of cookie, authorization and signature headers")
	_ = cmd.RegisterFlagCompletionFunc("out", cmdutil.CompleteFiles)
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(exportFormats(), cobra.ShellCompDirectiveNoFileComp))
}

func runExport(ctx context.Context, a *cmdutil.App, o *exportOptions) error {
	if len(o.ids) > 0 && o.selection.IsSet() {
		return cmdutil.Usage("cannot combine ids with flags that select deliveries", "use either of them")
	}
	if o.format == formatHTTP {
		if err := checkHTTPFile(o.out); err != nil {
			return err
		}
	}
	x := &exporter{app: a, options: o}
	if err := x.open(ctx); err != nil {
		return err
	}
	defer x.close()
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

// exporter is one run of `export`.
type exporter struct {
	app         *cmdutil.App
	options     *exportOptions
	destination *send.Destination
	reader      *store.Reader // nil if there is no log
	query       store.Query
	ids         []webhook.ID // the deliveries given by id; nil to use the query
	count       int
	others      int    // the part of count that belongs to other projects
	project     string // the current project
	masked      []string
}

// open selects the deliveries. It runs before any file is written, so an error in an id or flag leaves no file behind.
func (x *exporter) open(ctx context.Context) (err error) {
	if x.query, err = x.options.selection.Query(x.app); err != nil {
		return err
	}
	if x.project, err = cmdutil.Project(x.app); err != nil {
		return err
	}
	if x.destination, err = cmdutil.NewDestination(x.app, cmdutil.SendFlags{}); err != nil {
		return err
	}
	x.reader, err = cmdutil.OpenReader(ctx, x.app)
	if errors.Is(err, store.ErrNoLog) && len(x.options.ids) == 0 {
		return nil
	}
	if err != nil {
		return cmdutil.NotFoundWithoutLog(cmdutil.First(x.options.ids), err)
	}
	if len(x.options.ids) == 0 {
		return nil
	}
	project, err := x.options.scope.Project(x.app)
	if err != nil {
		return err
	}
	rows, err := cmdutil.ResolveAll(ctx, x.reader, x.options.ids, project)
	for _, s := range rows {
		x.ids = append(x.ids, s.ID)
	}
	if err != nil {
		x.close()
	}
	return err
}

func (x *exporter) close() {
	if x.reader != nil {
		_ = x.reader.Close() // read only
	}
}

// write writes the export to the file of --out or to stdout.
func (x *exporter) write(ctx context.Context) error {
	if x.options.out != "-" {
		path := cmdutil.Path(x.app, x.options.out)
		err := atomicfile.Write(path, 0o600, func(w io.Writer) error { return x.writeTo(ctx, w) })
		return cannotWrite(x.app, x.options.out, err)
	}
	to := bufio.NewWriterSize(x.app.Env.Stdout, 64<<10)
	var w io.Writer = stdoutWriter{to}
	if x.app.Env.StdoutTerminal { // curl commands are printable already, and stay as they are
		w = output.EscapeJSON(w)
	}
	err := x.writeTo(ctx, w)
	if err == nil {
		err = output.ClosedPipe(to.Flush())
	}
	return err
}

// stdoutWriter marks errors of stdout, which distinguishes them from errors of the log.
type stdoutWriter struct{ w io.Writer }

func (s stdoutWriter) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	return n, output.ClosedPipe(err)
}

// cannotWrite explains why a file could not be written. It returns errors of the log unchanged, because they are explained elsewhere.
func cannotWrite(a *cmdutil.App, name string, err error) error {
	if reason := cmdutil.FileReason(a, err); reason != "" {
		return cmdutil.Failed(err, "cannot write "+name+": "+reason, "write to another file: -O FILE")
	}
	return err
}

// encoder writes deliveries in one of the formats.
type encoder interface {
	Write(d webhook.Delivery) error
	Close() error
}

func (x *exporter) newEncoder(w io.Writer) encoder {
	switch x.options.format {
	case formatHAR:
		return recording.NewHAR(w, cmdutil.ReadBuild().Version, x.destination.Handler)
	case formatHTTP:
		path := cmdutil.Path(x.app, x.options.out)
		write := func(name string, body []byte) error { return writeBody(path, name, body) }
		return recording.NewHTTPFile(w, bodiesDir(path), write, x.destination.Handler)
	case formatCurl:
		return recording.NewCurls(w, x.destination.Handler)
	default:
		return recording.NewWriter(w)
	}
}

func (x *exporter) writeTo(ctx context.Context, w io.Writer) error {
	e := x.newEncoder(w)
	err := x.each(ctx, func(d webhook.Delivery) error {
		if !x.options.secrets {
			d = recording.Mask(d)
		}
		x.count++
		if d.Project != "" && d.Project != x.project {
			x.others++
		}
		x.addMasked(d)
		return e.Write(d)
	})
	if err != nil {
		return err
	}
	return e.Close()
}

// addMasked collects the names of masked headers and query parameters.
func (x *exporter) addMasked(d webhook.Delivery) {
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

func (x *exporter) each(ctx context.Context, f func(webhook.Delivery) error) error {
	if x.reader == nil {
		return nil
	}
	if x.ids == nil {
		return x.reader.Each(ctx, x.query, f)
	}
	for _, id := range x.ids {
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

// closing returns the closing line: the number of deliveries and the masked names.
func (x *exporter) closing() string {
	deliveries := display.Deliveries(x.count) + ofOthers(x.others, display.Count(x.others))
	if len(x.masked) == 0 {
		return deliveries
	}
	slices.Sort(x.masked)
	names := display.Clean(strings.Join(x.masked, ", "))
	if x.options.secrets {
		return fmt.Sprintf("%s; %s masked since an earlier import", deliveries, names)
	}
	return fmt.Sprintf("%s; %s masked (keep them: --with-secrets)", deliveries, names)
}
