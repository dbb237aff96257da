package tui

import (
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// The width of the sparkline, in periods.
const (
	sparkNarrow = 12
	sparkWide   = 20
)

// headerLines renders the header: the tunnel and the rate, then the handler and the counters. Without a listener it is one line.
func (m *Model) headerLines(w int) []line {
	st := m.o.Style
	spark := sparkNarrow
	if w >= wideMinWidth {
		spark = sparkWide
	}
	if !m.state.Listening {
		left := line{{text: " "}, {text: st.Symbols("○"), role: display.Caution}, {text: " listen is not running"}}
		return []line{spread(left, m.counters(), w-1, st).fit(w, st)}
	}
	s := m.state
	tunnel, handler := s.TunnelState, handlerWord(s.Handler)
	column := max(display.Width(tunnel), display.Width(handler), len("ready")) + 2
	first := append(lamp(s.Tunnel, tunnel, column, st), m.address(s.URL, s.TunnelName, w)...)
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
		return "unknown"
	}
}

// lamp renders a lamp and its label, which is padded to the given width.
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

// noteColumn is the column of the note after an address in the wide layout.
const noteColumn = 49

func (m *Model) address(url, note string, w int) line {
	l := text(m.o.Style.Clean(url))
	if w < wideMinWidth || note == "" {
		return l
	}
	return l.pad(noteColumn).add(" "+m.o.Style.Clean(note), display.Dim)
}

// counters renders the number of deliveries per status.
func (m *Model) counters() line {
	st := m.o.Style
	var l line
	n := map[webhook.Status]int{}
	for s, count := range m.totals.ByStatus {
		if s == webhook.StatusTimedOut { // both have the same glyph
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

// bars are the heights of the sparkline. A period without deliveries has the lowest bar, which keeps the line unbroken.
const bars = "▁▂▃▄▅▆▇█"

// rateLine renders the sparkline, scaled to its highest period, and the rate as a number.
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
	return styled(symbols(b.String(), st), display.Dim).add("  "+perSecond(r.PerSecond), display.Plain)
}

func perSecond(r float64) string {
	if r >= 10 {
		return display.Count(int(r+0.5)) + "/s"
	}
	return fmt.Sprintf("%.1f/s", r)
}
