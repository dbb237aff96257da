package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/vidiking/vidiking-cli/internal/tui/keys"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// mouse passes clicks and the wheel to the component under the pointer.
type mouse struct{ *Model }

// wheelLines is the number of lines that one notch of the wheel scrolls.
const wheelLines = 3

// handle handles clicks and the wheel.
func (m mouse) handle(msg tea.MouseMsg) tea.Cmd {
	if tooSmall(m.frame.width, m.frame.height) {
		return nil
	}
	l, at := m.layout(), msg.Mouse()
	if _, click := msg.(tea.MouseClickMsg); click && at.Button == tea.MouseLeft && at.Y == m.frame.height-1 {
		k, ok := keys.Press(keys.FooterKey(footer(m).keyHints(), footer(m).fixed(), m.frame.width, at.X, m.o.Style))
		if !ok {
			return nil
		}
		return keyboard(m).press(k)
	}
	if m.message.Question != nil {
		return nil
	}
	if m.mode != modeList && m.mode != modeDetail {
		return m.inOverlay(l, msg)
	}
	if wheel, ok := msg.(tea.MouseWheelMsg); ok {
		return m.wheel(l, wheel.Mouse())
	}
	if at.Button != tea.MouseLeft {
		return nil
	}
	switch {
	case at.Y < l.header:
		return m.clickHeader(at.X, at.Y)
	case l.list.contains(at.X, at.Y):
		return m.clickList(at.Y - l.list.y)
	case l.detail.contains(at.X, at.Y):
		return m.clickDetail(at.Y - l.detail.y)
	}
	if w := rules(m).indicators().Width(); w > 0 && at.Y == l.lower && at.X >= l.list.w-1-w && at.X < l.list.w {
		m.mode = modeList
		m.list.ToNewest()
		return m.list.Load()
	}
	tabs := area{1, l.lower, l.w, 1}
	if l.wide {
		tabs = area{l.detail.x + 1, l.upper, l.detail.w, 1}
	}
	if at.Y == tabs.y {
		return m.detail.ClickTab(at.X-tabs.x, rules(m).tabCells())
	}
	return nil
}

// inOverlay handles clicks and the wheel in an overlay.
func (m mouse) inOverlay(l layout, msg tea.MouseMsg) tea.Cmd {
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
		m.overlay.help.Scroll(by * wheelLines)
	case m.mode == modePalette && by != 0:
		m.overlay.palette.Move(by)
	case m.mode == modePalette:
		m.overlay.palette.Click(y, l.content)
	case m.mode == modeChooser && by != 0:
		m.filter.Chooser.Move(0, by)
	case m.mode == modeChooser && m.filter.Chooser.Click(at.X, y, m.frame.width, l.content):
		m.filter.Choose()
		return keyboard(m).setFilter()
	}
	return nil
}

// clickHeader copies the URL, or filters by the status of the counter at or before a cell.
func (m mouse) clickHeader(x, y int) tea.Cmd {
	if y == 0 {
		u, _ := keys.Press("u")
		return keyboard(m).anywhere(u)
	}
	if m.frame.size().HasStrip() && y == m.layout().header-1 {
		return nil
	}
	before := []rune(m.header.Lines(m.frame.size(), m.o.Style)[y].String())
	before = before[:min(x+1, len(before))]
	at := -1
	filter := ""
	for _, s := range webhook.Statuses() {
		glyph, _ := m.o.Style.Glyph(s)
		if i := strings.LastIndex(string(before), glyph+" "); i > at {
			at, filter = i, "status:"+string(s)
		}
	}
	if filter == "" {
		return nil
	}
	m.list.SetAnchor()
	m.filter.Set(filter)
	return keyboard(m).setFilter()
}

func (m mouse) clickList(row int) tea.Cmd {
	at := m.list.Top + row
	if at >= len(m.list.Rows) {
		return nil
	}
	if m.mode == modeDetail {
		m.mode = modeList
	}
	return m.move(at - m.list.Cursor)
}

func (m mouse) clickDetail(row int) tea.Cmd {
	if m.mode == modeList {
		keyboard(m).focusDetail()
	}
	return m.detail.Click(row)
}

func (m mouse) move(by int) tea.Cmd { return tea.Batch(m.list.Move(by), m.showCurrent()) }

func (m mouse) wheel(l layout, at tea.Mouse) tea.Cmd {
	by := wheelLines
	switch at.Button {
	case tea.MouseWheelUp:
		by = -by
	case tea.MouseWheelDown:
	default:
		return nil
	}
	if l.detail.contains(at.X, at.Y) {
		m.detail.Wheel(by)
		return nil
	}
	return m.move(by)
}
