package tui

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// attemptIn is how far in stands what belongs to an attempt.
const attemptIn = 6

// attempts are a delivery's attempts, the latest unfolded, what was sent again of it, and what may be the matter.
func (p pane) attempts(s subject) []detailLine {
	var lines []detailLine
	var hint []display.Line
	if s.delivery.ResolvedBy == "" { // else there is nothing left to do
		hint = p.explain(s.delivery)
	}
	history := slices.Clone(s.delivery.History)
	if n := len(history); n > 0 && len(hint) > 0 && strings.HasPrefix(history[n-1].Error, strings.TrimSpace(hint[0].String())) {
		history[n-1].Error = "" // the hint says so
	}
	if len(history) == 0 {
		lines = append(lines, detailLine{line: styled(" "+p.notSent(s.delivery.Summary), display.Dim)})
	}
	for i, a := range history {
		lines = append(lines, p.attempt(s.delivery.ReceivedAt, a, i == len(history)-1)...)
	}
	lines = append(lines, p.family(s)...)
	if len(hint) > 0 {
		lines = append(append(lines, detailLine{}), p.plain(hint)...)
	}
	return lines
}

func (p pane) notSent(s webhook.Summary) string {
	switch s.Status {
	case webhook.StatusRejected:
		return "It was rejected, so the handler never saw it."
	case webhook.StatusSkipped:
		return "Nobody asked for this event, so it was not forwarded."
	default:
		return "No answer yet."
	}
}

// attempt is the lines of one attempt. Its time has a date if that is not the day on which the delivery was received.
func (p pane) attempt(received time.Time, a webhook.Attempt, latest bool) []detailLine {
	st := p.style
	path := "attempt/" + strconv.Itoa(a.N)
	folded, said := p.folds[path]
	if !said {
		folded = !latest
	}
	glyph := "▾"
	if folded {
		glyph = "▸"
	}
	_, role := st.Glyph(a.Status())
	head := text(" ").add(say(glyph, st), display.Dim).add(" "+display.PadRight(strconv.Itoa(a.N), 3), display.Plain)
	head = head.add(display.When(a.StartedAt, received, st)+"  ", display.Dim).add(outcome(a), role)
	lines := []detailLine{{line: head, fold: path, folded: folded}}
	if folded {
		return lines
	}
	in := p.inner()
	if in.Width > 0 {
		in = in.Narrowed(attemptIn - 1)
	}
	label := func(name, value string) {
		if value == "" {
			return
		}
		l := display.Line{{Text: display.PadRight(name, 9), Role: display.Dim}, {Text: in.Clean(value)}}
		lines = append(lines, p.under(l))
	}
	label("target", strings.TrimPrefix(a.RequestURL(), "http://"))
	label("timing", timing(a))
	label("error", a.Error)
	if len(a.Header) > 0 {
		lines = append(lines, detailLine{})
		for _, l := range display.Headers(a.Header, in) {
			lines = append(lines, p.under(l))
		}
	}
	if answer := p.answer(a, in); len(answer) > 0 {
		lines = append(lines, detailLine{})
		for _, l := range answer {
			lines = append(lines, p.under(l))
		}
	}
	for i := range lines[1:] {
		lines[i+1].in = path
	}
	return lines
}

func (p pane) under(l display.Line) detailLine {
	return detailLine{line: append(text(spaces(attemptIn)), from(l)...), hang: attemptIn}
}

// answer is the handler's whole answer; where it is JSON on one line that does not fit, as people read it.
func (p pane) answer(a webhook.Attempt, st display.Style) []display.Line {
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

// outcome is what an attempt came to.
func outcome(a webhook.Attempt) string {
	if a.Failure == webhook.FailureStale {
		return "stale after " + display.Duration(a.Duration)
	}
	if a.Failure != "" || a.Code == 0 {
		return strings.ReplaceAll(string(a.Status()), "_", " ") + " after " + display.Duration(a.Duration)
	}
	return strconv.Itoa(a.Code) + " in " + display.Duration(a.Duration)
}

// timing says where an attempt's time went, as far as it got.
func timing(a webhook.Attempt) string {
	var parts []string
	switch {
	case a.Connect > 0:
		parts = append(parts, "connect "+display.Duration(a.Connect))
	case a.FirstByte > 0:
		parts = append(parts, "kept connection")
	}
	if a.FirstByte > 0 {
		parts = append(parts, "first byte "+display.Duration(a.FirstByte))
	}
	return strings.Join(parts, ", ")
}

// family is what a delivery sends again, and what was sent again of it.
func (p pane) family(s subject) []detailLine {
	var lines []detailLine
	if s.delivery.ReplayOf != "" {
		lines = append(lines, detailLine{}, detailLine{line: styled(" Sends again  ", display.Bold).add(display.ShortID(s.delivery.ReplayOf, p.style), display.Dim)})
	}
	title := false
	for _, r := range s.family.Nodes {
		if r.ReplayOf != s.delivery.ID {
			continue
		}
		if !title {
			lines = append(lines, detailLine{}, detailLine{line: styled(" Sent again", display.Bold)})
			title = true
		}
		lines = append(lines, detailLine{line: p.replay(r, s.delivery.Summary)})
	}
	return lines
}

// replay is a line for one that was sent again.
func (p pane) replay(r webhook.Node, of webhook.Summary) line {
	st := p.style
	_, role := st.Glyph(r.Status)
	l := text(" ").add("  "+st.Symbols("↻")+"  ", display.Dim).add(display.When(r.ReceivedAt, of.ReceivedAt, st)+"  ", display.Dim)
	l = l.add(display.StatusText(r.Summary), role)
	if r.Attempts > 0 && r.Code > 0 {
		l = l.add(" in "+display.Duration(r.Duration), display.Plain)
	}
	l = l.add("  "+display.ShortID(r.ID, st), display.Dim)
	switch {
	case r.Difference == webhook.DifferenceBody:
		l = l.add("  edited", display.Dim)
	case r.Difference == webhook.DifferenceSignature:
		l = l.add("  signed anew", display.Dim)
	case r.Code == of.Code && r.Status == of.Status && of.Attempts > 0:
		l = l.add("  same code", display.Dim)
	}
	return l
}
