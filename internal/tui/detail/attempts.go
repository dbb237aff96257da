package detail

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/tui/draw"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// attemptIndent is the indentation of an attempt's details.
const attemptIndent = 6

// responses renders all attempts with the handler's responses.
type responses struct {
	renderer
	subject
}

// lines returns the attempts with the latest unfolded, and the replays.
func (p responses) lines() []detailLine {
	var lines []detailLine
	history := p.delivery.History
	if len(history) == 0 {
		lines = append(lines, detailLine{line: draw.Styled(" "+story(p).notSent(), display.Dim)})
	}
	for i, a := range history {
		lines = append(lines, p.attemptBlock(p.delivery.ReceivedAt, a, i == len(history)-1)...)
	}
	return append(lines, p.replayLines()...)
}

// attemptBlock returns the lines of one attempt. The time includes the date if the attempt began on another day than the delivery arrived.
func (p responses) attemptBlock(received time.Time, a webhook.Attempt, latest bool) []detailLine {
	st := p.style
	path := "attempt/" + strconv.Itoa(a.N)
	folded, ok := p.folds[path]
	if !ok {
		folded = !latest && p.search == ""
	}
	glyph := "▾"
	if folded {
		glyph = "▸"
	}
	_, role := st.Glyph(a.Status())
	head := draw.Text(" ").Add(draw.Symbols(glyph, st), display.Dim).Add(" "+display.PadRight(strconv.Itoa(a.N), 3), display.Plain)
	head = head.Add(display.When(a.StartedAt, received, st)+"  ", display.Dim).Add(outcome(a), role)
	lines := []detailLine{{line: head, fold: path, folded: folded}}
	if folded {
		return lines
	}
	in := p.innerStyle()
	if in.Width > 0 {
		in = in.Narrowed(attemptIndent - 1)
	}
	label := func(name, value string) {
		if value == "" {
			return
		}
		l := display.Line{{Text: display.PadRight(name, 9), Role: display.Dim}, {Text: in.Clean(value)}}
		lines = append(lines, p.attemptLine(l))
	}
	label("target", strings.TrimPrefix(a.RequestURL(), "http://"))
	label("timing", timingText(a))
	label("error", a.Error)
	if len(a.Header) > 0 {
		lines = append(lines, detailLine{})
		for _, l := range display.Headers(a.Header, in) {
			lines = append(lines, p.attemptLine(l))
		}
	}
	if response := p.response(a, in); len(response) > 0 {
		lines = append(lines, detailLine{})
		for _, l := range response {
			lines = append(lines, p.attemptLine(l))
		}
	}
	for i := range lines[1:] {
		lines[i+1].parent = path
	}
	return lines
}

func (p responses) attemptLine(l display.Line) detailLine {
	return detailLine{line: append(draw.Text(draw.Spaces(attemptIndent)), draw.From(l)...), indent: attemptIndent}
}

// response returns the handler's whole response. JSON on a single line that doesn't fit is pretty-printed.
func (p responses) response(a webhook.Attempt, st display.Style) []display.Line {
	if len(a.Response) > p.style.Width && !a.ResponseTruncated && bytes.HasPrefix(bytes.TrimSpace(a.Response), []byte("{")) && bytes.Count(a.Response, []byte("\n")) < 2 {
		bar := display.Span{Text: st.Symbols("│") + " ", Role: display.Dim}
		var lines []display.Line
		for _, l := range display.PrettyJSON(a.Response, 0, st.Narrowed(2)) {
			lines = append(lines, append(display.Line{bar}, l...))
		}
		return lines
	}
	return display.Response(a, st)
}

// outcome returns the status and duration of an attempt.
func outcome(a webhook.Attempt) string {
	if a.Failure == webhook.FailureStale {
		return "stale after " + display.Duration(a.Duration)
	}
	if a.Failure != "" || a.Code == 0 {
		return strings.ReplaceAll(string(a.Status()), "_", " ") + " after " + display.Duration(a.Duration)
	}
	return strconv.Itoa(a.Code) + " in " + display.Duration(a.Duration)
}

// timingText returns the phases of an attempt with their durations.
func timingText(a webhook.Attempt) string {
	var parts []string
	switch {
	case a.Connect > 0:
		parts = append(parts, "connect "+display.Duration(a.Connect))
	case a.FirstByte > 0:
		parts = append(parts, "reused connection")
	}
	if a.FirstByte > 0 {
		parts = append(parts, "first byte "+display.Duration(a.FirstByte))
	}
	return strings.Join(parts, ", ")
}

// replayLines returns the delivery that this one replays, and its replays.
func (p responses) replayLines() []detailLine {
	var lines []detailLine
	if p.delivery.ReplayOf != "" {
		lines = append(lines, detailLine{}, detailLine{line: draw.Styled(" Replay of  ", display.Bold).Add(display.ShortID(p.delivery.ReplayOf, p.style), display.Dim)})
	}
	title := false
	for _, r := range p.tree.Nodes {
		if r.ReplayOf != p.delivery.ID {
			continue
		}
		if !title {
			lines = append(lines, detailLine{}, detailLine{line: draw.Styled(" Replays", display.Bold)})
			title = true
		}
		lines = append(lines, detailLine{line: append(draw.Text("   "), p.replayLine(r, p.delivery.Summary)...)})
	}
	return lines
}

// replayLine returns the line of one replay.
func (p renderer) replayLine(r webhook.Node, of webhook.Summary) draw.Line {
	st := p.style
	_, role := st.Glyph(r.Status)
	l := draw.Styled(st.Symbols("↻")+"  ", display.Dim).Add(display.When(r.ReceivedAt, of.ReceivedAt, st)+"  ", display.Dim)
	l = l.Add(display.StatusText(r.Summary), role)
	if r.Attempts > 0 && r.Code > 0 {
		l = l.Add(" in "+display.Duration(r.Duration), display.Plain)
	}
	l = l.Add("  "+display.ShortID(r.ID, st), display.Dim)
	switch {
	case r.Difference == webhook.DifferenceBody:
		l = l.Add("  edited", display.Dim)
	case r.Difference == webhook.DifferenceSignature:
		l = l.Add("  re-signed", display.Dim)
	case r.Code == of.Code && r.Status == of.Status && of.Attempts > 0:
		l = l.Add("  same code", display.Dim)
	}
	return l
}
