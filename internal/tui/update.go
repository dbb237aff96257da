package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/view"
)

// Update handles a message. A panic ends only the screen.
func (m *Model) Update(msg tea.Msg) (_ tea.Model, cmd tea.Cmd) {
	defer func() {
		if r := recover(); r != nil {
			m.bug = newPanicError(r)
			cmd = tea.Quit
		}
	}()
	return m, tea.Batch(m.update(msg), m.fitResult())
}

// fitResult adapts list and detail if the message line has another height than in the last frame.
func (m *Model) fitResult() tea.Cmd {
	if !m.dirty || m.width == 0 || tooSmall(m.width, m.height) {
		return nil
	}
	n := len(m.resultLines())
	if n == m.resultHeight {
		return nil
	}
	m.resultHeight = n
	return m.refit()
}

func (m *Model) update(msg tea.Msg) tea.Cmd {
	m.now = m.o.Now()
	switch msg := msg.(type) {
	case tea.KeyReleaseMsg, tea.MouseReleaseMsg, tea.MouseMotionMsg, nil:
		return nil
	case stateMsg:
		return m.setState(msg.state)
	case tickMsg:
		m.dirty = m.dirty || m.list.hasPending(m.listHeight())
		return m.handleTick()
	}
	m.dirty = true
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		return m.resize(msg.Width, msg.Height)
	case tea.KeyPressMsg:
		return m.key(msg)
	case tea.PasteMsg:
		return m.handlePaste(msg.Content)
	case tea.MouseClickMsg, tea.MouseWheelMsg:
		return m.mouse(msg.(tea.MouseMsg))
	case bugMsg:
		m.bug = msg.bug
		return tea.Quit
	default:
		return m.handleResponse(msg)
	}
}

// handleResponse handles the response to one of the model's requests.
func (m *Model) handleResponse(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case pageMsg:
		return m.handlePage(msg)
	case totalsMsg:
		return m.handleTotals(msg)
	case detailMsg:
		return m.handleDetail(msg)
	case changedMsg:
		return m.handleChange(msg)
	case noticeMsg:
		m.addNotice(msg.notice)
		return m.waitForNotice()
	default:
		return m.handleActionResult(msg)
	}
}

// handleActionResult handles the result of an action.
func (m *Model) handleActionResult(msg tea.Msg) tea.Cmd {
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
	case savedMsg:
		m.showSaved(msg)
	}
	return nil
}

func (m *Model) setState(s view.State) tea.Cmd {
	if s == m.state {
		return nil
	}
	m.dirty = true
	other := s.Listening != m.state.Listening || s.Timeout != m.state.Timeout
	m.state = s
	if other && m.width > 0 {
		m.list.scroll(m.listHeight())
		return m.rerenderDetail()
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
	return tea.Batch(m.reload(), m.rerenderDetail())
}
