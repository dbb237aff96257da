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

// actionKey handles the keys that act on deliveries.
func (m *Model) actionKey(pressed tea.KeyPressMsg) tea.Cmd {
	if key.Matches(pressed, m.keys.trigger) {
		m.returnMode, m.mode = m.mode, modePalette
		m.palette = newPalette(m.o.Samples)
		return nil
	}
	if key.Matches(pressed, m.keys.replayAll) {
		return m.replayAll()
	}
	s, ok := m.current()
	if !ok {
		if k := m.keys; key.Matches(pressed, k.replay, k.edit, k.diff, k.copyID, k.copyBody, k.copyCurl, k.save) {
			m.showMessage(text("No delivery is selected."))
		}
		return nil
	}
	switch k := pressed; {
	case key.Matches(k, m.keys.replay):
		return m.replay(s)
	case key.Matches(k, m.keys.edit):
		return m.edit(s.ID)
	case key.Matches(k, m.keys.diff):
		m.detail.tab, m.message.current = tabDiff, result{} // the message may be about an earlier comparison
		m.detail.reset()
		m.detailVersion++
		return m.loadDetail(s.ID)
	case key.Matches(k, m.keys.copyID):
		return m.copy("the id "+string(s.ID), string(s.ID))
	case key.Matches(k, m.keys.copyBody):
		return m.readDelivery(s.ID, purposeCopyBody)
	case key.Matches(k, m.keys.copyCurl):
		return m.readDelivery(s.ID, purposeCopyCurl)
	case key.Matches(k, m.keys.save):
		return m.readDelivery(s.ID, purposeSave)
	default:
		return nil
	}
}

// replay replays a delivery. The new row appears once the replay is recorded, before the handler responds.
func (m *Model) replay(d webhook.Summary) tea.Cmd {
	m.showProgress("Replaying", display.ShortID(d.ID, m.o.Style), m.o.Actions.Destination(d))
	return m.do(func(ctx context.Context) tea.Msg {
		s, err := m.o.Actions.Replay(ctx, d.ID)
		return sentMsg{parent: d.ID, sent: []webhook.Summary{s}, err: err}
	})
}

func (m *Model) trigger(name string) tea.Cmd {
	m.showProgress("Sending", name, m.o.Actions.Destination())
	return m.do(func(ctx context.Context) tea.Msg {
		sent, err := m.o.Actions.Trigger(ctx, name)
		return sentMsg{name: name, sent: sent, err: err}
	})
}

func (m *Model) showProgress(verb, what, destination string) {
	glyph, role := m.o.Style.Glyph(webhook.StatusPending)
	if destination != "" {
		what += " to " + m.o.Style.Clean(destination)
	}
	m.showMessage(styled(glyph+" ", role).add(verb+" "+what+m.o.Style.Symbols("…"), display.Plain))
}

// showSent shows the outcome of a replay or trigger.
func (m *Model) showSent(msg sentMsg) {
	st := m.o.Style
	if msg.err != nil {
		m.showError(msg.err)
		return
	}
	switch {
	case len(msg.sent) == 0:
		return
	case len(msg.sent) > 1:
		m.showMessage(text(st.Clean(msg.name)+": ").add(summarize(countOutcomes(msg.sent), len(msg.sent), st), display.Plain))
		return
	}
	s := msg.sent[0]
	l := text(display.ShortID(s.ID, st) + ": ")
	if msg.parent != "" {
		l = styled(st.Symbols("↻")+" ", display.Dim).add(display.ShortID(msg.parent, st)+" replayed as "+display.ShortID(s.ID, st)+": ", display.Plain)
	}
	m.showResult(result{message: append(append(text(" "), l...), outcomeOf(s, st)...), advice: m.sentAdvice(s, msg.parent)})
}

// sentAdvice returns what to do about an undelivered delivery, or an empty string if the handler's response is enough.
func (m *Model) sentAdvice(s webhook.Summary, parent webhook.ID) string {
	switch {
	case s.Status == webhook.StatusRejected && parent != "":
		return ": its signature is " + string(s.Verdict) + ". Re-sign it: " + m.command("vidiking replay "+display.ShortID(parent, m.o.Style)+" --resign")
	case s.Status == webhook.StatusRejected:
		return ": its signature is " + string(s.Verdict)
	case s.Status == webhook.StatusUnreachable:
		return ". Start your server, then press r to replay it"
	default:
		return ""
	}
}

