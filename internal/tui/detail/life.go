package detail

import (
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// maxLifeLines is the maximum number of lines of a job's life.
const maxLifeLines = 3

// life renders the deliveries about the same job with the times between them: ✓ queued ──0.3 s── ✓ complete. It leaves out replays and
// the provider's retries: a delivery that one of them resolved has a ✓.
func (p story) life() []detailLine {
	job := webhook.Describe(p.delivery.Body)
	if job.Job == "" {
		return nil
	}
	st := p.style
	current := p.delivery.ID
	if original := p.delivery.ReplayOf; original != "" {
		current = original
	}
	head := draw.Styled(" "+display.PadRight("job", labelCells), display.Dim).Add(st.CutMiddle(st.Clean(job.About), 24)+"  ", display.Plain)
	room := max(st.Width-1, 40)
	lines := []draw.Line{head}
	var last time.Time
	for _, s := range p.deliveries {
		if s.Repeated() && s.ID != current {
			continue
		}
		var node draw.Line
		if !last.IsZero() {
			node = draw.Styled(st.Symbols("──")+between(s.ReceivedAt.Sub(last))+st.Symbols("──")+" ", display.Dim)
		}
		last = s.ReceivedAt
		node = append(node, lifeNode(s, s.ID == current, st)...).Add(" ", display.Plain)
		at := len(lines) - 1
		if lines[at].Width()+node.Width() > room && len(lines[at]) > 1 {
			lines = append(lines, draw.Text(draw.Spaces(1+labelCells)))
			at++
		}
		lines[at] = append(lines[at], node...)
	}
	if over := len(lines) - maxLifeLines; over > 0 { // the newest lines say the most
		lines = lines[over:]
		lines[0] = append(head.Add(st.Symbols("… "), display.Dim), lines[0].DropCells(1+labelCells)...)
	}
	out := make([]detailLine, len(lines))
	for i, l := range lines {
		out[i] = detailLine{line: l, indent: 1 + labelCells}
	}
	return out
}

// lifeNode renders a delivery in the life of its job: its glyph and the last part of its event.
func lifeNode(s webhook.Summary, isCurrent bool, st display.Style) draw.Line { //nolint:revive // the current delivery is bold
	status := s.Status
	if s.ResolvedBy != "" {
		status = webhook.StatusDelivered
	}
	glyph, role := st.Glyph(status)
	event := st.CutMiddle(st.Clean(s.Event[strings.LastIndexByte(s.Event, '.')+1:]), 20)
	if event == "" {
		event = "no event"
	}
	emphasis := display.Plain
	if isCurrent {
		emphasis = display.Bold
	}
	return draw.Styled(glyph, role).Add(" "+event, emphasis)
}

// between formats the time between two deliveries: 0.3 s, 23 s, 2 min.
func between(d time.Duration) string {
	if d < 10*time.Second {
		return display.Elapsed(d)
	}
	return display.Period(d.Round(time.Second))
}
