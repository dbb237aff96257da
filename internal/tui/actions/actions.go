// Package actions acts on deliveries: it replays, edits, triggers, copies and saves them, and shows the outcome in the message line.
package actions

import (
	"context"
	"net/url"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/hosts"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/tui/message"
	"github.com/vidiking/vidiking-cli/internal/tui/task"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Source is what the actions use.
type Source struct {
	Log     view.Log
	Actions view.Actions
	Tools   view.Tools
	Style   display.Style
	Runner  task.Runner
	Message *message.Model

	Exec func(tea.ExecCommand, tea.ExecCallback) tea.Cmd // tea.Exec, except in tests
}

// Model is the actions and those that are under way.
type Model struct {
	Batches

	LastTriggered string // the event or scenario that was triggered last

	editing bool // the editor is open or being opened
}

// New returns the actions.
func New(s Source) *Model { return &Model{Batches: Batches{Source: s}} }

// The results of actions.
type (
	sentMsg struct {
		parent webhook.ID // the replayed delivery; empty: not a replay
		name   string     // the triggered event or scenario, or how a replay was sent: "replayed as"
		sent   []webhook.Summary
		same   bool // the response is the same as that to the parent
		err    error
	}
	diagnosedMsg struct {
		id    webhook.ID
		found view.Diagnosis
		err   error
	}
	batchReadyMsg struct {
		ids         []webhook.ID
		destination string
		err         error
	}
	batchMsg struct {
		batch *Batch
		sent  webhook.Summary
		err   error
	}
	deliveryMsg struct {
		delivery webhook.Delivery
		purpose  Purpose
		err      error
	}
	editedMsg struct {
		parent webhook.ID
		edit   view.Edit
		err    error
	}
	savedMsg struct {
		path string
		err  error
	}
	// DiagnosedMsg reports the result of a diagnosis.
	DiagnosedMsg struct {
		ID    webhook.ID
		Found view.Diagnosis
	}
	// BatchDoneMsg reports that a batch has been sent.
	BatchDoneMsg struct{}
)

// Purpose is the reason for which a delivery is read.
type Purpose int

// The purposes.
const (
	PurposeEdit Purpose = iota
	PurposeCopyBody
	PurposeCopyCurl
	PurposeSave
)

// Update handles the result of an action.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case sentMsg:
		m.showSent(msg)
	case batchReadyMsg:
		m.confirmBatch(msg)
	case batchMsg:
		return m.handleBatchSent(msg)
	case deliveryMsg:
		return m.handleDelivery(msg)
	case editedMsg:
		return m.handleEdited(msg)
	case diagnosedMsg:
		return m.showDiagnosis(msg)
	case savedMsg:
		if msg.err != nil {
			m.Message.Error(msg.err)
			return nil
		}
		m.Message.Success("Saved the body as " + msg.path)
	}
	return nil
}

// Replay replays a delivery. The new row appears once the replay is recorded, before the handler responds.
func (m *Model) Replay(d webhook.Summary) tea.Cmd {
	m.Message.Progress("Replaying", display.ShortID(d.ID, m.Style), m.Actions.Destination(d))
	return m.sendAgain(d.ID, "replayed as", m.Actions.Replay)
}

// Resign signs a delivery with the current secret and sends it as a replay.
func (m *Model) Resign(d webhook.Summary) tea.Cmd {
	m.Message.Progress("Re-signing and sending", display.ShortID(d.ID, m.Style), m.Actions.Destination(d))
	return m.sendAgain(d.ID, "re-signed and sent as", m.Actions.Resign)
}

func (m *Model) sendAgain(id webhook.ID, how string, send func(context.Context, webhook.ID) (webhook.Summary, error)) tea.Cmd {
	return m.Runner.Do(func(ctx context.Context) tea.Msg {
		s, err := send(ctx, id)
		msg := sentMsg{parent: id, name: how, sent: []webhook.Summary{s}, err: err}
		if err == nil {
			msg.same = sameResponse(ctx, m.Log, id, s.ID)
		}
		return msg
	})
}