// command adds the flags that a suggested command needs here.
func (m *Model) command(s string) string {
	if m.o.Tools.Command == nil {
		return s
	}
	return m.o.Tools.Command(s)
}

// outcomeOf returns a delivery's status and duration, for example "✗ 401 refused in 6 ms".
func outcomeOf(s webhook.Summary, st display.Style) line {
	glyph, role := st.Glyph(s.Status)
	l := styled(glyph+" "+display.StatusText(s), role)
	if s.Code > 0 {
		l = l.add(" in "+display.Duration(s.Duration), display.Plain)
	}
	return l
}

// edit opens a delivery in the editor. It does nothing while an editor is open or being opened.
func (m *Model) edit(id webhook.ID) tea.Cmd {
	if m.editing {
		return nil
	}
	m.editing = true
	return m.readDelivery(id, purposeEdit)
}

// readDelivery reads a delivery for an action.
func (m *Model) readDelivery(id webhook.ID, what purpose) tea.Cmd {
	return m.do(func(ctx context.Context) tea.Msg {
		d, _, err := m.o.Log.Get(ctx, id)
		return deliveryMsg{d, what, err}
	})
}

func (m *Model) handleDelivery(msg deliveryMsg) tea.Cmd {
	if msg.err != nil {
		m.editing = m.editing && msg.purpose != purposeEdit
		m.showError(msg.err)
		return nil
	}
	d := msg.delivery
	switch msg.purpose {
	case purposeCopyBody:
		return m.copy("the payload, "+display.Bytes(int64(len(d.Body))), string(d.Body))
	case purposeCopyCurl:
		return m.copy("a curl command", m.o.Tools.Curl(d))
	case purposeSave:
		return m.do(func(context.Context) tea.Msg {
			path, err := m.o.Actions.Save(d)
			return savedMsg{path, err}
		})
	default:
		edit, err := m.o.Actions.Edit(d)
		if err != nil {
			m.editing = false
			m.showError(err)
			return nil
		}
		return m.exec(minTimeEdit{edit}, func(err error) tea.Msg { return editedMsg{d.ID, edit, err} })
	}
}

// minEditorTime is the minimum duration of an editor run. When Bubble Tea releases the terminal, it stops its frame timer in a goroutine
// and doesn't wait for that. If the terminal is restored before the goroutine runs, it stops the new timer and the screen freezes.
const minEditorTime = 100 * time.Millisecond

// minTimeEdit is an edit that takes at least minEditorTime.
type minTimeEdit struct{ view.Edit }

// Run runs the editor.
func (u minTimeEdit) Run() error {
	timer := time.NewTimer(minEditorTime)
	defer timer.Stop()
	err := u.Edit.Run()
	<-timer.C
	return err
}

// handleEdited sends the saved body, unless the edit returned a reason not to.
func (m *Model) handleEdited(msg editedMsg) tea.Cmd {
	m.editing = false
	if msg.err != nil {
		m.showError(msg.err)
		return nil
	}
	body, reason := msg.edit.Body()
	if reason != "" {
		m.showMessage(text(m.o.Style.Clean(reason)))
		return nil
	}
	m.showProgress("Sending", "edited "+display.ShortID(msg.parent, m.o.Style), "")
	return m.do(func(ctx context.Context) tea.Msg {
		s, err := m.o.Actions.SendEdited(ctx, msg.parent, body)
		return sentMsg{parent: msg.parent, sent: []webhook.Summary{s}, err: err}
	})
}

func (m *Model) showSaved(msg savedMsg) {
	if msg.err != nil {
		m.showError(msg.err)
		return
	}
	m.showSuccess("Saved the body as " + msg.path)
}

// maxCopyBytes is the maximum size of a copied text. Many terminals accept at most 100,000 bytes of OSC 52, and base64 turns three bytes
// into four.
const maxCopyBytes = 74_000

// copy sends a text to the terminal's clipboard. Terminals don't report whether they accepted it.
func (m *Model) copy(what, s string) tea.Cmd {
	if len(s) > maxCopyBytes {
		m.showMessage(styled("! ", display.Caution).add("Too large to copy: terminals accept at most "+display.Bytes(maxCopyBytes)+". Press s to save it.", display.Plain))
		return nil
	}
	m.showSuccess("Copied " + what + " (if the terminal supports OSC 52)")
	return tea.SetClipboard(s)
}
