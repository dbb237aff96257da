package tui

import (
	"context"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// actionKey are the keys that do something with deliveries.
func (m *Model) actionKey(pressed tea.KeyPressMsg) tea.Cmd {
	if key.Matches(pressed, m.keys.trigger) {
		m.behind, m.mode = m.mode, modePalette
		m.palette = newPalette(m.o.Samples)
		return nil
	}
	if key.Matches(pressed, m.keys.replayAll) {
		return m.replayAll()
	}
	s, ok := m.current()
	if !ok {
		if k := m.keys; key.Matches(pressed, k.replay, k.edit, k.diff, k.copyID, k.copyBody, k.copyCurl, k.save) {
			m.say(text("There is no delivery to do that with."))
		}
		return nil
	}
	switch k := pressed; {
	case key.Matches(k, m.keys.replay):
		return m.replay(s)
	case key.Matches(k, m.keys.edit):
		return m.edit(s.ID)
	case key.Matches(k, m.keys.diff):
		m.detail.tab, m.said.now = tabDiff, result{} // what was said of an earlier comparison is no longer so
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
func (m *Model) replay(d webhook.Summary) tea.Cmd {
	m.sending(display.ShortID(d.ID, m.o.Style)+" again", m.o.Actions.Destination(d))
	return m.do(func(ctx context.Context) tea.Msg {
		s, err := m.o.Actions.Replay(ctx, d.ID)
		return sentMsg{parent: d.ID, sent: []webhook.Summary{s}, err: err}
	})
}

func (m *Model) trigger(name string) tea.Cmd {
	m.sending(name, m.o.Actions.Destination())
	return m.do(func(ctx context.Context) tea.Msg {
		sent, err := m.o.Actions.Trigger(ctx, name)
		return sentMsg{what: name, sent: sent, err: err}
	})
}

func (m *Model) sending(what, where string) {
	glyph, role := m.o.Style.Glyph(webhook.StatusPending)
	if where != "" {
		what += " to " + m.o.Style.Clean(where)
	}
	m.say(styled(glyph+" ", role).add("Sending "+what+m.o.Style.Symbols("…"), display.Plain))
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
		m.say(text(st.Clean(msg.what)+": ").add(came(tallyOf(msg.sent), len(msg.sent), st), display.Plain))
		return
	}
	s := msg.sent[0]
	l := text(display.ShortID(s.ID, st) + ": ")
	if msg.parent != "" {
		l = styled(st.Symbols("↻")+" ", display.Dim).add(display.ShortID(msg.parent, st)+" sent again as "+display.ShortID(s.ID, st)+": ", display.Plain)
	}
	m.tell(result{what: append(append(text(" "), l...), outcomeOf(s, st)...), next: m.afterwards(s, msg.parent)})
}

// afterwards is what to do about a delivery that was not delivered, where there is more to it than what its handler said.
func (m *Model) afterwards(s webhook.Summary, parent webhook.ID) string {
	switch {
	case s.Status == webhook.StatusRejected && parent != "":
		return ": its signature is " + string(s.Verdict) + ". Sign it anew: " + m.command("vidiking replay "+display.ShortID(parent, m.o.Style)+" --resign")
	case s.Status == webhook.StatusRejected:
		return ": its signature is " + string(s.Verdict)
	case s.Status == webhook.StatusUnreachable:
		return ". Is your server running? Once it is, r sends it again"
	default:
		return ""
	}
}

// command is a command as it must be typed here.
func (m *Model) command(s string) string {
	if m.o.Tools.Command == nil {
		return s
	}
	return m.o.Tools.Command(s)
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
		edit, err := m.o.Actions.Edit(d)
		if err != nil {
			m.editing = false
			m.sayError(err)
			return nil
		}
		return m.exec(unhurried{edit}, func(err error) tea.Msg { return editedMsg{d.ID, edit, err} })
	}
}

// leastAway is how long an editor takes at least. Bubble Tea stops the clock of its frames in a goroutine that nobody waits for; where the
// screen comes back before that one has run, it stops the new clock, and no frame is drawn ever again.
const leastAway = 100 * time.Millisecond

// unhurried is an edit that does not end before the screen is all gone.
type unhurried struct{ view.Edit }

// Run runs the editor.
func (u unhurried) Run() error {
	gone := time.NewTimer(leastAway)
	defer gone.Stop()
	err := u.Edit.Run()
	<-gone.C
	return err
}

// edited sends what was saved, if that is something else than before.
func (m *Model) edited(msg editedMsg) tea.Cmd {
	m.editing = false
	if msg.err != nil {
		m.sayError(msg.err)
		return nil
	}
	body, why := msg.edit.Body()
	if why != "" {
		m.say(text(m.o.Style.Clean(why)))
		return nil
	}
	m.sending(display.ShortID(msg.parent, m.o.Style)+", edited,", "")
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
