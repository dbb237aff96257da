package tui

import (
	"context"
	"fmt"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// actionKey are the keys that do something with deliveries.
func (m *Model) actionKey(k tea.KeyPressMsg) tea.Cmd {
	if key.Matches(k, m.keys.trigger) {
		m.behind, m.mode = m.mode, modePalette
		m.palette = newPalette(m.o.Samples)
		return nil
	}
	if key.Matches(k, m.keys.replayAll) {
		return m.replayAll()
	}
	s, ok := m.current()
	if !ok {
		return nil
	}
	switch {
	case key.Matches(k, m.keys.replay):
		return m.replay(s.ID)
	case key.Matches(k, m.keys.edit):
		return m.edit(s.ID)
	case key.Matches(k, m.keys.diff):
		m.detail.tab, m.result = tabDiff, nil // what was said of an earlier comparison is no longer so
		m.detail.reset()
		m.generation++
		return m.loadDetail(s.ID)
	case key.Matches(k, m.keys.copyID):
		return m.copy("the id "+string(s.ID), string(s.ID))
	case key.Matches(k, m.keys.copyBody):
		return m.read(s.ID, useCopyBody)
	case key.Matches(k, m.keys.copyCurl):
		return m.read(s.ID, useCopyCurl)
	case key.Matches(k, m.keys.save):
		return m.read(s.ID, useSave)
	default:
		return nil
	}
}

// replay sends a delivery again. Its row is there when it is recorded, not when it is answered.
func (m *Model) replay(id webhook.ID) tea.Cmd {
	m.sending(display.ShortID(id, m.o.Style) + " again")
	return m.do(func(ctx context.Context) tea.Msg {
		s, err := m.o.Actions.Replay(ctx, id)
		return sentMsg{parent: id, sent: []webhook.Summary{s}, err: err}
	})
}

func (m *Model) trigger(name string) tea.Cmd {
	m.sending(name)
	return m.do(func(ctx context.Context) tea.Msg {
		sent, err := m.o.Actions.Trigger(ctx, name)
		return sentMsg{what: name, sent: sent, err: err}
	})
}

func (m *Model) sending(what string) {
	glyph, role := m.o.Style.Glyph(webhook.StatusPending)
	m.say(styled(glyph+" ", role).add("Sending "+what+" to "+m.o.Style.Clean(m.o.Actions.Where())+m.o.Style.Say("…"), display.Plain))
}

// sent says what came of a sending.
func (m *Model) sent(msg sentMsg) {
	st := m.o.Style
	if msg.err != nil {
		m.sayError(msg.err)
		return
	}
	switch {
	case len(msg.sent) == 0:
		return
	case len(msg.sent) > 1:
		m.say(text(fmt.Sprintf("%s: %s of %d delivered", st.Clean(msg.what), display.Count(delivered(msg.sent)), len(msg.sent))))
		return
	}
	s := msg.sent[0]
	l := text(display.ShortID(s.ID, st) + ": ")
	if msg.parent != "" {
		l = styled(st.Say("↻")+" ", display.Dim).add(display.ShortID(msg.parent, st)+" sent again as "+display.ShortID(s.ID, st)+": ", display.Plain)
	}
	m.say(append(l, outcomeOf(s, st)...))
}

func delivered(sent []webhook.Summary) (n int) {
	for _, s := range sent {
		if s.Status == webhook.StatusDelivered {
			n++
		}
	}
	return n
}

// outcomeOf is a delivery's status in a sentence: ✗ 401 refused in 6 ms.
func outcomeOf(s webhook.Summary, st display.Style) line {
	glyph, role := st.Glyph(s.Status)
	l := styled(glyph+" "+display.StatusText(s), role)
	if s.Code > 0 {
		l = l.add(" in "+display.Duration(s.Duration), display.Plain)
	}
	return l
}

// edit opens a delivery in the editor. A second press before that is there does not open a second one after the first.
func (m *Model) edit(id webhook.ID) tea.Cmd {
	if m.editing {
		return nil
	}
	m.editing = true
	return m.read(id, useEdit)
}

// read reads a delivery for an action.
func (m *Model) read(id webhook.ID, what use) tea.Cmd {
	return m.do(func(ctx context.Context) tea.Msg {
		d, _, err := m.o.Log.Get(ctx, id)
		return deliveryMsg{d, what, err}
	})
}

func (m *Model) useDelivery(msg deliveryMsg) tea.Cmd {
	if msg.err != nil {
		m.editing = m.editing && msg.use != useEdit
		m.sayError(msg.err)
		return nil
	}
	d := msg.delivery
	switch msg.use {
	case useCopyBody:
		return m.copy("the payload, "+display.Bytes(int64(len(d.Body))), string(d.Body))
	case useCopyCurl:
		return m.copy("a curl command", m.o.Tools.Curl(d))
	case useSave:
		return m.do(func(context.Context) tea.Msg {
			path, err := m.o.Actions.Save(d)
			return savedMsg{path, err}
		})
	default:
		edit := m.o.Actions.Edit(d.Body)
		return m.exec(edit, func(err error) tea.Msg { return editedMsg{d.ID, edit, err} })
	}
}

// edited sends what was saved, if that is something else than before.
func (m *Model) edited(msg editedMsg) tea.Cmd {
	m.editing = false
	if msg.err != nil {
		m.sayError(msg.err)
		return nil
	}
	body, ok := msg.edit.Body()
	if !ok {
		m.say(text("Nothing was changed, so nothing is sent."))
		return nil
	}
	m.sending(display.ShortID(msg.parent, m.o.Style) + ", edited,")
	return m.do(func(ctx context.Context) tea.Msg {
		s, err := m.o.Actions.SendEdited(ctx, msg.parent, body)
		return sentMsg{parent: msg.parent, sent: []webhook.Summary{s}, err: err}
	})
}

func (m *Model) saved(msg savedMsg) {
	if msg.err != nil {
		m.sayError(msg.err)
		return
	}
	m.sayGood("Saved the body as " + msg.path)
}

// mostCopied is how much is handed to the terminal to copy: many take no more than 100,000 bytes of OSC 52, and base64 makes three of
// them four.
const mostCopied = 74_000

// copy hands a text to the terminal's clipboard. Whether it takes it, no terminal says.
func (m *Model) copy(what, s string) tea.Cmd {
	if len(s) > mostCopied {
		m.say(styled("! ", display.Caution).add("Terminals take no more than "+display.Bytes(mostCopied)+" to copy. Save it: s", display.Plain))
		return nil
	}
	m.sayGood("Copied " + what + ", where the terminal allows it (OSC 52)")
	return tea.SetClipboard(s)
}

// batch is deliveries that are sent again one after the other.
type batch struct {
	ids       []webhook.ID
	next      int
	delivered int
	cancel    context.CancelFunc
	ctx       context.Context //nolint:containedctx // a batch's life, which esc ends
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
		if len(wanted) > 0 {
			ids, err := m.marked(ctx, wanted, upTo)
			return idsMsg{ids, err}
		}
		ids, err := m.o.Log.IDs(ctx, selected, upTo)
		return idsMsg{ids, err}
	})
}

