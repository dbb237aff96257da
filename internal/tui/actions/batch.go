package actions

import (
	"context"
	"slices"
	"time"

	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/tui/task"
	"github.com/vidiking/vidiking-cli/internal/view"

	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Batch is a list of deliveries that are replayed one after another.
type Batch struct {
	IDs      []webhook.ID
	Next     int
	outcomes outcomeCounts

	unreachable int // connection failures in a row

	cancel context.CancelFunc
	ctx    context.Context // canceled when the user stops the batch
}

// Batches replays batches.
type Batches struct {
	Source

	Batch *Batch // nil: no batch is running
}

// maxUnreachable is the number of connection failures in a row after which a batch stops.
const maxUnreachable = 3

// ReplayAll replays the marked deliveries or, if none are marked, those that match the filter. It asks first.
func (m *Batches) ReplayAll(wanted map[webhook.ID]bool, selected filter.Filter, upTo time.Time) tea.Cmd {
	if m.Batch != nil {
		m.Message.Text(draw.Text("A batch is still running. Press esc to stop it."))
		return nil
	}
	if len(wanted) == 0 && selected.IsZero() {
		m.Message.Text(draw.Text("Mark deliveries with space or filter with /, then press R to replay them."))
		return nil
	}
	return m.Runner.Do(func(ctx context.Context) tea.Msg {
		var rows []webhook.Summary
		var err error
		if len(wanted) > 0 {
			rows, err = markedRows(ctx, m.Log, wanted, upTo)
		} else {
			rows, err = m.Log.Matching(ctx, selected, upTo)
		}
		msg := batchReadyMsg{err: err}
		if len(rows) > 0 {
			msg.destination = m.Actions.Destination(rows...)
		}
		for _, s := range rows {
			msg.ids = append(msg.ids, s.ID)
		}
		return msg
	})
}

// markedRows returns the marked deliveries in the order in which they were received.
func markedRows(ctx context.Context, log view.Log, wanted map[webhook.ID]bool, upTo time.Time) ([]webhook.Summary, error) {
	all, err := log.Matching(ctx, filter.Filter{}, upTo)
	return slices.DeleteFunc(all, func(s webhook.Summary) bool { return !wanted[s.ID] }), err
}

func (m *Batches) confirmBatch(msg batchReadyMsg) {
	switch {
	case msg.err != nil:
		m.Message.Error(msg.err)
		return
	case len(msg.ids) == 0:
		m.Message.Text(draw.Text("Nothing to replay."))
		return
	}
	what := display.Count(len(msg.ids)) + " deliveries"
	if len(msg.ids) == 1 {
		what = "1 delivery"
	}
	m.Message.Ask("Replay "+what+" to "+m.Style.Clean(msg.destination)+"?", func() tea.Cmd {
		m.Batch = &Batch{IDs: msg.ids, outcomes: outcomeCounts{}}
		m.Batch.ctx, m.Batch.cancel = context.WithCancel(m.Runner.Context)
		return m.sendNext()
	})
}

// sendNext replays the next delivery.
func (m *Batches) sendNext() tea.Cmd {
	b := m.Batch
	id := b.IDs[b.Next]
	m.Message.Progress("Replaying", display.Count(b.Next+1)+" of "+display.Count(len(b.IDs)), "")
	return task.Run(b.ctx, func(ctx context.Context) tea.Msg {
		s, err := m.Actions.Replay(ctx, id)
		return batchMsg{b, s, err}
	})
}

func (m *Batches) handleBatchSent(msg batchMsg) tea.Cmd {
	b := msg.batch
	if b != m.Batch {
		return nil
	}
	if msg.err != nil {
		m.Batch = nil
		b.cancel()
		m.Message.Error(msg.err)
		return nil
	}
	b.outcomes[msg.sent.Status]++
	b.unreachable++
	if msg.sent.Status != webhook.StatusUnreachable {
		b.unreachable = 0
	}
	if b.Next++; b.unreachable == maxUnreachable && b.Next < len(b.IDs) {
		m.StopBatch()
		m.Message.Text(draw.Styled("! ", display.Bad).Add("Stopped after "+display.Count(b.Next)+" of "+display.Count(len(b.IDs))+": the handler was unreachable "+display.Count(maxUnreachable)+" times in a row.", display.Plain))
		return nil
	}
	if b.Next < len(b.IDs) {
		return m.sendNext()
	}
	m.Batch = nil
	b.cancel()
	m.Message.Text(draw.Text(m.Style.Symbols("↻") + " " + summarize(b.outcomes, len(b.IDs), m.Style)))
	return func() tea.Msg { return BatchDoneMsg{} }
}

// StopBatch cancels the rest of the batch.
func (m *Batches) StopBatch() {
	if b := m.Batch; b != nil {
		b.cancel()
		m.Batch = nil
		m.Message.Text(draw.Text("Stopped after " + display.Count(b.Next) + " of " + display.Count(len(b.IDs)) + ": " + summarize(b.outcomes, b.Next, m.Style)))
	}
}
