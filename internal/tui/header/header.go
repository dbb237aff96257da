// Package header shows the running listen above the list: its tunnel, its handler, and the counters. It counts the log and asks for the
// state of the listen.
package header

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/tui/task"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Source is where the header reads from.
type Source struct {
	Log    view.Log
	State  func(context.Context) view.State
	Runner task.Runner
	Now    func() time.Time
	Filter func() (text string, f filter.Filter) // the list's filter, whose matches are counted
}

// Model is the header.
type Model struct {
	State      view.State
	Totals     view.Totals
	Counted    bool   // the first totals have been counted
	CountedFor string // the filter whose matches Totals counts

	source Source
	counts task.Tracker
}

// The messages of the header.
type (
	// StateMsg is the state of the running listen.
	StateMsg struct{ State view.State }
	// TotalsMsg is the response to a request for totals.
	TotalsMsg struct {
		n      int
		filter string
		totals view.Totals
		took   time.Duration
		err    error
	}
)

// New returns a header that knows nothing yet.
func New(s Source) Model { return Model{source: s} }

// LoadState requests the state of the listener.
func (h *Model) LoadState() tea.Cmd {
	return h.source.Runner.Do(func(ctx context.Context) tea.Msg { return StateMsg{h.source.State(ctx)} })
}

// Counting reads the whole log, so it may use at most a fiftieth of the time.
const (
	minCountInterval    = 100 * time.Millisecond
	countIntervalFactor = 50
)

// Count counts the log. If a count is running, another one follows it.
func (h *Model) Count() tea.Cmd { return h.countAfter(0) }

func (h *Model) countAfter(d time.Duration) tea.Cmd {
	if h.counts.Busy {
		h.counts.Repeat = true
		return nil
	}
	ctx, n := h.counts.Begin(h.source.Runner.Context)
	text, selected := h.source.Filter()
	return task.Run(ctx, func(ctx context.Context) tea.Msg {
		if !task.Sleep(ctx, d) {
			return nil
		}
		begun := h.source.Now()
		t, err := h.source.Log.Totals(ctx, selected)
		return TotalsMsg{n, text, t, h.source.Now().Sub(begun), err}
	})
}

// CountNow counts immediately, because the filter has changed.
func (h *Model) CountNow() tea.Cmd {
	h.counts.Busy = false
	return h.Count()
}

// Update handles the response to a count. It does not report errors, because loading the rows also fails and shows the error.
func (h *Model) Update(msg TotalsMsg) tea.Cmd {
	again := h.counts.Repeat
	if !h.counts.Finish(msg.n) || msg.err != nil {
		return nil
	}
	h.Totals, h.CountedFor, h.Counted = msg.totals, msg.filter, true
	if again {
		return h.countAfter(max(minCountInterval, countIntervalFactor*msg.took))
	}
	return nil
}

// wideFrom is the width from which addresses have a note, and the sparkline is longer.
const wideFrom = 110

// The width of the sparkline, in periods.
const (
	sparkNarrow = 12
	sparkWide   = 20
)

// Lines renders the header: the tunnel and the rate, then the handler and the counters. Without a listener it is one line.
func (h *Model) Lines(w int, st display.Style) []draw.Line {
	spark := sparkNarrow
	if w >= wideFrom {
		spark = sparkWide
	}
	if !h.State.Listening {
		left := draw.Line{{Text: " "}, {Text: st.Symbols("○"), Role: display.Caution}, {Text: " listen is not running"}}
		return []draw.Line{draw.Spread(left, h.counters(st), w-1, st).Fit(w, st)}
	}
	s := h.State
	tunnel, handler := s.TunnelState, handlerWord(s.Handler)
	column := max(display.Width(tunnel), display.Width(handler), len("ready")) + 2
	first := append(lamp(s.Tunnel, tunnel, column, st), address(s.URL, s.TunnelName, w, st)...)
	second := append(lamp(s.Handler, handler, column, st), address(s.Forward, s.Verify, w, st)...)
	return []draw.Line{
		draw.Spread(first, rateLine(h.Totals.Rate, spark, st), w-1, st).Fit(w, st),
		draw.Spread(second, h.counters(st), w-1, st).Fit(w, st),
	}
}

// Height returns the number of lines.
func (h *Model) Height() int {
	if h.State.Listening {
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
func lamp(h view.Health, word string, cells int, st display.Style) draw.Line {
	glyph, role := "○", display.Caution
	switch h {
	case view.HealthUp:
		glyph, role = "●", display.Good
	case view.HealthUnknown:
		role = display.Dim
	}
	return draw.Text(" ").Add(st.Symbols(glyph), role).Add(" "+display.PadRight(word, cells), display.Plain)
}

// noteColumn is the column of the note after an address in the wide layout.
const noteColumn = 49

func address(url, note string, w int, st display.Style) draw.Line {
	l := draw.Text(st.Clean(url))
	if w < wideFrom || note == "" {
		return l
	}
	return l.Pad(noteColumn).Add(" "+st.Clean(note), display.Dim)
}

// counters renders the number of deliveries per status.
func (h *Model) counters(st display.Style) draw.Line {
	var l draw.Line
	n := map[webhook.Status]int{}
	for s, count := range h.Totals.ByStatus {
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
			l = l.Add("  ", display.Plain)
		}
		glyph, role := st.Glyph(s)
		l = l.Add(glyph, role).Add(" "+display.Count(n[s]), display.Plain)
	}
	return l
}

// bars are the heights of the sparkline. A period without deliveries has the lowest bar, which keeps the line unbroken.
const bars = "▁▂▃▄▅▆▇█"

// rateLine renders the sparkline, scaled to its highest period, and the rate as a number.
func rateLine(r view.Rate, cells int, st display.Style) draw.Line {
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
	return draw.Styled(draw.Symbols(b.String(), st), display.Dim).Add("  "+perSecond(r.PerSecond), display.Plain)
}

func perSecond(r float64) string {
	if r >= 10 {
		return display.Count(int(r+0.5)) + "/s"
	}
	return fmt.Sprintf("%.1f/s", r)
}
