package detail

import (
	"context"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/explain"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// labelCells is the width of the labels of a story and the gap after them, as in hints.
const labelCells = 7

// story renders what happened to a delivery: the response, cause and fix that listen prints under its row, the life of its job, its
// replays, and the payload.
type story struct {
	renderer
	subject
}

func (p story) lines(ctx context.Context) []detailLine {
	lines := p.indentLines(p.outcome())
	if why := p.why(ctx); len(why) > 0 {
		lines = append(lines, why...)
	}
	lines = append(lines, p.life()...)
	lines = append(lines, p.replays()...)
	return append(append(lines, detailLine{}), p.data()...)
}

// outcome returns the latest attempt at each target with its response, or the reason why there is none.
func (p story) outcome() []display.Line {
	st := p.innerStyle()
	d := p.delivery
	if len(d.History) == 0 {
		glyph, role := st.Glyph(d.Status)
		l := display.Line{{Text: glyph + " " + display.StatusText(d.Summary), Role: role}}
		if d.Status != webhook.StatusRejected { // the hint says it
			l = append(l, display.Span{Text: "   " + p.notSent(), Role: display.Dim})
		}
		return []display.Line{l}
	}
	var lines []display.Line
	for _, target := range targetsOf(d.History) {
		a := webhook.LatestAt(d.History, target)
		glyph, role := st.Glyph(a.Status())
		l := display.Line{{Text: glyph + " " + attemptStatus(a), Role: role}}
		by := " by "
		switch {
		case a.Code > 0:
			by = " in " + display.Duration(a.Duration) + by
		case a.Status() == webhook.StatusTimedOut:
			by = " after " + display.Duration(a.Duration) + " at "
		default:
			by = " at "
		}
		by += strings.TrimPrefix(a.RequestURL(), "http://")
		l = append(l, display.Span{Text: st.Clean(keepEnds(by, max(st.Width, 80)))})
		if n := countAttempts(d.History, target); n > 1 {
			l = append(l, display.Span{Text: ", attempt " + display.Count(n), Role: display.Dim})
		}
		lines = append(lines, l)
		lines = append(lines, display.Indent(display.Excerpt(a, st.Narrowed(2)), 2)...)
	}
	return lines
}

// notSent returns why the handler has not responded.
func (p story) notSent() string {
	switch p.delivery.Status {
	case webhook.StatusRejected:
		return "The handler never saw this delivery."
	case webhook.StatusSkipped:
		return "No route or event filter selects this event, so it was not forwarded."
	default:
		return "No response yet."
	}
}

func attemptStatus(a webhook.Attempt) string {
	if a.Failure == webhook.FailureStale {
		return "stale"
	}
	return display.StatusText(webhook.Summary{Status: a.Status(), Code: a.Code})
}

// targetsOf returns the targets in the order of their first attempts.
func targetsOf(history []webhook.Attempt) (all []string) {
	for _, a := range history {
		if !slices.Contains(all, a.Target) {
			all = append(all, a.Target)
		}
	}
	return all
}

func countAttempts(history []webhook.Attempt, target string) (n int) {
	for _, a := range history {
		if a.Target == target {
			n++
		}
	}
	return n
}

// why explains the outcome: the result of a diagnosis if there is one, otherwise the hint that listen prints. Keys replace the commands
// that do the same.
func (p story) why(ctx context.Context) []detailLine {
	d := p.delivery
	if d.ResolvedBy != "" && d.Status.Failed() {
		st := p.style
		l := display.Line{{Text: st.Symbols("↻"), Role: display.Dim}, {Text: st.Symbols(" ✓"), Role: display.Good}, {Text: " resolved by " + display.ShortID(d.ResolvedBy, st)}}
		return p.indentLines([]display.Line{l})
	}
	h, ok := p.hint(ctx)
	if !ok {
		return nil
	}
	lines := p.indentLines(h.Render(p.innerStyle()))
	if d.Status == webhook.StatusRejected && p.tools.Diagnose != nil {
		lines = append(lines, p.indentLines(p.tools.Diagnose(ctx, d, p.innerStyle()))...)
	}
	if last := len(lines) - 1; p.canDiagnose && d.Status == webhook.StatusRefused && h.Command == "" {
		key := draw.Styled("D", display.Bold).Add(" diagnose ", display.Dim)
		if room := p.style.Width - lines[last].line.Width() - key.Width(); room > 0 && !p.wrap {
			lines[last].line = append(lines[last].line.Add(draw.Spaces(room), display.Plain), key...)
		}
	}
	return lines
}

// hint returns the hint of the delivery.
func (p story) hint(ctx context.Context) (display.Hint, bool) {
	d := p.delivery
	if p.diagnosis != nil {
		return diagnosed(*p.diagnosis), true
	}
	why := p.tools.Why
	if why == nil {
		why = explain.Delivery
	}
	h, ok := why(ctx, d, p.style)
	if !ok && d.Status != webhook.StatusRejected { // a forwarded delivery with a signature that is not valid
		h, ok = explain.Explain(explain.Case{Summary: d.Summary, ExplainVerdict: true}, p.style)
	}
	if h.Command = keyFor(h.Command); h.Command == "" {
		h.Lead = ""
	}
	if p.tools.Command != nil {
		h.Command = p.tools.Command(h.Command)
	}
	if d.Status == webhook.StatusRejected && p.tools.Diagnose != nil {
		h.Reason, h.Fix, h.Findings, h.Lead, h.Command = "", "", nil, "", "" // the diagnosis says more
	}
	return h, ok
}

// keyFor returns the key that does the same as a command, or the command if there is none.
func keyFor(command string) string {
	switch {
	case strings.HasPrefix(command, "vidiking diagnose "):
		return "D diagnose"
	case strings.HasPrefix(command, "vidiking replay ") && strings.Contains(command, " --resign"):
		return "S re-sign"
	case strings.HasPrefix(command, "vidiking replay "):
		return "r replay"
	case strings.HasPrefix(command, "vidiking webhooks show "):
		return ""
	default:
		return command
	}
}

// replays returns the delivery that this one replays, and its replays.
func (p story) replays() (lines []detailLine) {
	const most = 4
	st := p.style
	label := func(name string) draw.Line { return draw.Styled(" "+display.PadRight(name, labelCells), display.Dim) }
	if of := p.delivery.ReplayOf; of != "" {
		lines = append(lines, detailLine{line: label("of").Add(display.ShortID(of, st), display.Plain)})
	}
	n := 0
	for _, r := range slices.Backward(p.tree.Nodes) {
		if r.ReplayOf != p.delivery.ID || r.Probe {
			continue
		}
		name := ""
		if n == 0 {
			name = "replay"
		}
		if n++; n <= most {
			lines = append(lines, detailLine{line: append(label(name), p.replayLine(r, p.delivery.Summary)...)})
		}
	}
	if n > most {
		lines = append(lines, detailLine{line: label("").Add(display.Count(n-most)+" more: tab Response", display.Dim)})
	}
	return lines
}
