package tui

import (
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/tui/header"
	"github.com/vidiking/vidiking-cli/internal/tui/list"

	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/display"
)

// View returns the current frame. It renders a new one only if something has changed.
func (m *Model) View() tea.View {
	if m.frame.dirty {
		m.frame.view = picture{m}.compose()
		m.frame.dirty = false
	}
	return m.frame.view
}

// picture renders the model as a frame.
type picture struct{ *Model }

func (m picture) compose() tea.View {
	v := tea.NewView(draw.Painter{Color: m.o.Color, Tint: m.frame.tint}.Paint(m.screen()))
	v.AltScreen = true
	v.MouseMode = tea.MouseModeCellMotion
	v.WindowTitle = m.title()
	if b := m.actions.Batch; b != nil {
		v.ProgressBar = tea.NewProgressBar(tea.ProgressBarDefault, 100*b.Next/len(b.IDs))
	}
	v.Cursor = m.textCursor()
	return v
}

// title returns the title of the window: the number of failed deliveries, and of all.
func (m picture) title() string {
	t := m.header.Totals
	if t.All == 0 {
		return "vidiking"
	}
	s := display.Count(t.All) + " vidiking"
	if t.Failed > 0 {
		s = m.o.Style.Symbols("✗") + " " + display.Count(t.Failed) + m.o.Style.Symbols(" · ") + s
	}
	return s
}

// screen renders all lines of the screen.
func (m picture) screen() []draw.Line {
	if m.frame.width == 0 {
		return nil
	}
	if tooSmall(m.frame.width, m.frame.height) {
		return m.tooSmallLines()
	}
	l := m.layout()
	lines := m.header.Lines(m.frame.size(), m.o.Style)
	if overlay := m.overlayLines(l); overlay != nil {
		lines = append(lines, draw.Rule(rules(m).left(), rules(m).right(), m.frame.width, m.o.Style))
		lines = append(lines, overlay...)
	} else if l.single {
		lines = append(lines, m.singleLines(l)...)
	} else if l.wide {
		lines = append(lines, m.wideLines(l)...)
	} else {
		lines = append(lines, m.narrowLines(l)...)
	}
	return append(append(lines, m.resultLines()...), footer(m).line())
}

// singleLines renders the list or the detail.
func (m picture) singleLines(l layout) []draw.Line {
	st := m.o.Style
	if m.mode == modeDetail {
		return append([]draw.Line{draw.Rule(rules(m).tabs(), rules(m).subject(m.frame.width), m.frame.width, st)}, m.detailLines()...)
	}
	return append([]draw.Line{draw.Rule(rules(m).left(), append(rules(m).right(), rules(m).indicators()...), m.frame.width, st)}, m.listLines(l)...)
}

// tooSmallLines renders a message that the window is too small.
func (m picture) tooSmallLines() []draw.Line {
	messages := []string{
		fmt.Sprintf("%d x %d is too small.", m.frame.width, m.frame.height), fmt.Sprintf("Enlarge it to %d x %d.", minWidth, minHeight), "Press q to quit.",
	}
	if q := m.message.Question; q != nil {
		messages = []string{q.Prompt + " y/n"}
	}
	lines := make([]draw.Line, m.frame.height)
	for i := range lines {
		if i < len(messages) {
			lines[i] = draw.Text(messages[i])
		}
		lines[i] = lines[i].Fit(m.frame.width, m.o.Style)
	}
	return lines
}

func (m picture) narrowLines(l layout) []draw.Line {
	st := m.o.Style
	lines := []draw.Line{draw.Rule(rules(m).left(), rules(m).right(), m.frame.width, st)}
	lines = append(lines, m.listLines(l)...)
	right := rules(m).indicators()
	subject := rules(m).subject(l.w - right.Width())
	if len(right) > 0 && len(subject) > 0 {
		subject = subject.Add(st.Symbols("─"), display.Dim)
	}
	right = append(subject, right...)
	lines = append(lines, draw.Rule(rules(m).tabs(), right, m.frame.width, st))
	return append(lines, m.detailLines()...)
}

func (m picture) wideLines(l layout) []draw.Line {
	st := m.o.Style
	left := draw.Rule(rules(m).left(), rules(m).right(), l.list.w, st).Add(draw.Symbols("┬", st), display.Dim)
	lines := []draw.Line{append(left, draw.Rule(rules(m).tabs(), rules(m).path(l.detail.w), l.detail.w, st)...)}
	rows, detail := m.listLines(l), m.detailLines()
	for i := range rows {
		lines = append(lines, append(rows[i].Add(st.Symbols("│"), display.Dim), detail[i]...))
	}
	lower := draw.Rule(nil, rules(m).indicators(), l.list.w, st).Add(draw.Symbols("┴"+strings.Repeat("─", l.detail.w), st), display.Dim)
	return append(lines, lower)
}

