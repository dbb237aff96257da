package tui

import tea "charm.land/bubbletea/v2"

// wheelLines is the number of lines that one notch of the wheel scrolls.
const wheelLines = 3

// mouse handles clicks and the wheel.
func (m *Model) mouse(msg tea.MouseMsg) tea.Cmd {
	if tooSmall(m.width, m.height) {
		return nil
	}
	l, at := m.layout(), msg.Mouse()
	if m.mode != modeList && m.mode != modeDetail {
		return m.mouseOver(l, msg)
	}
	if wheel, ok := msg.(tea.MouseWheelMsg); ok {
		return m.wheel(l, wheel.Mouse())
	}
	if at.Button != tea.MouseLeft {
		return nil
	}
	switch {
	case l.list.contains(at.X, at.Y):
		return m.clickList(at.Y - l.list.y)
	case l.detail.contains(at.X, at.Y):
		return m.clickDetail(at.Y - l.detail.y)
	}
	if w := m.indicators().width(); w > 0 && at.Y == l.lower && at.X >= l.list.w-1-w && at.X < l.list.w {
		m.mode = modeList
		m.list.toNewest()
		return tea.Batch(m.refit(), m.load())
	}
	tabs := area{1, l.lower, l.w, 1}
	if l.wide {
		tabs = area{l.detail.x + 1, l.upper, l.detail.w, 1}
	}
	if t, ok := m.tabAt(at.X - tabs.x); ok && at.Y == tabs.y {
		m.detail.tab = t
		return m.resetDetail()
	}
	return nil
}

// mouseOver handles clicks and the wheel in an overlay.
func (m *Model) mouseOver(l layout, msg tea.MouseMsg) tea.Cmd {
	at := msg.Mouse()
	by := 0
	switch {
	case at.Button == tea.MouseWheelUp:
		by = -1
	case at.Button == tea.MouseWheelDown:
		by = 1
	case at.Button != tea.MouseLeft:
		return nil
	}
	y := at.Y - l.upper - 1
	switch {
	case m.mode == modeHelp:
		m.helpTop = max(min(m.helpTop+by*wheelLines, m.helpMaxTop), 0)
	case m.mode == modePalette && by != 0:
		m.palette.move(by)
	case m.mode == modePalette:
		m.palette.click(y, l.content)
	case m.mode == modeChooser && by != 0:
		m.chooser.move(0, by)
	case m.mode == modeChooser && m.chooser.click(at.X, y, m.width, l.content):
		return m.setFilter(m.chooser.toggled(m.filter.active))
	}
	return nil
}

func (m *Model) clickList(row int) tea.Cmd {
	at := m.list.top + row
	if at >= len(m.list.rows) {
		return nil
	}
	if m.mode == modeDetail {
		m.mode = modeList
	}
	return m.moveList(at - m.list.cursor)
}

func (m *Model) clickDetail(row int) tea.Cmd {
	cmd := tea.Cmd(nil)
	if m.mode == modeList {
		top := m.detail.top
		cmd = m.focusDetail()
		m.detail.top = top
	}
	if m.detail.cursor = m.detail.top + row; m.detail.toggle() {
		return tea.Batch(cmd, m.rerenderDetail())
	}
	m.detail.scroll(m.layout().detail.h)
	return cmd
}

func (m *Model) wheel(l layout, at tea.Mouse) tea.Cmd {
	by := wheelLines
	switch at.Button {
	case tea.MouseWheelUp:
		by = -by
	case tea.MouseWheelDown:
	default:
		return nil
	}
	if l.detail.contains(at.X, at.Y) {
		m.detail.wheel(by, l.detail.h)
		return nil
	}
	return m.moveList(by)
}
