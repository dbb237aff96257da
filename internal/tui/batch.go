package tui

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// batch is deliveries that are sent again one after the other.
type batch struct {
	ids    []webhook.ID
	next   int
	came   tally
	cancel context.CancelFunc
	ctx    context.Context // the batch's lifetime, ended by esc
}

// replayAll finds out what is to be sent again: what is marked, else what matches the filter.
func (m *Model) replayAll() tea.Cmd {
	if m.batch != nil {
		m.say(text("Still sending. esc stops it."))
		return nil
	}
	marks := m.list.marks
	if len(marks) == 0 && m.filter.active == "" {
		m.say(text("Mark deliveries with space, or filter with /, then R sends them again."))
		return nil
	}
	selected, upTo := m.selected(), m.now
	wanted := map[webhook.ID]bool{}
	for id := range marks {
		wanted[id] = true
	}
	return m.do(func(ctx context.Context) tea.Msg {
		var rows []webhook.Summary
		var err error
		if len(wanted) > 0 {
			rows, err = m.marked(ctx, wanted, upTo)
		} else {
			rows, err = m.o.Log.Matching(ctx, selected, upTo)
		}
		msg := batchAskedMsg{err: err}
		if len(rows) > 0 {
			msg.where = m.o.Actions.Destination(rows...)
		}
		for _, s := range rows {
			msg.ids = append(msg.ids, s.ID)
		}
		return msg
	})
}

// marked is what is marked, in the order in which it was received.
func (m *Model) marked(ctx context.Context, wanted map[webhook.ID]bool, upTo time.Time) ([]webhook.Summary, error) {
	all, err := m.o.Log.Matching(ctx, filter.Filter{}, upTo)
	return slices.DeleteFunc(all, func(s webhook.Summary) bool { return !wanted[s.ID] }), err
}

func (m *Model) askReplays(msg batchAskedMsg) {
	switch {
	case msg.err != nil:
		m.sayError(msg.err)
		return
	case len(msg.ids) == 0:
		m.say(text("Nothing to send again."))
		return
	}
	what := display.Count(len(msg.ids)) + " deliveries"
	if len(msg.ids) == 1 {
		what = "1 delivery"
	}
	m.put(question{"Send " + what + " again to " + m.o.Style.Clean(msg.where) + "?", func(m *Model) tea.Cmd {
		m.batch = &batch{ids: msg.ids, came: tally{}}
		m.batch.ctx, m.batch.cancel = context.WithCancel(m.ctx)
		return m.batchOn()
	}})
}

// batchOn sends the next one.
func (m *Model) batchOn() tea.Cmd {
	b := m.batch
	id := b.ids[b.next]
	m.sending(display.Count(b.next+1)+" of "+display.Count(len(b.ids))+" again", "")
	return m.doIn(b.ctx, func(ctx context.Context) tea.Msg {
		s, err := m.o.Actions.Replay(ctx, id)
		return batchMsg{b, s, err}
	})
}

func (m *Model) batchWent(msg batchMsg) tea.Cmd {
	b := msg.of
	if b != m.batch {
		return nil
	}
	if msg.err != nil {
		m.batch = nil
		b.cancel()
		m.sayError(msg.err)
		return nil
	}
	b.came[msg.sent.Status]++
	if b.next++; b.next < len(b.ids) {
		return m.batchOn()
	}
	m.batch = nil
	b.cancel()
	clear(m.list.marks)
	m.say(text(m.o.Style.Symbols("↻") + " " + came(b.came, len(b.ids), m.o.Style)))
	return nil
}

// stopBatch stops sending; what is sent is sent.
func (m *Model) stopBatch() {
	if b := m.batch; b != nil {
		b.cancel()
		m.batch = nil
		m.say(text("Stopped after " + display.Count(b.next) + " of " + display.Count(len(b.ids)) + ": " + came(b.came, b.next, m.o.Style)))
	}
}

// tally counts deliveries by what became of them.
type tally map[webhook.Status]int

func tallyOf(sent []webhook.Summary) tally {
	t := tally{}
	for _, s := range sent {
		t[s.Status]++
	}
	return t
}

// came is what became of so many: 2 of 5 delivered, 3 refused.
func came(t tally, of int, st display.Style) string {
	s := display.Count(t[webhook.StatusDelivered]) + " of " + display.Count(of) + " delivered"
	for _, status := range webhook.Statuses() {
		if n := t[status]; n > 0 && status != webhook.StatusDelivered {
			s += ", " + display.Count(n) + " " + strings.ReplaceAll(st.Clean(string(status)), "_", " ")
		}
	}
	return s
}
