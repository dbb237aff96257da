package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/store"
)

// filterKey types the filter: the list narrows with each key.
func (m *Model) filterKey(k tea.KeyPressMsg) tea.Cmd {
	f := &m.filter
	switch k.String() {
	case "enter":
		if f.fault == nil {
			m.mode, m.list.anchor = m.behind, store.Cursor{}
		}
		f.asked = true
		return nil
	case "esc", "ctrl+c":
		m.mode = m.behind
		return m.setFilter(f.before)
	case "tab":
		if !f.complete() {
			return nil
		}
	case "down", "ctrl+n":
		f.pick(1)
		return nil
	case "up", "ctrl+p", "shift+tab":
		f.pick(-1)
		return nil
	default:
		if !f.input.key(k) {
			f.look(m.parse)
			return nil
		}
	}
	return m.typed()
}

// typed makes the list go by what is typed, where that is a filter.
func (m *Model) typed() tea.Cmd {
	if !m.filter.look(m.parse) {
		return nil
	}
	return m.setFilter(m.filter.input.String())
}

func (m *Model) pasted(s string) tea.Cmd {
	switch m.mode {
	case modeFilter:
		m.filter.input.paste(s)
		return m.typed()
	case modePalette:
		m.palette.input.paste(s)
		m.palette.find()
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
		return m.setFilter(m.chooser.chosen(m.filter.active))
	case key.Matches(k, m.keys.open, m.keys.choose, m.keys.quit):
		m.mode, m.list.anchor = m.behind, store.Cursor{}
	case key.Matches(k, m.keys.back, m.keys.interrupt):
		m.mode = m.behind
		return m.setFilter(m.filter.before)
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
		m.mode = m.behind
	case "enter":
		if s, ok := m.palette.chosen(); ok {
			m.mode = m.behind
			return m.trigger(s.Name)
		}
	default:
		if m.palette.input.key(k) {
			m.palette.find()
		}
	}
	return nil
}

func (m *Model) askKey(k tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(k, m.keys.yes):
		m.mode = m.behind
		return m.ask.yes(m)
	case key.Matches(k, m.keys.no):
		m.mode = m.behind
	}
	return nil
}

func (m *Model) helpKey(k tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(k, m.keys.up):
		m.helpTop = max(m.helpTop-1, 0)
	case key.Matches(k, m.keys.down):
		m.helpTop = min(m.helpTop+1, m.helpMost)
	case key.Matches(k, m.keys.pageUp):
		m.helpTop = 0
	case key.Matches(k, m.keys.pageDown):
		m.helpTop = m.helpMost
	case key.Matches(k, m.keys.help, m.keys.back, m.keys.quit, m.keys.open, m.keys.interrupt):
		m.mode = m.behind
	}
	return nil
}
