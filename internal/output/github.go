package output

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// GitHub reports failures to GitHub Actions: as annotations, and as a table in the summary of the step (GitHub docs: Workflow commands).
type GitHub struct {
	Log     io.Writer                   // read by the runner, which takes annotations from it
	Summary func(markdown string) error // appends to the summary; nil: there is none
}

// githubPrinter passes everything to another printer, and reports deliveries and failures to GitHub.
type githubPrinter struct {
	Printer

	to     *GitHub
	order  []webhook.ID
	rows   map[webhook.ID]webhook.Summary
	reason map[webhook.ID]string // why a delivery failed, and what to do
	more   int                   // deliveries that the table leaves out
}

// maxSummaryRows keeps the summary far below GitHub's limit of 1 MiB per step.
const maxSummaryRows = 1000

func newGitHub(p Printer, to *GitHub) *githubPrinter {
	return &githubPrinter{Printer: p, to: to, rows: map[webhook.ID]webhook.Summary{}, reason: map[webhook.ID]string{}}
}

func (p *githubPrinter) Recorded(s webhook.Summary) {
	p.Printer.Recorded(s)
	if !s.Status.Forwardable() {
		p.keep(s)
	}
}

func (p *githubPrinter) Attempted(s webhook.Summary, a webhook.Attempt, d Detail) {
	p.Printer.Attempted(s, a, d)
	p.keep(s)
}

func (p *githubPrinter) keep(s webhook.Summary) {
	if _, ok := p.rows[s.ID]; !ok {
		if len(p.order) == maxSummaryRows {
			p.more++
			return
		}
		p.order = append(p.order, s.ID)
	}
	p.rows[s.ID] = s
}

// Hint annotates a delivery with its cause and fix.
func (p *githubPrinter) Hint(id webhook.ID, h display.Hint) {
	p.Printer.Hint(id, h)
	p.reason[id] = h.String()
	s := p.rows[id]
	if s.Status == webhook.StatusDelivered {
		p.to.annotate("warning", title(s), h.String())
		return
	}
	p.to.annotate("error", title(s), h.String())
}

func (p *githubPrinter) Expected(e Expectation) {
	p.Printer.Expected(e)
	if !e.Met {
		p.reason[e.ID] = "Expected " + e.Expected + ", got " + e.Actual + "."
		p.to.annotate("error", title(p.rows[e.ID]), p.reason[e.ID])
	}
}

func (p *githubPrinter) Stopped(s Stopped) {
	p.Printer.Stopped(s)
	p.writeSummary("vidiking listen")
}

// SentVia ends what trigger and replay send to one destination.
func (p *githubPrinter) SentVia(text string) {
	p.Printer.SentVia(text)
	p.writeSummary("vidiking: " + text)
}

// writeSummary appends the deliveries so far to the summary of the step.
func (p *githubPrinter) writeSummary(heading string) {
	if p.to.Summary == nil || len(p.order) == 0 {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n| | event | about | status | took | id |\n| --- | --- | --- | --- | ---: | --- |\n", cell(heading))
	for _, id := range p.order {
		s := p.rows[id]
		glyph, _ := display.Style{UTF8: true}.Glyph(s.Status)
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", glyph, cell(s.Event), cell(s.About), display.StatusText(s), display.Duration(s.Duration), id)
	}
	if p.more > 0 {
		fmt.Fprintf(&b, "\n%s more\n", display.Count(p.more))
	}
	for _, id := range p.order {
		if reason := p.reason[id]; reason != "" {
			fmt.Fprintf(&b, "\n**%s**, %s: %s\n", cell(title(p.rows[id])), id, cell(reason))
		}
	}
	b.WriteByte('\n')
	_ = p.to.Summary(b.String()) // the log has everything as well
	p.order, p.more = nil, 0
	clear(p.rows)
	clear(p.reason)
}

func title(s webhook.Summary) string {
	event := s.Event
	if event == "" {
		event = "delivery"
	}
	return strings.TrimSpace(event + " " + display.StatusText(s))
}

// cell makes outside text harmless in a table of GitHub's Markdown.
func cell(text string) string {
	text = display.Clean(text)
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", "&", "&amp;", "#", `\#`).Replace(text)
}

// Failure annotates the error that a command ends with.
func (g *GitHub) Failure(f *Failure) {
	if g != nil {
		g.annotate("error", "vidiking", strings.Join(slices.Concat([]string{f.What}, f.Detail, f.Hints), "\n"))
	}
}

// annotate writes a workflow command. Its values are escaped, so that outside text cannot end it or begin another.
func (g *GitHub) annotate(level, title, message string) {
	lines := strings.Split(message, "\n")
	for i, l := range lines {
		lines[i] = display.Clean(l)
	}
	message = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(strings.Join(lines, "\n"))
	title = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(display.Clean(title))
	_, _ = fmt.Fprintf(g.Log, "::%s title=%s::%s\n", level, title, message)
}
