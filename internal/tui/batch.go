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

// batch is a list of deliveries that are replayed one after another.
type batch struct {
	ids      []webhook.ID
	next     int
	outcomes outcomeCounts
	cancel   context.CancelFunc
	ctx      context.Context // canceled when the user stops the batch
}

// replayAll selects the marked deliveries or, if none are marked, those that match the filter.
func (m *Model) replayAll() tea.Cmd {
	if m.batch != nil {
		m.showMessage(text("A batch is still running. Press esc to stop it."))
		return nil
	}
	marks := m.list.marks
	if len(marks) == 0 && m.filter.active == "" {
		m.showMessage(text("Mark deliveries with space or filter with /, then press R to replay them."))
		return nil
	}
	selected, upTo := m.activeFilter(), m.now
	wanted := map[webhook.ID]bool{}
	for id := range marks {
		wanted[id] = true
	}
	return m.do(func(ctx context.Context) tea.Msg {
		var rows []webhook.Summary
		var err error
		if len(wanted) > 0 {
			rows, err = m.markedRows(ctx, wanted, upTo)
		} else {
			rows, err = m.o.Log.Matching(ctx, selected, upTo)
		}
		msg := batchReadyMsg{err: err}
		if len(rows) > 0 {
			msg.destination = m.o.Actions.Destination(rows...)
		}
		for _, s := range rows {
			msg.ids = append(msg.ids, s.ID)
		}
		return msg
	})
}

// markedRows returns the marked deliveries in the order in which they were received.
func (m *Model) markedRows(ctx context.Context, wanted map[webhook.ID]bool, upTo time.Time) ([]webhook.Summary, error) {
	all, err := m.o.Log.Matching(ctx, filter.Filter{}, upTo)
	return slices.DeleteFunc(all, func(s webhook.Summary) bool { return !wanted[s.ID] }), err
}

func (m *Model) confirmBatch(msg batchReadyMsg) {
	switch {
	case msg.err != nil:
		m.showError(msg.err)
		return
	case len(msg.ids) == 0:
		m.showMessage(text("Nothing to replay."))
		return
	}
	what := display.Count(len(msg.ids)) + " deliveries"
	if len(msg.ids) == 1 {
		what = "1 delivery"
	}
	m.confirm(confirmation{"Replay " + what + " to " + m.o.Style.Clean(msg.destination) + "?", func(m *Model) tea.Cmd {
		m.batch = &batch{ids: msg.ids, outcomes: outcomeCounts{}}
		m.batch.ctx, m.batch.cancel = context.WithCancel(m.ctx)
		return m.sendNext()
	}})
}

// sendNext replays the next delivery.
func (m *Model) sendNext() tea.Cmd {
	b := m.batch
	id := b.ids[b.next]
	m.showProgress("Replaying", display.Count(b.next+1)+" of "+display.Count(len(b.ids)), "")
	return m.doIn(b.ctx, func(ctx context.Context) tea.Msg {
		s, err := m.o.Actions.Replay(ctx, id)
		return batchMsg{b, s, err}
	})
}

func (m *Model) handleBatchSent(msg batchMsg) tea.Cmd {
	b := msg.batch
	if b != m.batch {
		return nil
	}
	if msg.err != nil {
		m.batch = nil
		b.cancel()
		m.showError(msg.err)
		return nil
	}
	b.outcomes[msg.sent.Status]++
	if b.next++; b.next < len(b.ids) {
		return m.sendNext()
	}
	m.batch = nil
	b.cancel()
	clear(m.list.marks)
	m.showMessage(text(m.o.Style.Symbols("↻") + " " + summarize(b.outcomes, len(b.ids), m.o.Style)))
	return nil
}

// stopBatch cancels the rest of the batch.
func (m *Model) stopBatch() {
	if b := m.batch; b != nil {
		b.cancel()
		m.batch = nil
		m.showMessage(text("Stopped after " + display.Count(b.next) + " of " + display.Count(len(b.ids)) + ": " + summarize(b.outcomes, b.next, m.o.Style)))
	}
}

// outcomeCounts counts deliveries by status.
type outcomeCounts map[webhook.Status]int

func countOutcomes(sent []webhook.Summary) outcomeCounts {
	t := outcomeCounts{}
	for _, s := range sent {
		t[s.Status]++
	}
	return t
}

// summarize describes the outcome of a batch, for example "2 of 5 delivered, 3 refused".
func summarize(t outcomeCounts, total int, st display.Style) string {
	s := display.Count(t[webhook.StatusDelivered]) + " of " + display.Count(total) + " delivered"
	for _, status := range webhook.Statuses() {
		if n := t[status]; n > 0 && status != webhook.StatusDelivered {
			s += ", " + display.Count(n) + " " + strings.ReplaceAll(st.Clean(string(status)), "_", " ")
		}
	}
	return s
}