// overlayLines renders the overlay that covers list and detail, with the rule below it. It returns nil if none is open.
func (m picture) overlayLines(l layout) []draw.Line {
	st := m.o.Style
	h := l.content
	var lines []draw.Line
	switch {
	case m.mode == modeHelp:
		lines = m.overlay.help.Lines(m.keys, m.frame.width, h, st)
	case m.mode == modeChooser:
		lines = m.filter.Chooser.Lines(m.filter.Active, m.frame.width, h, st)
	case m.mode == modePalette:
		lines = m.overlay.palette.Lines(st, m.frame.width, h)
	case m.waitsForFirst():
		lines = m.checklist(h)
	default:
		return nil
	}
	out := make([]draw.Line, h, h+1)
	for i := range out {
		if i < len(lines) {
			out[i] = lines[i]
		}
		out[i] = out[i].Fit(m.frame.width, st)
	}
	var more draw.Line
	if below := m.overlay.help.Below(); m.mode == modeHelp && below > 0 {
		more = draw.Text(" " + draw.Symbols("↓", st) + " " + display.Count(below) + " more ")
	}
	if l.single {
		return out
	}
	return append(out, draw.Rule(nil, more, m.frame.width, st))
}

// checklist renders the steps to the first delivery.
func (m picture) checklist(h int) []draw.Line {
	return header.Checklist{
		Command: m.o.Tools.Command, Copied: m.overlay.copied, CanSend: m.o.Actions != nil, Size: header.Size{W: m.frame.width, H: h}, Style: m.o.Style, State: m.header.State,
	}.Lines()
}

// textCursor returns the position of the terminal's cursor, or nil if no text is being typed.
func (m picture) textCursor() *tea.Cursor {
	if tooSmall(m.frame.width, m.frame.height) {
		return nil
	}
	l := m.layout()
	switch m.mode {
	case modeDetail:
		if !m.detail.Search.Typing {
			return nil
		}
		_, at := m.detail.Search.Line(m.o.Style)
		x, y := 0, l.lower
		if l.wide || l.single {
			x, y = l.detail.x, l.upper
		}
		return tea.NewCursor(min(x+1+at, m.frame.width-1), y)
	case modeFilter:
		_, at := m.filter.EditLine(rules(m).room(), m.o.Style)
		return tea.NewCursor(min(1+at, m.frame.width-1), l.upper) // after the rule's first cell
	case modePalette:
		at := m.overlay.palette.CursorColumn(m.o.Style)
		return tea.NewCursor(min(at, m.frame.width-1), l.upper+2)
	default:
		return nil
	}
}

func (m *Model) layout() layout {
	return layoutOf(m.frame.width, m.frame.height, m.header.Height(m.frame.size()), len(m.resultLines()), m.mode)
}

// detailLines renders the visible lines of the detail.
func (m picture) detailLines() []draw.Line {
	return m.detail.Lines(m.filter.Matches(), m.mode == modeDetail)
}

// listLines renders the column heads, if there is room, and the visible rows, or the reason why there are none.
func (m picture) listLines(l layout) []draw.Line {
	st := m.o.Style
	st.Timeout, st.Width = m.header.State.Timeout, l.list.w
	v := list.RowView{
		Style: st, Now: m.o.Now(), Filter: m.filter.Matches(), Cells: l.list.w, Brackets: m.frame.width >= widestFrom, DetailFocused: m.mode == modeDetail,
	}
	if m.view == listJobs {
		h := l.list.h
		if l.wide {
			h++ // no column heads
		}
		return m.jobs.Lines(l.list.w, h, st)
	}
	lines := m.list.Lines(v)
	if len(m.list.Rows) == 0 && len(lines) > 1 {
		lines[1] = append(draw.Text(" "), m.emptyMessage()...).Fit(l.list.w, v.Style)
	}
	if l.wide {
		lines = append([]draw.Line{list.Head(v)}, lines...)
	}
	return lines
}

// resultLines renders the lines above the footer: the current message, a question, or help for the filter.
func (m *Model) resultLines() []draw.Line {
	r := m.message.Content()
	switch {
	case m.message.Question != nil:
	case m.mode == modeFilter:
		r = m.filter.Help(m.o.Style)
	case m.mode == modeHelp || m.mode == modeChooser || m.mode == modePalette:
		r.OneLine = true // leave the space to the overlay
	}
	maxLines := 3
	switch {
	case m.frame.height < fullMinHeight || m.frame.width < fullMinWidth:
		maxLines = 1
	case m.frame.width >= wideMinWidth:
		maxLines = 2
	}
	return r.Lines(m.frame.width, maxLines, m.o.Style)
}

// emptyMessage returns the reason why there are no rows.
func (m picture) emptyMessage() draw.Line {
	switch {
	case !m.list.Loaded:
		return nil
	case m.filter.Active != "" && m.header.Totals.All > 0:
		return draw.Styled("No matches in "+display.Deliveries(m.header.Totals.All)+".", display.Dim)
	default:
		return draw.Styled("No deliveries yet.", display.Dim)
	}
}
