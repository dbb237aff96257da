package header

import (
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	maxEnds     = 4  // lines of targets
	tallFrom    = 24 // height of a screen from which each target has a line
	narrowBelow = 60 // width below which the header is one line
)

// Size is the size of the screen.
type Size struct{ W, H int }

// Height returns the number of lines.
func (h *Model) Height(s Size) int {
	switch {
	case !h.State.Listening || s.W < narrowBelow:
		return 1
	case s.H < tallFrom:
		return 2
	default:
		return 1 + max(1, min(len(h.State.Targets), maxEnds))
	}
}

// Lines renders the header: the URL and the rate, then the pipeline that deliveries take, with each counter where it belongs.
func (h *Model) Lines(s Size, st display.Style) []draw.Line {
	n := h.Height(s)
	if !h.State.Listening {
		left := draw.Styled(" "+st.Symbols("○"), display.Caution).Add(" listen is not running: ", display.Plain).Add("vidiking listen --forward localhost:3000", display.Bold)
		if s.W < narrowBelow {
			left = draw.Styled(" "+st.Symbols("○"), display.Caution).Add(" listen is not running", display.Plain)
		}
		return []draw.Line{draw.Spread(left, h.counters(h.Totals.ByStatus, st), s.W-1, st).Fit(s.W, st)}
	}
	if n == 1 {
		return []draw.Line{draw.Spread(h.summary(st), h.counters(h.Totals.ByStatus, st), s.W-1, st).Fit(s.W, st)}
	}
	lines := []draw.Line{draw.Spread(h.address(st), h.rate(), s.W-1, st).Fit(s.W, st)}
	for _, l := range h.pipeline(n-1, s.W-1, st) {
		lines = append(lines, l.Fit(s.W, st))
	}
	return lines
}

// summary returns the lamps of a narrow header.
func (h *Model) summary(st display.Style) draw.Line {
	l := append(draw.Text(" "), lamp(h.State.Tunnel, st)...)
	name := ""
	for _, t := range h.State.Targets {
		l = append(l.Add(" ", display.Plain), lamp(t.Health, st)...)
		name = strings.SplitN(t.Name, "/", 2)[0]
	}
	if len(h.State.Targets) == 1 {
		l = l.Add(" "+st.Clean(name), display.Plain)
	}
	return l
}

// address returns the state of the tunnel and the URL that receives events.
func (h *Model) address(st display.Style) draw.Line {
	l := append(draw.Text(" "), lamp(h.State.Tunnel, st)...)
	if h.State.Tunnel != view.HealthUp {
		l = l.Add(" "+st.Clean(h.State.TunnelState), display.Caution)
	}
	return l.Add(" "+st.Clean(h.State.URL), display.Plain).Add("   u", display.Bold).Add(" copy", display.Dim)
}

// rate returns the rate of deliveries and the time that responses take.
func (h *Model) rate() draw.Line {
	l := draw.Text(perSecond(h.Totals.Rate.PerSecond))
	if h.Totals.P99 > 0 {
		l = l.Add(" p99 ", display.Dim).Add(display.Duration(h.Totals.P99), display.Plain)
	}
	return l
}

func perSecond(r float64) string {
	if r >= 10 {
		return display.Count(int(r+0.5)) + "/s"
	}
	return fmt.Sprintf("%.1f/s", r)
}

// flow is the state of a part of the pipeline.
type flow int

const (
	flowNone   flow = iota // nothing has passed yet
	flowReady              // nothing has passed yet, but it would
	flowing                // deliveries pass
	flowBroken             // deliveries stop here
)

// arrow renders a part of the pipeline.
func arrow(f flow, st display.Style) draw.Line {
	text, role := "━━▶", display.Good
	switch f {
	case flowNone:
		text, role = "──▶", display.Dim
	case flowReady:
		role = display.Dim
	case flowBroken:
		text, role = "━╳▶", display.Bad
	}
	return draw.Styled(draw.Symbols(text, st), role)
}

// flows returns the state of the arrows to the tunnel and to the signature check.
func (h *Model) flows() (toTunnel, toSignature flow) {
	toTunnel, toSignature = flowNone, flowReady
	if h.Totals.All > 0 {
		toTunnel, toSignature = flowing, flowing
	}
	if h.State.Tunnel == view.HealthDown {
		toTunnel, toSignature = flowBroken, flowNone
	}
	return toTunnel, toSignature
}

// flowTo returns the state of the arrow to a target.
func (h *Model) flowTo(t view.Target) flow {
	switch {
	case h.Totals.All == 0:
		return flowNone
	case t.Health == view.HealthDown:
		return flowBroken
	default:
		return flowing
	}
}