// marked is what is marked, in the order in which it was received.
func (m *Model) marked(ctx context.Context, wanted map[webhook.ID]bool, upTo time.Time) ([]webhook.ID, error) {
	all, err := m.o.Log.IDs(ctx, filter.Filter{}, upTo)
	var ids []webhook.ID
	for _, id := range all {
		if wanted[id] {
			ids = append(ids, id)
		}
	}
	return ids, err
}

func (m *Model) askReplays(msg idsMsg) {
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
	m.put(question{"Send " + what + " again to " + m.o.Style.Clean(m.o.Actions.Where()) + "?", func(m *Model) tea.Cmd {
		m.batch = &batch{ids: msg.ids}
		m.batch.ctx, m.batch.cancel = context.WithCancel(m.ctx)
		return m.batchOn()
	}})
}

// batchOn sends the next one.
func (m *Model) batchOn() tea.Cmd {
	b := m.batch
	id := b.ids[b.next]
	m.sending(fmt.Sprintf("%d of %d again", b.next+1, len(b.ids)))
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
	b.delivered += delivered([]webhook.Summary{msg.sent})
	if b.next++; b.next < len(b.ids) {
		return m.batchOn()
	}
	m.batch = nil
	b.cancel()
	clear(m.list.marks)
	m.say(text(fmt.Sprintf("%s %s of %s delivered", m.o.Style.Say("↻"), display.Count(b.delivered), display.Count(len(b.ids)))))
	return nil
}

// stopBatch stops sending; what is sent is sent.
func (m *Model) stopBatch() {
	if b := m.batch; b != nil {
		b.cancel()
		m.batch = nil
		m.say(text(fmt.Sprintf("Stopped: %s of %s sent, %s delivered", display.Count(b.next), display.Count(len(b.ids)), display.Count(b.delivered))))
	}
}
