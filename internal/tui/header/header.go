// Package header shows the running listen above the list: its tunnel, its handler, and the counters. It counts the log and asks for the
// state of the listen.
package header

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/tui/task"
	"github.com/vidiking/vidiking-cli/internal/view"
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

	source    Source
	counts    task.Tracker
	countFrom time.Time // no count begins before
	over      int       // periods that have begun since Totals were counted
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

// Count counts the log. If a count is running or was expensive, another one follows it.
func (h *Model) Count() tea.Cmd { return h.countAfter(h.countFrom.Sub(h.source.Now())) }

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
	return h.countAfter(0)
}

// Update handles the response to a count. It does not report errors, because loading the rows also fails and shows the error.
func (h *Model) Update(msg TotalsMsg) tea.Cmd {
	again := h.counts.Repeat
	if !h.counts.Finish(msg.n) || msg.err != nil {
		return nil
	}
	h.Totals, h.CountedFor, h.Counted = msg.totals, msg.filter, true
	h.Age()
	h.countFrom = h.source.Now().Add(countIntervalFactor * msg.took)
	if again {
		return h.countAfter(max(minCountInterval, countIntervalFactor*msg.took))
	}
	return nil
}