// pipeline renders the way of a delivery in at most the given number of lines: one end per target if they fit. Parts that say the least
// are left out if the width is short.
func (h *Model) pipeline(lines, w int, st display.Style) []draw.Line {
	toTunnel, toSignature := h.flows()
	tunnel := "tunnel"
	if h.State.TunnelName == "" || h.State.TunnelName == "local" {
		tunnel = "local"
	}
	check := append(draw.Text("signature"), h.stopped(st)...)
	check = append(append(draw.Text(" "+tunnel+" "), arrow(toSignature, st)...).Add(" ", display.Plain), check...).Add(" ", display.Plain)
	first := append(append(draw.Text(" "), arrow(toTunnel, st)...), check...)
	ends := h.ends(lines, st)
	head := append(draw.Text(" Vidiking"), first...)
	for _, shorter := range []draw.Line{first, check, draw.Text(" ")} {
		if head.Width()+widest(ends) > w {
			head = shorter
		}
	}
	out := make([]draw.Line, len(ends))
	for i, end := range ends {
		if i > 0 {
			head = draw.Text(draw.Spaces(head.Width()))
		}
		out[i] = append(head[:len(head):len(head)], end...)
	}
	return out
}

func widest(lines []draw.Line) (w int) {
	for _, l := range lines {
		w = max(w, l.Width())
	}
	return w
}

// stopped counts the deliveries that end at the signature check.
func (h *Model) stopped(st display.Style) draw.Line {
	counts := map[webhook.Status]int{}
	for _, s := range []webhook.Status{webhook.StatusRejected, webhook.StatusSkipped} {
		counts[s] = h.Totals.ByStatus[s]
	}
	if l := h.counters(counts, st); len(l) > 0 {
		return append(draw.Text(" "), l...)
	}
	return nil
}

// ends renders the targets: one line each, or all on one line if there are too many.
func (h *Model) ends(lines int, st display.Style) []draw.Line {
	targets := h.State.Targets
	if len(targets) == 0 {
		return []draw.Line{append(arrow(flowNone, st), draw.Styled(" no target", display.Dim)...)}
	}
	if len(targets) > lines {
		return []draw.Line{h.manyTargets(st)}
	}
	var out []draw.Line
	for _, t := range targets {
		counts := h.Totals.ByTarget[t.URL]
		if len(targets) == 1 {
			counts = forwarded(h.Totals.ByStatus)
		}
		name := st.CutMiddle(st.Clean(shortName(t.Name)), 32)
		l := append(arrow(h.flowTo(t), st).Add(" "+name+" ", display.Plain), lamp(t.Health, st)...)
		if t.Health == view.HealthDown {
			l = l.Add(" down", display.Caution)
		}
		if c := h.counters(counts, st); len(c) > 0 {
			l = append(l.Add(" ", display.Plain), c...)
		}
		if len(targets) > 1 && len(t.Events) > 0 {
			l = l.Add("  "+st.Clean(strings.Join(t.Events, ",")), display.Dim)
		}
		out = append(out, l)
	}
	return out
}

// manyTargets summarizes the targets.
func (h *Model) manyTargets(st display.Style) draw.Line {
	l := arrow(flowing, st)
	if h.Totals.All == 0 {
		l = arrow(flowNone, st)
	}
	l = l.Add(" "+display.Count(len(h.State.Targets))+" targets", display.Plain)
	for _, health := range []view.Health{view.HealthUp, view.HealthDown, view.HealthUnknown} {
		n := 0
		for _, t := range h.State.Targets {
			if t.Health == health {
				n++
			}
		}
		if n > 0 {
			l = append(l.Add(" ", display.Plain), lamp(health, st)...).Add(" "+display.Count(n), display.Plain)
		}
	}
	return append(l.Add("  ", display.Plain), h.counters(forwarded(h.Totals.ByStatus), st)...)
}

// shortName returns the host of a target whose path is the usual one.
func shortName(name string) string { return strings.TrimSuffix(name, "/webhooks/vidiking") }

// forwarded leaves out the deliveries that no target has seen.
func forwarded(all map[webhook.Status]int) map[webhook.Status]int {
	counts := map[webhook.Status]int{}
	for s, n := range all {
		if s != webhook.StatusRejected && s != webhook.StatusSkipped {
			counts[s] = n
		}
	}
	return counts
}

// counters renders the number of deliveries per status.
func (h *Model) counters(counts map[webhook.Status]int, st display.Style) draw.Line {
	n := map[webhook.Status]int{}
	for s, count := range counts {
		if s == webhook.StatusTimedOut { // both have the same glyph
			s = webhook.StatusUnreachable
		}
		n[s] += count
	}
	var l draw.Line
	for _, s := range webhook.Statuses() {
		if n[s] == 0 {
			continue
		}
		if len(l) > 0 {
			l = l.Add(" ", display.Plain)
		}
		glyph, role := st.Glyph(s)
		l = l.Add(glyph, role).Add(" "+display.Count(n[s]), display.Plain)
	}
	return l
}

// lamp renders the state of a tunnel or handler.
func lamp(health view.Health, st display.Style) draw.Line {
	switch health {
	case view.HealthUp:
		return draw.Styled(st.Symbols("●"), display.Good)
	case view.HealthDown:
		return draw.Styled(st.Symbols("○"), display.Caution)
	default:
		return draw.Styled(st.Symbols("○"), display.Dim)
	}
}
