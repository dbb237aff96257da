package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/view"
)

// Update takes a message. A bug in it ends the screen, and nothing else.
func (m *Model) Update(msg tea.Msg) (_ tea.Model, cmd tea.Cmd) {
	defer func() {
		if r := recover(); r != nil {
			m.bug = newPanicError(r)
			cmd = tea.Quit
		}
	}()
	return m, tea.Batch(m.update(msg), m.makeRoom())
}

// makeRoom fits list and detail to a result that takes more lines than the one before, or fewer.
func (m *Model) makeRoom() tea.Cmd {
	if !m.dirty || m.width == 0 || tooSmall(m.width, m.height) {
		return nil
	}
	n := len(m.resultLines())
	if n == m.resultWas {
		return nil
	}
	m.resultWas = n
	return m.refit()
}

func (m *Model) update(msg tea.Msg) tea.Cmd {
	m.now = m.o.Now()
	switch msg := msg.(type) {
	case tea.KeyReleaseMsg, tea.MouseReleaseMsg, tea.MouseMotionMsg, nil:
		return nil
	case stateMsg:
		return m.tookState(msg.state)
	case tickMsg:
		m.dirty = m.dirty || m.list.waiting(m.listHeight())
		return m.ticked()
	}
	m.dirty = true
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		return m.resize(msg.Width, msg.Height)
	case tea.KeyPressMsg:
		return m.key(msg)
	case tea.PasteMsg:
		return m.pasted(msg.Content)
	case tea.MouseClickMsg, tea.MouseWheelMsg:
		return m.mouse(msg.(tea.MouseMsg))
	case bugMsg:
		m.bug = msg.bug
		return tea.Quit
	default:
		return m.told(msg)
	}
}

// told takes what the model asked for.
func (m *Model) told(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case pageMsg:
		return m.tookPage(msg)
	case totalsMsg:
		return m.tookTotals(msg)
	case detailMsg:
		return m.tookDetail(msg)
	case changedMsg:
		return m.changed(msg)
	case noticeMsg:
		m.notice(msg.notice)
		return m.hear()
	default:
		return m.came(msg)
	}
}

// came takes what came of an action.
func (m *Model) came(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case sentMsg:
		m.sent(msg)
	case batchAskedMsg:
		m.askReplays(msg)
	case batchMsg:
		return m.batchWent(msg)
	case deliveryMsg:
		return m.useDelivery(msg)
	case editedMsg:
		return m.edited(msg)
	case savedMsg:
		m.saved(msg)
	}
	return nil
}

func (m *Model) tookState(s view.State) tea.Cmd {
	if s == m.state {
		return nil
	}
	m.dirty = true
	other := s.Listening != m.state.Listening || s.Timeout != m.state.Timeout
	m.state = s
	if other && m.width > 0 {
		m.list.scroll(m.listHeight())
		return m.reshow()
	}
	return nil
}

func (m *Model) resize(w, h int) tea.Cmd {
	m.width, m.height = w, h
	if tooSmall(w, h) {
		return nil
	}
	height := m.listHeight()
	if m.list.follow {
		m.list.top = len(m.list.rows)
	}
	m.list.scroll(height)
	return tea.Batch(m.reload(), m.reshow())
}
