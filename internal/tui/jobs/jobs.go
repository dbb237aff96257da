// Package jobs is the list of jobs: one row per job, with its events as ticks.
package jobs

import (
	"context"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/tui/keys"
	"github.com/vidiking/vidiking-cli/internal/tui/task"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Model is the list of the jobs that were active last, the newest at the bottom.
type Model struct {
	Count  int // the number of jobs
	Loaded bool

	log      view.Log
	run      task.Runner
	now      func() time.Time
	keys     *keys.Map
	jobs     []view.Job
	cursor   string // what the job under the cursor is about
	requests task.Tracker
	loadFrom time.Time // no request begins before
}

// LoadedMsg is the response to a request for jobs.
type LoadedMsg struct {
	n    int
	jobs view.Jobs
	took time.Duration
	err  error
}

// New returns an empty list.
func New(log view.Log, run task.Runner, now func() time.Time, k *keys.Map) Model {
	return Model{log: log, run: run, now: now, keys: k}
}

// Listing jobs reads an index of the whole log, so it may use at most a fiftieth of the time.
const (
	minInterval    = 100 * time.Millisecond
	intervalFactor = 50
)

// Load requests the jobs. If a request is running or was expensive, another one follows it.
func (m *Model) Load() tea.Cmd { return m.loadAfter(m.loadFrom.Sub(m.now())) }

func (m *Model) loadAfter(d time.Duration) tea.Cmd {
	if m.requests.Busy {
		m.requests.Repeat = true
		return nil
	}
	ctx, n := m.requests.Begin(m.run.Context)
	return task.Run(ctx, func(ctx context.Context) tea.Msg {
		if !task.Sleep(ctx, d) {
			return nil
		}
		begun := m.now()
		all, err := m.log.Jobs(ctx)
		return LoadedMsg{n, all, m.now().Sub(begun), err}
	})
}

// Update handles the response to a request. It does not report errors, because loading the rows also fails and shows the error.
func (m *Model) Update(msg LoadedMsg) tea.Cmd {
	again := m.requests.Repeat
	if !m.requests.Finish(msg.n) || msg.err != nil {
		return nil
	}
	follow := m.index() == len(m.jobs)-1
	m.jobs, m.Count, m.Loaded = msg.jobs.Jobs, msg.jobs.Count, true
	if follow && len(m.jobs) > 0 {
		m.cursor = m.jobs[len(m.jobs)-1].About
	}
	m.loadFrom = m.now().Add(intervalFactor * msg.took)
	if again {
		return m.loadAfter(max(minInterval, intervalFactor*msg.took))
	}
	return nil
}

// index returns the index of the job under the cursor.
func (m *Model) index() int {
	for i, j := range m.jobs {
		if j.About == m.cursor {
			return i
		}
	}
	return len(m.jobs) - 1
}

// Current returns the newest delivery of the job under the cursor.
func (m *Model) Current() (webhook.Summary, bool) {
	i := m.index()
	if i < 0 || len(m.jobs[i].Deliveries) == 0 {
		return webhook.Summary{}, false
	}
	return m.jobs[i].Deliveries[len(m.jobs[i].Deliveries)-1], true
}

// Key handles a key that moves the cursor by rows of a list of the given height.
func (m *Model) Key(k tea.KeyPressMsg, height int) (done bool) {
	by := 0
	switch {
	case key.Matches(k, m.keys.Up):
		by = -1
	case key.Matches(k, m.keys.Down):
		by = 1
	case key.Matches(k, m.keys.PageUp):
		by = -height
	case key.Matches(k, m.keys.PageDown):
		by = height
	case key.Matches(k, m.keys.Top):
		by = -len(m.jobs)
	case key.Matches(k, m.keys.Bottom):
		by = len(m.jobs)
	default:
		return false
	}
	if len(m.jobs) > 0 {
		m.cursor = m.jobs[max(min(m.index()+by, len(m.jobs)-1), 0)].About
	}
	return true
}

// Lines renders the rows around the cursor.
func (m *Model) Lines(w, h int, st display.Style) []draw.Line {
	at := m.index()
	top := max(min(at-h/2, len(m.jobs)-h), 0)
	lines := make([]draw.Line, 0, h)
	for i := top; i < len(m.jobs) && len(lines) < h; i++ {
		l := row(m.jobs[i], st).Fit(w-1, st)
		first := draw.Text(" ")
		if i == at {
			first, l = draw.Text(draw.Symbols("▌", st)), l.Reverse()
		}
		lines = append(lines, append(first, l...))
	}
	if len(m.jobs) == 0 && m.Loaded {
		lines = append(lines, draw.Styled(" No jobs yet.", display.Dim).Fit(w, st))
	}
	for len(lines) < h {
		lines = append(lines, draw.Text(draw.Spaces(w)))
	}
	return lines
}

// row renders a job: the time of its newest delivery, its id, and its events as ticks. A replay counts for the delivery that it resolves.
func row(j view.Job, st display.Style) draw.Line {
	const aboutCells = 20
	last := j.Deliveries[len(j.Deliveries)-1]
	l := draw.Styled(display.Clock(last.ReceivedAt, st)+"  ", display.Dim).Add(display.PadRight(st.CutMiddle(st.Clean(j.About), aboutCells), aboutCells), display.Plain)
	for _, s := range j.Deliveries {
		if s.Repeated() {
			continue
		}
		status := s.Status
		if s.ResolvedBy != "" {
			status = webhook.StatusDelivered
		}
		glyph, role := st.Glyph(status)
		event := s.Event[strings.LastIndexByte(s.Event, '.')+1:]
		l = l.Add("  ", display.Plain).Add(glyph, role).Add(" "+st.CutMiddle(st.Clean(event), 18), display.Plain)
	}
	return l
}
