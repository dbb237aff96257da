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
	n := h.stateHeight(s)
	if s.HasStrip() {
		n++
	}
	return n
}

// stateHeight returns the number of lines without the strip.
func (h *Model) stateHeight(s Size) int {
	switch {
	case !h.State.Listening || s.W < narrowBelow:
		return 1
	case s.H < tallFrom:
		return 2
	default:
		return 1 + max(1, min(len(h.State.Targets), maxEnds))
	}
}

// Lines renders the header: the URL and the rate, then the pipeline that deliveries take, with each counter where it belongs, and on a wide
// screen the strip.
func (h *Model) Lines(s Size, st display.Style) []draw.Line {
	lines := pipeline{h.State, h.Totals}.header(h.stateHeight(s), s.W, st)
	if s.HasStrip() {
		lines = append(lines, h.strip(s.W, st))
	}
	return lines
}

// pipeline renders the state of the running listen.
type pipeline struct {
	State  view.State
	Totals view.Totals
}

// header renders n lines.
func (p pipeline) header(n, w int, st display.Style) []draw.Line {
	if !p.State.Listening {
		left := draw.Styled(" "+st.Symbols("○"), display.Caution).Add(" listen is not running: ", display.Plain).Add("vidiking listen --forward localhost:3000", display.Bold)
		if w < narrowBelow {
			left = draw.Styled(" "+st.Symbols("○"), display.Caution).Add(" listen is not running", display.Plain)
		}
		return []draw.Line{draw.Spread(left, p.counters(p.Totals.ByStatus, st), w-1, st).Fit(w, st)}
	}
	if n == 1 {
		return []draw.Line{draw.Spread(p.summary(st), p.counters(p.Totals.ByStatus, st), w-1, st).Fit(w, st)}
	}
	lines := []draw.Line{draw.Spread(p.address(st), p.rate(), w-1, st).Fit(w, st)}
	for _, l := range p.lines(n-1, w-1, st) {
		lines = append(lines, l.Fit(w, st))
	}
	return lines
}

// summary returns the lamps of a narrow header.
func (p pipeline) summary(st display.Style) draw.Line {
	l := append(draw.Text(" "), lamp(p.State.Tunnel, st)...)
	name := ""
	for _, t := range p.State.Targets {
		l = append(l.Add(" ", display.Plain), lamp(t.Health, st)...)
		name = strings.SplitN(t.Name, "/", 2)[0]
	}
	if len(p.State.Targets) == 1 {
		l = l.Add(" "+st.Clean(name), display.Plain)
	}
	return l
}

// address returns the state of the tunnel and the URL that receives events.
func (p pipeline) address(st display.Style) draw.Line {
	l := append(draw.Text(" "), lamp(p.State.Tunnel, st)...)
	if p.State.Tunnel != view.HealthUp {
		l = l.Add(" "+st.Clean(p.State.TunnelState), display.Caution)
	}
	return l.Add(" "+st.Clean(p.State.URL), display.Plain).Add("   u", display.Bold).Add(" copy", display.Dim)
}

// rate returns the rate of deliveries and the time that responses take.
func (p pipeline) rate() draw.Line {
	l := draw.Text(perSecond(p.Totals.Rate.PerSecond))
	if p.Totals.P99 > 0 {
		l = l.Add(" p99 ", display.Dim).Add(display.Duration(p.Totals.P99), display.Plain)
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
func (p pipeline) flows() (toTunnel, toSignature flow) {
	toTunnel, toSignature = flowNone, flowReady
	if p.Totals.All > 0 {
		toTunnel, toSignature = flowing, flowing
	}
	if p.State.Tunnel == view.HealthDown {
		toTunnel, toSignature = flowBroken, flowNone
	}
	return toTunnel, toSignature
}

// flowTo returns the state of the arrow to a target.
func (p pipeline) flowTo(t view.Target) flow {
	switch {
	case p.Totals.All == 0:
		return flowNone
	case t.Health == view.HealthDown:
		return flowBroken
	default:
		return flowing
	}
}

// lines renders the way of a delivery in at most the given number of lines: one end per target if they fit. Parts that say the least
// are left out if the width is short.
func (p pipeline) lines(lines, w int, st display.Style) []draw.Line {
	toTunnel, toSignature := p.flows()
	tunnel := "tunnel"
	if p.State.TunnelName == "" || p.State.TunnelName == "local" {
		tunnel = "local"
	}
	check := append(draw.Text("signature"), p.stopped(st)...)
	check = append(append(draw.Text(" "+tunnel+" "), arrow(toSignature, st)...).Add(" ", display.Plain), check...).Add(" ", display.Plain)
	first := append(append(draw.Text(" "), arrow(toTunnel, st)...), check...)
	ends := p.ends(lines, st)
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
func (p pipeline) stopped(st display.Style) draw.Line {
	counts := map[webhook.Status]int{}
	for _, s := range []webhook.Status{webhook.StatusRejected, webhook.StatusSkipped} {
		counts[s] = p.Totals.ByStatus[s]
	}
	if l := p.counters(counts, st); len(l) > 0 {
		return append(draw.Text(" "), l...)
	}
	return nil
}

// ends renders the targets: one line each, or all on one line if there are too many.
func (p pipeline) ends(lines int, st display.Style) []draw.Line {
	targets := p.State.Targets
	if len(targets) == 0 {
		return []draw.Line{append(arrow(flowNone, st), draw.Styled(" no target", display.Dim)...)}
	}
	if len(targets) > lines {
		return []draw.Line{p.manyTargets(st)}
	}
	var out []draw.Line
	for _, t := range targets {
		counts := p.Totals.ByTarget[t.URL]
		if len(targets) == 1 {
			counts = forwarded(p.Totals.ByStatus)
		}
		name := st.CutMiddle(st.Clean(shortName(t.Name)), 32)
		l := append(arrow(p.flowTo(t), st).Add(" "+name+" ", display.Plain), lamp(t.Health, st)...)
		if t.Health == view.HealthDown {
			l = l.Add(" down", display.Caution)
		}
		if c := p.counters(counts, st); len(c) > 0 {
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
func (p pipeline) manyTargets(st display.Style) draw.Line {
	l := arrow(flowing, st)
	if p.Totals.All == 0 {
		l = arrow(flowNone, st)
	}
	l = l.Add(" "+display.Count(len(p.State.Targets))+" targets", display.Plain)
	for _, health := range []view.Health{view.HealthUp, view.HealthDown, view.HealthUnknown} {
		n := 0
		for _, t := range p.State.Targets {
			if t.Health == health {
				n++
			}
		}
		if n > 0 {
			l = append(l.Add(" ", display.Plain), lamp(health, st)...).Add(" "+display.Count(n), display.Plain)
		}
	}
	return append(l.Add("  ", display.Plain), p.counters(forwarded(p.Totals.ByStatus), st)...)
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
func (p pipeline) counters(counts map[webhook.Status]int, st display.Style) draw.Line {
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
