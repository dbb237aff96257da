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

// load asks for the rows around the cursor, and gives up an earlier question.
func (m *Model) load() tea.Cmd {
	ctx, n := m.pages.next(m.ctx)
	q := m.list.query(m.listHeight())
	q.Filter, q.UpTo = m.selected(), m.paused
	if !m.list.follow {
		q.LastSeen = m.list.seen
	}
	if m.paused != (store.Cursor{}) {
		q.LastSeen = m.paused
	}
	return m.doIn(ctx, func(ctx context.Context) tea.Msg {
		p, err := m.o.Log.Page(ctx, q)
		return pageMsg{n, p, err}
	})
}

// reload asks for the rows once more, after an earlier question is answered: keys that come faster than answers must not keep every
// one of them from being given.
func (m *Model) reload() tea.Cmd {
	if m.pages.busy {
		m.pages.again = true
		return nil
	}
	return m.load()
}

func (m *Model) listHeight() int { return max(m.layout().list.h, 1) }

func (m *Model) tookPage(msg pageMsg) tea.Cmd {
	again := m.pages.again
	if !m.pages.answered(msg.n) {
		return nil
	}
	if msg.err != nil {
		return m.logTrouble(msg.err)
	}
	m.list.take(msg.page, m.listHeight())
	if m.mode != modeFilter && m.mode != modeChooser {
		m.list.anchor = store.Cursor{}
	}
	m.loaded = true
	if msg.page.NoLog && m.hadLog && !m.o.Own { // a listener says it of its own log
		m.sayNext("!", display.Bad, "The delivery log was taken away", ". The next delivery begins a new one")
	}
	m.hadLog = !msg.page.NoLog
	cmds := []tea.Cmd{m.sync(), m.await(msg.page.Cursor)}
	if again || m.list.short(m.listHeight()) {
		cmds = append(cmds, m.reload())
	}
	return tea.Batch(cmds...)
}

// logTrouble says that the log can't be read, and looks again in a while.
func (m *Model) logTrouble(err error) tea.Cmd {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	m.sayError(err)
	return m.do(func(ctx context.Context) tea.Msg {
		if !rest(ctx, time.Second) {
			return nil
		}
		return changedMsg{}
	})
}

// await waits for the log to change, and not less than a frame. There is one such wait at a time.
func (m *Model) await(cursor int64) tea.Cmd {
	if m.awaiting {
		return nil
	}
	m.awaiting = true
	pause := m.pace.rest()
	return m.do(func(ctx context.Context) tea.Msg {
		if !rest(ctx, pause) {
			return nil
		}
		return changedMsg{m.o.Log.Wait(ctx, cursor)}
	})
}

func (m *Model) changed(msg changedMsg) tea.Cmd {
	m.awaiting = false
	if msg.err != nil {
		return m.logTrouble(msg.err)
	}
	m.pace.changed(m.o.Now())
	return tea.Batch(m.reload(), m.count(0))
}

// Counting looks at the whole log, so it gets a fiftieth of the time and no more.
const (
	leastCount = 100 * time.Millisecond
	countShare = 50
)

// count counts the log after a while. While it is counted already, it is counted once more after that.
func (m *Model) count(after time.Duration) tea.Cmd {
	if m.counts.busy {
		m.counts.again = true
		return nil
	}
	ctx, n := m.counts.next(m.ctx)
	selected := m.selected()
	return m.doIn(ctx, func(ctx context.Context) tea.Msg {
		if !rest(ctx, after) {
			return nil
		}
		begun := m.o.Now()
		t, err := m.o.Log.Totals(ctx, selected)
		return totalsMsg{n, t, m.o.Now().Sub(begun), err}
	})
}

// recount counts at once, since what is counted is another thing now.
func (m *Model) recount() tea.Cmd {
	m.counts.busy = false
	return m.count(0)
}

func (m *Model) tookTotals(msg totalsMsg) tea.Cmd {
	again := m.counts.again
	if !m.counts.answered(msg.n) || msg.err != nil {
		return nil // what can't be counted can't be read either, which is said there
	}
	m.totals, m.counted, m.matched = msg.totals, true, true
	m.o.Style.Targets = msg.totals.OtherProjects > 0
	if again {
		return m.count(max(leastCount, countShare*msg.took))
	}
	return nil
}

// sync asks for the delivery under the cursor, unless it is there or asked for.
func (m *Model) sync() tea.Cmd {
	s, ok := m.current()
	if !ok {
		m.detail.subject, m.detail.lines, m.wanted = nil, nil, webhook.Summary{}
		m.details.n++ // whatever is on its way is late
		return nil
	}
	if alike(s, m.wanted) {
		return nil
	}
	m.wanted = s
	return m.loadDetail(s.ID)
}

// isGone reports whether a delivery is not in the log. Any other error says nothing about the delivery.
func isGone(err error) bool {
	var gone *store.NotFoundError
	return errors.As(err, &gone)
}

