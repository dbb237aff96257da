package tui

import (
	"reflect"

	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/actions"
	"github.com/vidiking/vidiking-cli/internal/tui/detail"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/tui/header"
	"github.com/vidiking/vidiking-cli/internal/tui/jobs"
	"github.com/vidiking/vidiking-cli/internal/tui/list"
	"github.com/vidiking/vidiking-cli/internal/tui/task"
)

// The messages that the model receives besides keys, mouse, size, and those of its components.
type (
	tickMsg   struct{}
	noticeMsg struct{ notice Notice }
)

// Update handles a message. A panic ends only the screen.
func (m *Model) Update(msg tea.Msg) (_ tea.Model, cmd tea.Cmd) {
	defer func() {
		if r := recover(); r != nil {
			m.frame.bug = task.NewPanicError(r)
			cmd = tea.Quit
		}
	}()
	return m, tea.Batch(m.update(msg), m.arrange())
}

func (m *Model) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyReleaseMsg, tea.MouseReleaseMsg, tea.MouseMotionMsg, nil:
		return nil
	case header.StateMsg:
		m.frame.dirty = m.frame.dirty || !reflect.DeepEqual(msg.State, m.header.State)
		m.header.State = msg.State
		return nil
	case tickMsg:
		m.frame.dirty = m.frame.dirty || m.list.HasPending(m.list.Height())
		return clock{m}.handle()
	}
	m.frame.dirty = true
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.frame.width, m.frame.height = msg.Width, msg.Height
		return tea.Batch(m.arrange(), m.list.Reload(), m.loadJobs())
	case tea.BackgroundColorMsg:
		m.frame.tint = draw.TintOf(msg)
		return nil
	case tea.KeyPressMsg:
		return keyboard{m}.press(msg)
	case tea.PasteMsg:
		return keyboard{m}.paste(msg.Content)
	case tea.MouseClickMsg, tea.MouseWheelMsg:
		return mouse{m}.handle(msg.(tea.MouseMsg))
	case task.PanicMsg:
		m.frame.bug = msg.Err
		return tea.Quit
	default:
		return m.handleResponse(msg)
	}
}

// handleResponse handles the messages of the components.
func (m *Model) handleResponse(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case list.PageMsg:
		return tea.Batch(m.list.Update(msg), m.showCurrent())
	case list.ChangedMsg:
		return tea.Batch(m.list.Update(msg), m.header.Count(), m.loadJobs())
	case jobs.LoadedMsg:
		return tea.Batch(m.jobs.Update(msg), m.showCurrent())
	case list.LogDeletedMsg:
		if !m.o.OwnsListener { // a listener reports this itself
			m.message.Problem("!", display.Bad, "The delivery log was deleted", ". The next delivery creates a new one")
		}
	case list.ErrorMsg:
		m.message.Error(msg.Err)
	case header.TotalsMsg:
		cmd := m.header.Update(msg)
		m.o.Style.Targets = m.header.Totals.OtherProjects > 0
		return cmd
	case detail.LoadedMsg:
		return m.detail.Update(msg)
	case detail.ErrorMsg:
		return m.list.Update(list.Failed(msg.Err))
	case detail.NotFoundMsg:
		m.message.Text(draw.Text("Not found: " + m.o.Style.Clean(msg.Text)))
	case detail.NothingToCompareMsg:
		m.message.Text(draw.Text("No earlier delivery to compare with. Mark one with space."))
	case actions.DiagnosedMsg:
		return m.detail.SetDiagnosis(msg.ID, msg.Found)
	case actions.BatchDoneMsg:
		m.list.Marks.Clear()
	case noticeMsg:
		m.message.AddNotice(msg.notice)
		return m.waitForNotice()
	default:
		return m.actions.Update(msg)
	}
	return nil
}

// loadJobs loads the jobs if the list shows them, or the rule above it their number.
func (m *Model) loadJobs() tea.Cmd {
	if m.view == listJobs || m.frame.width >= widestFrom {
		return m.jobs.Load()
	}
	return nil
}

// showCurrent shows the delivery under the cursor in the detail.
func (m *Model) showCurrent() tea.Cmd {
	s, ok := m.current()
	if !ok {
		m.detail.Clear()
		return nil
	}
	return m.detail.Show(s)
}

// arrange adapts the components to the size of the screen and of the message line.
func (m *Model) arrange() tea.Cmd {
	if !m.frame.dirty || m.frame.width == 0 || tooSmall(m.frame.width, m.frame.height) {
		return nil
	}
	l := m.layout()
	m.list.SetHeight(l.list.h)
	m.list.KeepAnchor = m.mode == modeFilter || m.mode == modeChooser
	st := m.o.Style
	st.Width, st.Timeout = l.detail.w, m.header.State.Timeout
	return m.detail.SetView(detail.View{Height: l.detail.h, Style: st, Title: l.wide})
}

// The intervals of the clock. It is faster while a visible row is pending, because the row shows its age.
const (
	tickIdle    = time.Second
	tickWaiting = 200 * time.Millisecond
)

// clock redraws what changes with time.
type clock struct{ *Model }

func (m clock) tick() tea.Cmd {
	d := tickIdle
	if m.frame.width > 0 && m.list.HasPending(m.list.Height()) {
		d = tickWaiting
	}
	return m.run.After(d, func(context.Context) tea.Msg { return tickMsg{} })
}

func (m clock) handle() tea.Cmd {
	if !m.frame.hasTerminal() {
		return tea.Quit
	}
	m.frame.dirty = m.message.NextNotice() || m.header.Age() || m.frame.dirty
	cmds := []tea.Cmd{m.tick(), m.header.LoadState()}
	if m.header.Totals.Rate.PerSecond > 0 {
		cmds = append(cmds, m.header.Count()) // the rate falls when no deliveries arrive
	}
	return tea.Batch(cmds...)
}

// waitForNotice waits for the next notice.
func (m *Model) waitForNotice() tea.Cmd {
	return m.run.Do(func(ctx context.Context) tea.Msg {
		select {
		case n := <-m.frame.notices:
			return noticeMsg{n}
		case <-ctx.Done():
			return nil
		}
	})
}
