package output

import (
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// textPrinter prints text for people.
type textPrinter struct {
	out, err *stream
	o        Options
	last     time.Time // time of the previous row or notice, initially the current time; a date line is printed when the day changes
}

func newText(o Options) *textPrinter {
	o.Style.Log = !o.Terminal && !o.Table
	p := &textPrinter{out: newStream(o.Stdout, o.Color, o.Style), err: newStream(o.Stderr, o.ErrColor, o.Style), o: o, last: o.Now}
	p.err.before = p.out
	return p
}

func (p *textPrinter) Batch(f func()) { p.out.batch(f) }

func (p *textPrinter) Err() error { return p.out.err }

func (p *textPrinter) Ready(r Ready) {
	if p.o.Quiet {
		return
	}
	glyph, role := p.o.Style.Glyph(webhook.StatusDelivered)
	p.out.line(0, display.Line{{Text: glyph + " ", Role: role}, {Text: "Ready", Role: display.Bold}})
	p.out.blank()
	p.label("url", r.URL, r.URLNote)
	p.forward(r.Forward)
	p.label("run", p.o.Style.Clean(r.Run), "")
	p.label("verify", r.Verify, r.VerifyNote)
	p.label("tunnel", r.Tunnel, r.TunnelNote)
	p.label("emulator", r.API, " (accepts any API key)")
	if len(r.Events) > 0 {
		p.label("events", strings.Join(r.Events, ","), " (others get 200 and are not forwarded)")
	}
	if r.Register != "" {
		note := " events of your account, while listen runs"
		if r.Restores == "" {
			note += "; nothing is restored afterwards"
		}
		p.label("register", r.Register, note)
		p.label("restores", p.o.Style.Clean(r.Restores), "")
	}
	p.label("log", p.tilde(r.DataDir), "")
	if len(r.Next) > 0 {
		p.out.blank()
	}
	for _, s := range r.Next {
		p.out.text(2, s.Text)
		p.out.command(4, "", p.o.Command(s.Command))
	}
	if r.Tunnel != "" { // the steps of demo begin with a blank line
		p.out.blank()
	}
}

// forward prints the targets. If some events go to no target, it says so.
func (p *textPrinter) forward(routes []Route) {
	width, all := 0, false
	for _, r := range routes {
		width = max(width, display.Width(strings.Join(r.Events, ",")))
		all = all || len(r.Events) == 0
	}
	name := "forward"
	for _, r := range routes {
		value := r.Target
		if width > 0 {
			value = display.PadRight(strings.Join(r.Events, ","), width) + "  " + value
		}
		p.label(name, value, r.Note)
		name = ""
	}
	if !all && len(routes) > 0 {
		p.label(name, "Other events get 200 and are not forwarded.", "")
	}
}

// label prints one line of the ready block. The label is the name of the flag that sets the value.
func (p *textPrinter) label(name, value, note string) {
	if value != "" {
		p.out.line(2, display.Line{{Text: display.PadRight(name, 10), Role: display.Dim}, {Text: value + note}})
	}
}

// tilde shortens the home directory to ~.
func (p *textPrinter) tilde(path string) string {
	if rest, ok := strings.CutPrefix(path, p.o.Home); ok && p.o.Home != "" && (rest == "" || rest[0] == '/' || rest[0] == '\\') {
		return "~" + rest
	}
	return path
}

func (p *textPrinter) Head() {
	if p.o.Terminal && !p.o.Quiet {
		p.out.line(0, display.Head(p.o.Style))
	}
}

func (p *textPrinter) Recorded(s webhook.Summary) {
	if !s.Status.Forwardable() {
		p.Row(s)
	}
}

func (p *textPrinter) Waiting(s webhook.Summary, elapsed time.Duration) {
	if p.o.Terminal && !p.o.Quiet { // without a terminal, a delivery is a single line
		p.row(s, func(st display.Style) display.Line { return display.WaitingRow(s, elapsed, st) })
	}
}

func (p *textPrinter) Attempted(s webhook.Summary, a webhook.Attempt, d Detail) {
	p.Row(s)
	if len(d.Attempts) > 1 {
		p.printAttempts(d.Attempts)
	}
	if s.Status == webhook.StatusDelivered && (!d.ShowResponse || p.o.Quiet) {
		return
	}
	p.printDetail(display.ResponseExcerpt(a, p.o.Style))
}

// printAttempts prints the attempt at each of several targets under a row.
func (p *textPrinter) printAttempts(attempts []webhook.Attempt) {
	if p.o.Quiet {
		return
	}
	var lines []display.Line
	for _, a := range attempts {
		lines = append(lines, display.TargetLine(a, p.o.Style))
	}
	p.printDetail(display.Indent(lines, p.o.Style.DetailIndent()))
}

// printDetail prints lines that belong to a row. They go to stdout on a terminal. Otherwise they go to stderr like the explanation below them,
// so that stdout has only rows.
func (p *textPrinter) printDetail(lines []display.Line) {
	to := p.out
	if !p.o.Terminal {
		to = p.err
	}
	for _, l := range lines {
		to.line(0, l)
	}
}

func (p *textPrinter) Row(s webhook.Summary) {
	if !p.o.Quiet || s.Status != webhook.StatusDelivered && s.Status != webhook.StatusPending {
		p.row(s, func(st display.Style) display.Line { return display.Row(s, st) })
	}
}

// row prints a row for the terminal's current width.
func (p *textPrinter) row(s webhook.Summary, lay func(display.Style) display.Line) {
	if p.isTable() {
		p.out.write(display.TabRow(s, p.o.Style) + "\n") // TabRow returns clean text
		return
	}
	if p.o.Width != nil {
		p.o.Style.Width = p.o.Width()
	}
	p.date(p.out, s.ReceivedAt)
	p.out.line(0, lay(p.o.Style))
}

// isTable reports whether rows are separated by tabs.
func (p *textPrinter) isTable() bool { return p.o.Table && !p.o.Terminal }

// date prints a date line if the day differs from that of the previous row or notice. The rows of a log have the date themselves.
func (p *textPrinter) date(to *stream, t time.Time) {
	if !p.o.Terminal {
		return
	}
	if day, ok := display.DateLine(p.last, t, p.o.Style); ok {
		to.line(0, day)
	}
	p.last = t
}

// HandlerOutput prints the line after the name of the flag, apart from the rows.
func (p *textPrinter) HandlerOutput(line string) {
	if !p.o.Quiet {
		p.err.line(0, display.Line{{Text: "run │ ", Role: display.Dim}, {Text: line}})
	}
}

func (p *textPrinter) Hint(_ webhook.ID, h display.Hint) {
	h.Command, h.Findings = p.o.Command(h.Command), p.o.withSelf(h.Findings)
	for _, l := range h.Indented(p.o.Style) {
		p.err.line(0, l)
	}
}

// Notice prints a notice without a time at the left margin, as for messages before the first delivery.
func (p *textPrinter) Notice(n Notice) {
	if n.At.IsZero() {
		p.err.text(0, n.Message)
		for _, l := range n.Details {
			p.err.text(2, p.o.Command(l))
		}
		return
	}
	p.date(p.err, n.At)
	at := display.Clock(n.At, p.o.Style)
	if p.o.Style.Log {
		at = display.DateTime(n.At, p.o.Style)
	}
	glyph, role := p.state(n.Good)
	if n.Tunnel != nil && !n.Good {
		glyph, role = p.o.Style.Symbols("○"), display.Caution
	}
	p.err.line(0, display.Line{
		{Text: display.PadRight(at, p.o.Style.DetailIndent()-2), Role: display.Dim}, {Text: glyph, Role: role}, {Text: " " + n.Message},
	})
	for _, l := range n.Details {
		p.err.text(p.o.Style.DetailIndent(), p.o.Command(l))
	}
}

// state returns the glyph and role for something that works or fails.
//
//nolint:revive // good is data, not a control flag
func (p *textPrinter) state(good bool) (string, display.Role) {
	if good {
		return p.o.Style.Symbols("●"), display.Good
	}
	return p.o.Style.Glyph(webhook.StatusUnreachable)
}

func (p *textPrinter) ClosingLine(sentence string) {
	if p.o.Quiet {
		return
	}
	if p.o.Terminal {
		p.err.blank()
	}
	p.err.line(0, display.Line{{Text: p.o.Command(sentence), Role: display.Dim}})
}
