package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/display"
)

// View returns the current frame. It renders a new one only if something has changed.
func (m *Model) View() tea.View {
	if m.dirty {
		m.frame = m.compose()
		m.dirty = false
	}
	return m.frame
}

func (m *Model) compose() tea.View {
	v := tea.NewView(painter{m.o.Color}.paint(m.screen()))
	v.AltScreen = true
	v.MouseMode = tea.MouseModeCellMotion
	v.WindowTitle = "vidiking"
	v.Cursor = m.textCursor()
	return v
}

// screen renders all lines of the screen.
func (m *Model) screen() []line {
	if m.width == 0 {
		return nil
	}
	if tooSmall(m.width, m.height) {
		return m.tooSmallLines()
	}
	l := m.layout()
	lines := m.headerLines(m.width)
	if overlay := m.overlay(l); overlay != nil {
		lines = append(lines, rule(m.ruleLeft(), m.ruleRight(), m.width, m.o.Style))
		lines = append(lines, overlay...)
	} else if l.wide {
		lines = append(lines, m.wideLines(l)...)
	} else {
		lines = append(lines, m.narrowLines(l)...)
	}
	return append(append(lines, m.resultLines()...), m.footer(m.width))
}

// tooSmallLines renders a message that the window is too small.
func (m *Model) tooSmallLines() []line {
	messages := []string{
		fmt.Sprintf("%d x %d is too small.", m.width, m.height), fmt.Sprintf("Enlarge it to %d x %d.", minWidth, minHeight), "Press q to quit.",
	}
	if m.mode == modeConfirm {
		messages = []string{m.confirmation.prompt + " y/n"}
	}
	lines := make([]line, m.height)
	for i := range lines {
		if i < len(messages) {
			lines[i] = text(messages[i])
		}
		lines[i] = lines[i].fit(m.width, m.o.Style)
	}
	return lines
}

func (m *Model) narrowLines(l layout) []line {
	st := m.o.Style
	lines := []line{rule(m.ruleLeft(), m.ruleRight(), m.width, st)}
	lines = append(lines, m.listLines(l)...)
	right := m.indicators()
	if s, ok := m.detail.summary(); ok {
		id := styled(" "+display.ShortID(s.ID, st)+" ", display.Dim)
		if len(right) > 0 {
			id = id.add(st.Symbols("─"), display.Dim)
		}
		right = append(id, right...)
	}
	lines = append(lines, rule(m.tabLine(), right, m.width, st))
	return append(lines, m.detailLines(l)...)
}

func (m *Model) wideLines(l layout) []line {
	st := m.o.Style
	left := rule(m.ruleLeft(), m.ruleRight(), l.list.w, st).add(symbols("┬", st), display.Dim)
	lines := []line{append(left, rule(m.tabLine(), nil, l.detail.w, st)...)}
	rows, detail := m.listLines(l), m.detailLines(l)
	for i := range rows {
		lines = append(lines, append(rows[i].add(st.Symbols("│"), display.Dim), detail[i]...))
	}
	lower := rule(nil, m.indicators(), l.list.w, st).add(symbols("┴"+strings.Repeat("─", l.detail.w), st), display.Dim)
	return append(lines, lower)
}

// overlay renders the overlay that covers list and detail, with the rule below it. It returns nil if none is open.
func (m *Model) overlay(l layout) []line {
	st := m.o.Style
	h := l.content
	var lines []line
	switch m.mode {
	case modeHelp:
		lines, m.helpMaxTop = helpLines(m.keys, m.width, h, m.helpTop, st)
	case modeChooser:
		lines = m.chooser.lines(m.filter.active, m.width, h, st)
	case modePalette:
		lines = m.palette.lines(st, h)
	default:
		return nil
	}
	out := make([]line, h, h+1)
	for i := range out {
		if i < len(lines) {
			out[i] = lines[i]
		}
		out[i] = out[i].fit(m.width, st)
	}
	var more line
	if below := m.helpMaxTop - m.helpTop; m.mode == modeHelp && below > 0 {
		more = text(" " + symbols("↓", st) + " " + display.Count(below) + " more ")
	}
	return append(out, rule(nil, more, m.width, st))
}

// textCursor returns the position of the terminal's cursor, or nil if no text is being typed.
func (m *Model) textCursor() *tea.Cursor {
	if tooSmall(m.width, m.height) {
		return nil
	}
	switch m.mode {
	case modeFilter:
		_, at := m.filter.editLine(m.filterRoom(), m.o.Style)
		return tea.NewCursor(min(1+at, m.width-1), m.layout().upper) // after the rule's first cell
	case modePalette:
		at := palettePromptWidth + display.Width(m.o.Style.Clean(string(m.palette.input.runes[:m.palette.input.cursor])))
		return tea.NewCursor(min(at, m.width-1), m.layout().upper+2)
	default:
		return nil
	}
}

func (m *Model) layout() layout {
	return layoutOf(m.width, m.height, m.headerHeight(), len(m.resultLines()), m.mode)
}
