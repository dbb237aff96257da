package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/store"
)

// filterKey edits the filter. The list is filtered after every key.
func (m *Model) filterKey(k tea.KeyPressMsg) tea.Cmd {
	f := &m.filter
	switch k.String() {
	case "enter":
		if f.err == nil {
			m.mode, m.list.anchor = m.returnMode, store.Cursor{}
		}
		f.submitted = true
		return nil
	case "esc", "ctrl+c":
		m.mode = m.returnMode
		return m.setFilter(f.previous)
	case "tab":
		if !f.complete() {
			return nil
		}
	case "down", "ctrl+n":
		f.cycle(1)
		return nil
	case "up", "ctrl+p", "shift+tab":
		f.cycle(-1)
		return nil
	default:
		if !f.input.key(k) {
			f.check(m.parse)
			return nil
		}
	}
	return m.applyTyped()
}

// applyTyped applies the typed filter to the list if it is valid.
func (m *Model) applyTyped() tea.Cmd {
	if !m.filter.check(m.parse) {
		return nil
	}
	return m.setFilter(m.filter.input.String())
}

func (m *Model) handlePaste(s string) tea.Cmd {
	switch m.mode {
	case modeFilter:
		m.filter.input.paste(s)
		return m.applyTyped()
	case modePalette:
		m.palette.input.paste(s)
		m.palette.search()
	}
	return nil
}

func (m *Model) chooserKey(k tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(k, m.keys.up):
		m.chooser.move(0, -1)
	case key.Matches(k, m.keys.down):
		m.chooser.move(0, 1)
	case key.Matches(k, m.keys.left, m.keys.previous):
		m.chooser.move(-1, 0)
	case key.Matches(k, m.keys.right, m.keys.next):
		m.chooser.move(1, 0)
	case key.Matches(k, m.keys.mark):
		return m.setFilter(m.chooser.toggled(m.filter.active))
	case key.Matches(k, m.keys.open, m.keys.choose, m.keys.quit):
		m.mode, m.list.anchor = m.returnMode, store.Cursor{}
	case key.Matches(k, m.keys.back, m.keys.interrupt):
		m.mode = m.returnMode
		return m.setFilter(m.filter.previous)
	}
	return nil
}

func (m *Model) paletteKey(k tea.KeyPressMsg) tea.Cmd {
	switch k.String() {
	case "up", "ctrl+p":
		m.palette.move(-1)
	case "down", "ctrl+n", "tab":
		m.palette.move(1)
	case "esc", "ctrl+c":
		m.mode = m.returnMode
	case "enter":
		if s, ok := m.palette.chosen(); ok {
			m.mode = m.returnMode
			return m.trigger(s.Name)
		}
	default:
		if m.palette.input.key(k) {
			m.palette.search()
		}
	}
	return nil
}

func (m *Model) confirmKey(k tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(k, m.keys.yes):
		m.mode = m.returnMode
		return m.confirmation.onYes(m)
	case key.Matches(k, m.keys.no):
		m.mode = m.returnMode
	}
	return nil
}

func (m *Model) helpKey(k tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(k, m.keys.up):
		m.helpTop = max(m.helpTop-1, 0)
	case key.Matches(k, m.keys.down):
		m.helpTop = min(m.helpTop+1, m.helpMaxTop)
	case key.Matches(k, m.keys.pageUp):
		m.helpTop = 0
	case key.Matches(k, m.keys.pageDown):
		m.helpTop = m.helpMaxTop
	case key.Matches(k, m.keys.help, m.keys.back, m.keys.quit, m.keys.open, m.keys.interrupt):
		m.mode = m.returnMode
	}
	return nil
}