// Diagnose sends test deliveries to find out why the handler refused a delivery. It asks first.
func (m *Model) Diagnose(d webhook.Summary) tea.Cmd {
	if d.Status != webhook.StatusRefused {
		m.Message.Text(draw.Text("Only refused deliveries are diagnosed. This one: ").Add(display.StatusText(d), display.Plain))
		return nil
	}
	target := m.Style.Clean(strings.TrimPrefix(d.Target, "http://"))
	prompt := "Send test deliveries to " + target + "?"
	if u, err := url.Parse(d.Target); err != nil || !hosts.IsLocal(u.Hostname()) {
		prompt = "The handler is on another machine. " + prompt
	}
	m.Message.Ask(prompt, func() tea.Cmd {
		m.Message.Progress("Diagnosing", display.ShortID(d.ID, m.Style), target)
		return m.Runner.Do(func(ctx context.Context) tea.Msg {
			found, err := m.Actions.Diagnose(ctx, d.ID)
			return diagnosedMsg{d.ID, found, err}
		})
	})
	return nil
}

// Trigger sends the samples of an event or a scenario.
func (m *Model) Trigger(name string) tea.Cmd {
	m.LastTriggered = name
	m.Message.Progress("Sending", name, m.Actions.Destination())
	return m.Runner.Do(func(ctx context.Context) tea.Msg {
		sent, err := m.Actions.Trigger(ctx, name)
		return sentMsg{name: name, sent: sent, err: err}
	})
}

// Edit opens a delivery in the editor. It does nothing while an editor is open or being opened.
func (m *Model) Edit(id webhook.ID) tea.Cmd {
	if m.editing {
		return nil
	}
	m.editing = true
	return m.Read(id, PurposeEdit)
}

// Read reads a delivery for an action.
func (m *Model) Read(id webhook.ID, what Purpose) tea.Cmd {
	return m.Runner.Do(func(ctx context.Context) tea.Msg {
		d, _, err := m.Log.Get(ctx, id)
		return deliveryMsg{d, what, err}
	})
}

func (m *Model) handleDelivery(msg deliveryMsg) tea.Cmd {
	if msg.err != nil {
		m.editing = m.editing && msg.purpose != PurposeEdit
		m.Message.Error(msg.err)
		return nil
	}
	d := msg.delivery
	switch msg.purpose {
	case PurposeCopyBody:
		return m.Copy("the payload, "+display.Bytes(int64(len(d.Body))), string(d.Body))
	case PurposeCopyCurl:
		return m.Copy("a curl command", m.Tools.Curl(d))
	case PurposeSave:
		return m.Runner.Do(func(context.Context) tea.Msg {
			path, err := m.Actions.Save(d)
			return savedMsg{path, err}
		})
	default:
		edit, err := m.Actions.Edit(d)
		if err != nil {
			m.editing = false
			m.Message.Error(err)
			return nil
		}
		return m.Exec(minTimeEdit{edit}, func(err error) tea.Msg { return editedMsg{d.ID, edit, err} })
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
		m.Message.Error(msg.err)
		return nil
	}
	body, reason := msg.edit.Body()
	if reason != "" {
		m.Message.Text(draw.Text(m.Style.Clean(reason)))
		return nil
	}
	m.Message.Progress("Sending", "edited "+display.ShortID(msg.parent, m.Style), "")
	return m.Runner.Do(func(ctx context.Context) tea.Msg {
		s, err := m.Actions.SendEdited(ctx, msg.parent, body)
		return sentMsg{parent: msg.parent, name: "edited and sent as", sent: []webhook.Summary{s}, err: err}
	})
}

// MaxCopyBytes is the maximum size of a copied text. Many terminals accept at most 100,000 bytes of OSC 52, and base64 turns three bytes
// into four.
const MaxCopyBytes = 74_000

// Copy sends a text to the terminal's clipboard. Terminals don't report whether they accepted it.
func (m *Model) Copy(what, s string) tea.Cmd {
	if len(s) > MaxCopyBytes {
		m.Message.Text(draw.Styled("! ", display.Caution).Add("Too large to copy: terminals accept at most "+display.Bytes(MaxCopyBytes)+". Press s to save it.", display.Plain))
		return nil
	}
	m.Message.Success("Copied " + what + " (if the terminal supports OSC 52)")
	return tea.SetClipboard(s)
}
