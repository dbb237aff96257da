package output

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Show prints a delivery in full: its fields, attempts, headers, payload, and the command that replays it.
func (p *textPrinter) Show(s DeliveryDetails) {
	d := s.Delivery
	p.out.line(0, display.Title(d.Summary, p.o.Style))
	p.out.blank()
	p.field("received", display.DateTime(d.ReceivedAt, p.o.Style))
	p.field("origin", string(d.Origin))
	if d.Path != "" {
		p.field("request", display.Value(d.Method+" "+webhook.RequestURL(d.Path, "", d.Query), p.o.Style.Narrowed(12)))
	}
	p.field("host", display.Clean(d.Host))
	verdict := string(d.Verdict)
	if d.SecretHint != "" {
		verdict += ", with " + p.o.Style.Clean(d.SecretHint)
	}
	p.field("verdict", verdict)
	p.findings(s.Findings, s.Tried)
	p.field("replay of", string(d.ReplayOf))
	p.field("repeats", string(d.SameBodyAs))
	p.resolution(d)
	p.expectation(d.Summary)
	p.field("masked", display.Clean(strings.Join(slices.Concat(d.Masked, d.MaskedQuery), ", ")))
	for _, a := range d.History {
		p.attempt(a)
	}
	p.explanation(s.Hint)
	p.printReplayTree(s.ReplayTree, d.ID)
	p.headers(d.Header)
	p.payload(d.Body)
	p.out.blank()
	again := "vidiking replay " + display.ShortID(d.ID, p.o.Style)
	if len(d.Masked) > 0 { // masked values cannot be sent
		again += " --resign"
	}
	p.err.command(0, "Replay it: ", p.o.Command(again))
}

// explanation prints why the handler did not accept the delivery, as it was printed under the row.
func (p *textPrinter) explanation(h *display.Hint) {
	if h == nil {
		return
	}
	shown := *h
	shown.Command, shown.Findings = p.o.Command(h.Command), p.o.withSelf(h.Findings)
	p.out.blank()
	for _, l := range shown.Render(p.o.Style.Narrowed(2)) {
		p.out.line(2, l)
	}
}

// resolution prints the deliveries that resolved this one: one for all targets, or one per target.
func (p *textPrinter) resolution(d webhook.Delivery) {
	if d.ResolvedBy != "" {
		p.field("resolved", "by "+string(d.ResolvedBy))
		return
	}
	for _, target := range slices.Sorted(maps.Keys(d.Resolutions)) {
		p.field("resolved", "by "+string(d.Resolutions[target])+" at "+p.o.Style.Clean(target))
	}
}

// expectation prints the expected status and whether the delivery is a probe.
func (p *textPrinter) expectation(s webhook.Summary) {
	if s.Probe {
		p.field("probe", "excluded from counts, last and --failed")
	}
	if s.ExpectedStatus == "" {
		return
	}
	met := ", and got it"
	if !s.Met {
		met = ", and did not get it"
	}
	p.field("expected", p.o.Style.Clean(strings.ReplaceAll(s.ExpectedStatus, " ", " or "))+met)
}

// field prints one field of a delivery, unless it is empty.
func (p *textPrinter) field(name, value string) {
	if value != "" {
		p.out.line(2, display.Line{{Text: display.PadRight(name, 10), Role: display.Dim}, {Text: value}})
	}
}

// findings prints causes and fixes. If no cause is certain, it lists the forms that were tried.
func (p *textPrinter) findings(all []webhook.Finding, tried []string) {
	st := p.o.Style.Narrowed(2)
	for _, f := range p.o.withSelf(all) {
		p.labelled("cause", f.Cause, st)
		p.labelled("fix", f.Fix, st)
	}
	p.labelled("tried", strings.Join(tried, "; "), st)
}

// labelled prints a field whose text is wrapped to the width.
func (p *textPrinter) labelled(name, text string, st display.Style) {
	for _, l := range display.Labeled(name, text, 10, st) {
		p.out.line(2, l)
	}
}

// attempt prints one attempt and its response.
func (p *textPrinter) attempt(a webhook.Attempt) {
	p.out.blank()
	what := fmt.Sprintf("%d in %s", a.Code, display.Duration(a.Duration))
	if a.Code == 0 {
		what = "no response in " + display.Duration(a.Duration)
	}
	head := display.Line{{Text: fmt.Sprintf("Attempt %d", a.N), Role: display.Bold}, {Text: "   " + what}}
	url := p.o.Style.Clean(a.RequestURL())
	if width := p.o.Style.Width; width == 0 || head.Width()+3+display.Width(url) <= width {
		p.out.line(0, append(head, display.Span{Text: "   " + url}))
	} else { // too long for the same line
		p.out.line(0, head)
		p.out.line(2, display.Line{{Text: display.Value(a.RequestURL(), p.o.Style.Narrowed(2))}})
	}
	for _, l := range display.Response(a, p.o.Style.Narrowed(2)) {
		p.out.line(2, l)
	}
	if a.Error != "" {
		p.out.text(2, display.Clean(a.Error))
	}
}

// printReplayTree prints the delivery's ancestors and replays, if there are any.
func (p *textPrinter) printReplayTree(f webhook.ReplayTree, id webhook.ID) {
	if len(f.Nodes) < 2 {
		return
	}
	p.out.blank()
	p.out.line(0, display.Line{{Text: "Replays", Role: display.Bold}})
	for _, l := range display.ReplayTree(f, id, p.o.Style.Narrowed(2)) {
		p.out.line(2, l)
	}
}

// headers prints all header lines, one value per line.
func (p *textPrinter) headers(h webhook.Header) {
	if len(h) == 0 {
		return
	}
	p.out.blank()
	p.out.line(0, display.Line{{Text: "Headers", Role: display.Bold}})
	for _, l := range display.Headers(h, p.o.Style.Narrowed(2)) {
		p.out.line(2, l)
	}
}

// payload prints a formatted body.
func (p *textPrinter) payload(body []byte) {
	p.out.blank()
	p.out.line(0, display.Line{{Text: "Payload", Role: display.Bold}, {Text: "   " + display.Bytes(int64(len(body)))}})
	for _, l := range display.PrettyJSON(body, 0, p.o.Style.Narrowed(2)) {
		p.out.line(2, l)
	}
}

// maxContentsLines is the maximum number of payload lines under a row: about one screen. For more, `webhooks show` is
// better.
const maxContentsLines = 40

// Contents prints headers and payload under a row.
func (p *textPrinter) Contents(d webhook.Delivery) {
	if !p.o.Verbose || p.o.Quiet && d.Status == webhook.StatusDelivered {
		return
	}
	in := p.o.Style.Narrowed(p.o.Style.DetailIndent())
	p.printDetail(display.Indent(display.Headers(d.Header, in), p.o.Style.DetailIndent()))
	p.printDetail(display.Indent(display.PrettyJSON(d.Body, maxContentsLines, in), p.o.Style.DetailIndent()))
}
