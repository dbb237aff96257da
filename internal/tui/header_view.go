package tui

import (
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// How many periods of the rate are drawn.
const (
	sparkNarrow = 12
	sparkWide   = 20
)

// headerLines are the first lines: the way in and the rate, the handler and what became of the deliveries. Without a listener they
// are one.
func (m *Model) headerLines(w int) []line {
	st := m.o.Style
	spark := sparkNarrow
	if w >= wideFrom {
		spark = sparkWide
	}
	if !m.state.Listening {
		left := line{{text: " "}, {text: st.Symbols("○"), role: display.Caution}, {text: " no listen is running"}}
		return []line{spread(left, m.counters(), w-1, st).fit(w, st)}
	}
	s := m.state
	way, handler := s.TunnelState, handlerWord(s.Handler)
	column := max(display.Width(way), display.Width(handler), len("ready")) + 2
	first := append(lamp(s.Tunnel, way, column, st), m.address(s.URL, s.TunnelName, w)...)
	second := append(lamp(s.Handler, handler, column, st), m.address(s.Forward, s.Verify, w)...)
	return []line{
		spread(first, rateLine(m.totals.Rate, spark, st), w-1, st).fit(w, st),
		spread(second, m.counters(), w-1, st).fit(w, st),
	}
}

func (m *Model) headerHeight() int {
	if m.state.Listening {
		return 2
	}
	return 1
}

func handlerWord(h view.Health) string {
	switch h {
	case view.HealthUp:
		return "up"
	case view.HealthDown:
		return "down"
	default:
		return "not seen"
	}
}

// lamp is a light with its word, so many cells wide behind the light.
func lamp(h view.Health, word string, cells int, st display.Style) line {
	glyph, role := "○", display.Caution
	switch h {
	case view.HealthUp:
		glyph, role = "●", display.Good
	case view.HealthUnknown:
		role = display.Dim
	}
	return text(" ").add(st.Symbols(glyph), role).add(" "+display.PadRight(word, cells), display.Plain)
}

// noteAt is where what is said of an address stands in the wide layout.
const noteAt = 49

func (m *Model) address(url, note string, w int) line {
	l := text(m.o.Style.Clean(url))
	if w < wideFrom || note == "" {
		return l
	}
	return l.pad(noteAt).add(" "+m.o.Style.Clean(note), display.Dim)
}

// counters are how many deliveries of each status there are.
func (m *Model) counters() line {
	st := m.o.Style
	var l line
	n := map[webhook.Status]int{}
	for s, count := range m.totals.ByStatus {
		if s == webhook.StatusTimedOut { // one glyph for both
			s = webhook.StatusUnreachable
		}
		n[s] += count
	}
	for _, s := range webhook.Statuses() {
		if n[s] == 0 {
			continue
		}
		if len(l) > 0 {
			l = l.add("  ", display.Plain)
		}
		glyph, role := st.Glyph(s)
		l = l.add(glyph, role).add(" "+display.Count(n[s]), display.Plain)
	}
	return l
}

// bars are the heights of the sparkline. Nothing has the lowest, so that the line stays one.
const bars = "▁▂▃▄▅▆▇█"

// rateLine is the sparkline of the last periods, the highest of which fills its cell, and the rate in a number.
func rateLine(r view.Rate, cells int, st display.Style) line {
	if len(r.Spark) == 0 {
		return nil
	}
	heights := []rune(bars)
	periods := r.Spark[max(len(r.Spark)-cells, 0):]
	most := 1
	for _, n := range periods {
		most = max(most, n)
	}
	var b strings.Builder
	for _, n := range periods {
		h := 0
		if n > 0 {
			h = max((n*(len(heights)-1)+most/2)/most, 1)
		}
		b.WriteRune(heights[h])
	}
	return styled(say(b.String(), st), display.Dim).add("  "+perSecond(r.PerSecond), display.Plain)
}

func perSecond(r float64) string {
	if r >= 10 {
		return display.Count(int(r+0.5)) + "/s"
	}
	return fmt.Sprintf("%.1f/s", r)
}
