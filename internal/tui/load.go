package tui

import (
	"context"
	"errors"
	"maps"
	"math"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// load requests the rows around the cursor and cancels an earlier request.
func (m *Model) load() tea.Cmd {
	ctx, n := m.pages.begin(m.ctx)
	q := m.list.query(m.listHeight())
	q.Filter, q.UpTo = m.activeFilter(), m.paused
	if !m.list.follow {
		q.LastSeen = m.list.lastSeen
	}
	if m.paused != (store.Cursor{}) {
		q.LastSeen = m.paused
	}
	return m.doIn(ctx, func(ctx context.Context) tea.Msg {
		p, err := m.o.Log.Page(ctx, q)
		return pageMsg{n, p, err}
	})
}

// reload requests the rows again, once an earlier request has finished. It doesn't cancel the request: with a key held down, no request
// would ever finish.
func (m *Model) reload() tea.Cmd {
	if m.pages.busy {
		m.pages.repeat = true
		return nil
	}
	return m.load()
}

func (m *Model) listHeight() int { return max(m.layout().list.h, 1) }

func (m *Model) handlePage(msg pageMsg) tea.Cmd {
	again := m.pages.repeat
	if !m.pages.finish(msg.n) {
		return nil
	}
	if msg.err != nil {
		return m.handleLogError(msg.err)
	}
	m.list.setPage(msg.page, m.listHeight())
	if m.mode != modeFilter && m.mode != modeChooser {
		m.list.anchor = store.Cursor{}
	}
	m.loaded = true
	if msg.page.NoLog && m.hadLog && !m.o.OwnsListener { // a listener reports this itself
		m.showWithAdvice("!", display.Bad, "The delivery log was deleted", ". The next delivery creates a new one")
	}
	m.hadLog = !msg.page.NoLog
	cmds := []tea.Cmd{m.syncDetail(), m.waitForChange(msg.page.Cursor)}
	if again || m.list.needsRows(m.listHeight()) {
		cmds = append(cmds, m.reload())
	}
	return tea.Batch(cmds...)
}

// handleLogError shows that the log cannot be read, and tries again after a second.
func (m *Model) handleLogError(err error) tea.Cmd {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	m.showError(err)
	return m.do(func(ctx context.Context) tea.Msg {
		if !sleep(ctx, time.Second) {
			return nil
		}
		return changedMsg{}
	})
}

// waitForChange waits until the log changes, for at least the throttle's delay. Only one such wait runs at a time.
func (m *Model) waitForChange(cursor int64) tea.Cmd {
	if m.waiting {
		return nil
	}
	m.waiting = true
	pause := m.throttle.delay()
	return m.do(func(ctx context.Context) tea.Msg {
		if !sleep(ctx, pause) {
			return nil
		}
		return changedMsg{m.o.Log.Wait(ctx, cursor)}
	})
}

func (m *Model) handleChange(msg changedMsg) tea.Cmd {
	m.waiting = false
	if msg.err != nil {
		return m.handleLogError(msg.err)
	}
	m.throttle.changed(m.o.Now())
	return tea.Batch(m.reload(), m.count(0))
}

// Counting reads the whole log, so it may use at most a fiftieth of the time.
const (
	minCountInterval    = 100 * time.Millisecond
	countIntervalFactor = 50
)

// count counts the log after a delay. If a count is running, another one follows it.
func (m *Model) count(after time.Duration) tea.Cmd {
	if m.counts.busy {
		m.counts.repeat = true
		return nil
	}
	ctx, n := m.counts.begin(m.ctx)
	selected := m.activeFilter()
	return m.doIn(ctx, func(ctx context.Context) tea.Msg {
		if !sleep(ctx, after) {
			return nil
		}
		begun := m.o.Now()
		t, err := m.o.Log.Totals(ctx, selected)
		return totalsMsg{n, t, m.o.Now().Sub(begun), err}
	})
}

// countNow counts immediately, because the filter has changed.
func (m *Model) countNow() tea.Cmd {
	m.counts.busy = false
	return m.count(0)
}

func (m *Model) handleTotals(msg totalsMsg) tea.Cmd {
	again := m.counts.repeat
	if !m.counts.finish(msg.n) || msg.err != nil {
		return nil // loading the rows fails, too, and shows the error
	}
	m.totals, m.totalsLoaded, m.matchesCounted = msg.totals, true, true
	m.o.Style.Targets = msg.totals.OtherProjects > 0
	if again {
		return m.count(max(minCountInterval, countIntervalFactor*msg.took))
	}
	return nil
}

// syncDetail loads the delivery under the cursor unless the detail shows it or is loading it.
func (m *Model) syncDetail() tea.Cmd {
	s, ok := m.current()
	if !ok {
		m.detail.subject, m.detail.lines, m.detailOf = nil, nil, webhook.Summary{}
		m.details.latest++ // drop the running request
		return nil
	}
	if sameDetail(s, m.detailOf) {
		return nil
	}
	m.detailOf = s
	return m.loadDetail(s.ID)
}

// isNotFound reports whether a delivery is not in the log. After any other error, it may still be there.
func isNotFound(err error) bool {
	var gone *store.NotFoundError
	return errors.As(err, &gone)
}

// sameDetail reports whether the detail of a delivery is unchanged.
func sameDetail(a, b webhook.Summary) bool {
	return a.ID == b.ID && a.Status == b.Status && a.Attempts == b.Attempts && a.ResolvedBy == b.ResolvedBy
}

func (m *Model) loadDetail(id webhook.ID) tea.Cmd {
	ctx, n := m.details.begin(m.ctx)
	p, gen := m.renderer(), m.detailVersion
	marked := m.markedToCompare(id)
	return m.doIn(ctx, func(ctx context.Context) tea.Msg {
		s, err := m.readSubject(ctx, id, p.tab, marked)
		if err != nil {
			return detailMsg{n: n, err: err}
		}
		return detailMsg{n, gen, s, p.lines(ctx, *s), nil}
	})
}

// readSubject reads the data that the detail shows. It runs outside the model's goroutine and uses only fields that never change.
func (m *Model) readSubject(ctx context.Context, id webhook.ID, shown tab, marked webhook.ID) (*subject, error) {
	d, family, err := m.o.Log.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	s := &subject{delivery: d, tree: family}
	if shown != tabDiff {
		return s, nil
	}
	var other webhook.Delivery
	if marked == "" {
		marked = d.ReplayOf // compare a replay with the original
	}
	found := false
	if marked != "" {
		other, _, err = m.o.Log.Get(ctx, marked)
		found = err == nil
	}
	if err != nil && !isNotFound(err) {
		return nil, err // don't compare with another delivery than the marked one
	}
	if !found {
		other, found, err = m.o.Log.PreviousOfEvent(ctx, d)
	}
	if err == nil && found {
		s.comparedTo = &other
	}
	return s, err
}

// markedToCompare returns the marked delivery that is not under the cursor; of several, the one that was marked last.
func (m *Model) markedToCompare(id webhook.ID) webhook.ID {
	if last := m.list.lastMarked; last != id && m.list.marks[last] {
		return last
	}
	other := webhook.ID("")
	for marked := range m.list.marks {
		if marked != id && (other == "" || marked < other) {
			other = marked
		}
	}
	return other
}

func (m *Model) handleDetail(msg detailMsg) tea.Cmd {
	if !m.details.finish(msg.n) {
		return nil
	}
	if isNotFound(msg.err) { // pruned meanwhile; the next page shows the rest
		return nil
	}
	if msg.err != nil {
		m.detailOf = webhook.Summary{} // load it again with the next page
		return m.handleLogError(msg.err)
	}
	before, _ := m.detail.summary()
	m.detail.subject = msg.subject
	if before.ID != msg.subject.delivery.ID {
		m.detail.reset()
	}
	if msg.version != m.detailVersion {
		return m.renderDetail()
	}
	m.detail.lines = msg.lines
	m.detail.scroll(m.layout().detail.h)
	if m.detail.tab == tabDiff && msg.subject.comparedTo == nil {
		m.detail.tab = tabPayload
		m.showMessage(text("No earlier delivery to compare with. Mark one with space."))
		return m.rerenderDetail()
	}
	return nil
}

// rerenderDetail renders the detail after a change of its settings.
func (m *Model) rerenderDetail() tea.Cmd {
	m.detailVersion++
	if m.details.busy {
		return nil // the response of the running request has an old version, so it is rendered again
	}
	return m.renderDetail()
}

func (m *Model) renderDetail() tea.Cmd {
	if m.detail.subject == nil {
		return nil
	}
	ctx, n := m.details.begin(m.ctx)
	p, gen, s := m.renderer(), m.detailVersion, m.detail.subject
	return m.doIn(ctx, func(ctx context.Context) tea.Msg { return detailMsg{n, gen, s, p.lines(ctx, *s), nil} })
}

func (m *Model) renderer() detailRenderer {
	l := m.layout()
	st := m.o.Style
	st.Width, st.Timeout = l.detail.w, m.state.Timeout
	return detailRenderer{
		tab: m.detail.tab, format: m.detail.format, wrap: m.detail.wrap, folds: maps.Clone(m.detail.folds), style: st, withTitle: l.wide, tools: m.o.Tools,
	}
}

// loadState requests the state of the listener.
func (m *Model) loadState() tea.Cmd {
	return m.do(func(ctx context.Context) tea.Msg { return stateMsg{m.o.State(ctx)} })
}

// The intervals of the clock. It is faster while a visible row is pending, because the row shows its age.
const (
	tickIdle    = time.Second
	tickWaiting = 200 * time.Millisecond
)

func (m *Model) tick() tea.Cmd {
	d := tickIdle
	if m.width > 0 && m.list.hasPending(m.listHeight()) {
		d = tickWaiting
	}
	return m.do(func(ctx context.Context) tea.Msg {
		if !sleep(ctx, d) {
			return nil
		}
		return tickMsg{}
	})
}

func (m *Model) handleTick() tea.Cmd {
	m.showNextNotice()
	cmds := []tea.Cmd{m.tick(), m.loadState()}
	if m.totals.Rate.PerSecond > 0 {
		cmds = append(cmds, m.count(0)) // the rate falls when no deliveries arrive
	}
	return tea.Batch(cmds...)
}

// waitForNotice waits for the next notice.
func (m *Model) waitForNotice() tea.Cmd {
	return m.do(func(ctx context.Context) tea.Msg {
		select {
		case n := <-m.notices:
			return noticeMsg{n}
		case <-ctx.Done():
			return nil
		}
	})
}

// cursorAfter returns a cursor after every delivery received up to now.
func cursorAfter(now time.Time) store.Cursor { return store.CursorAt(now, math.MaxInt64) }