// alike reports whether nothing of a delivery has changed that its detail shows.
func alike(a, b webhook.Summary) bool {
	return a.ID == b.ID && a.Status == b.Status && a.Attempts == b.Attempts && a.ResolvedBy == b.ResolvedBy
}

func (m *Model) loadDetail(id webhook.ID) tea.Cmd {
	ctx, n := m.details.next(m.ctx)
	p, gen := m.pane(), m.generation
	marked := m.otherMarked(id)
	return m.doIn(ctx, func(ctx context.Context) tea.Msg {
		s, err := m.readSubject(ctx, id, p.tab, marked)
		if err != nil {
			return detailMsg{n: n, err: err}
		}
		return detailMsg{n, gen, s, p.lines(ctx, *s), nil}
	})
}

// readSubject reads what the detail is about. It runs outside of the model's goroutine, and looks at nothing of the model's that
// changes.
func (m *Model) readSubject(ctx context.Context, id webhook.ID, shown tab, marked webhook.ID) (*subject, error) {
	d, family, err := m.o.Log.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	s := &subject{delivery: d, family: family}
	if shown != tabDiff {
		return s, nil
	}
	var other webhook.Delivery
	if marked == "" {
		marked = d.ReplayOf // of which it is the next try
	}
	found := false
	if marked != "" {
		other, _, err = m.o.Log.Get(ctx, marked)
		found = err == nil
	}
	if err != nil && !isGone(err) {
		return nil, err // and not compared with another than was marked
	}
	if !found {
		other, found, err = m.o.Log.PreviousOfEvent(ctx, d)
	}
	if err == nil && found {
		s.other = &other
	}
	return s, err
}

// otherMarked is the marked delivery that is not the one under the cursor; of several, the one that was marked last.
func (m *Model) otherMarked(id webhook.ID) webhook.ID {
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

func (m *Model) tookDetail(msg detailMsg) tea.Cmd {
	if !m.details.answered(msg.n) {
		return nil
	}
	if isGone(msg.err) { // pruned just now: the next page says what is there
		return nil
	}
	if msg.err != nil {
		m.wanted = webhook.Summary{} // it is asked for again with the next page
		return m.logTrouble(msg.err)
	}
	before, _ := m.detail.about()
	m.detail.subject = msg.subject
	if before.ID != msg.subject.delivery.ID {
		m.detail.reset()
	}
	if msg.generation != m.generation {
		return m.redraw()
	}
	m.detail.lines = msg.lines
	m.detail.scroll(m.layout().detail.h)
	if m.detail.tab == tabDiff && msg.subject.other == nil {
		m.detail.tab = tabPayload
		m.say(text("There is nothing before it to compare with. Mark one with space."))
		return m.reshow()
	}
	return nil
}

// reshow makes the detail's lines anew, since they are to be shown in another way.
func (m *Model) reshow() tea.Cmd {
	m.generation++
	if m.details.busy {
		return nil // what is on its way is seen to be of another generation
	}
	return m.redraw()
}

func (m *Model) redraw() tea.Cmd {
	if m.detail.subject == nil {
		return nil
	}
	ctx, n := m.details.next(m.ctx)
	p, gen, s := m.pane(), m.generation, m.detail.subject
	return m.doIn(ctx, func(ctx context.Context) tea.Msg { return detailMsg{n, gen, s, p.lines(ctx, *s), nil} })
}

func (m *Model) pane() pane {
	l := m.layout()
	st := m.o.Style
	st.Width, st.Timeout = l.detail.w, m.state.Timeout
	return pane{
		tab: m.detail.tab, form: m.detail.form, wrap: m.detail.wrap, folds: maps.Clone(m.detail.folds), style: st, title: l.wide, tools: m.o.Tools,
	}
}

// lookAround asks how the listener is.
func (m *Model) lookAround() tea.Cmd {
	return m.do(func(ctx context.Context) tea.Msg { return stateMsg{m.o.State(ctx)} })
}

// How often the clock is looked at: while something waits, its row says for how long.
const (
	tickIdle    = time.Second
	tickWaiting = 200 * time.Millisecond
)

func (m *Model) tick() tea.Cmd {
	d := tickIdle
	if m.width > 0 && m.list.waiting(m.listHeight()) {
		d = tickWaiting
	}
	return m.do(func(ctx context.Context) tea.Msg {
		if !rest(ctx, d) {
			return nil
		}
		return tickMsg{}
	})
}

func (m *Model) ticked() tea.Cmd {
	m.nextNotice()
	cmds := []tea.Cmd{m.tick(), m.lookAround()}
	if m.totals.Rate.PerSecond > 0 {
		cmds = append(cmds, m.count(0)) // it falls also while nothing comes
	}
	return tea.Batch(cmds...)
}

// hear waits for a notice.
func (m *Model) hear() tea.Cmd {
	return m.do(func(ctx context.Context) tea.Msg {
		select {
		case n := <-m.notices:
			return noticeMsg{n}
		case <-ctx.Done():
			return nil
		}
	})
}

// untilNow is a place behind everything that was received up to now.
func untilNow(now time.Time) store.Cursor { return store.CursorAt(now, math.MaxInt64) }
