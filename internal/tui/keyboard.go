package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/actions"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/tui/filterbar"
	"github.com/vidiking/vidiking-cli/internal/tui/header"
	"github.com/vidiking/vidiking-cli/internal/tui/keys"
)

// keyboard passes keys to the component that has the focus.
type keyboard struct{ *Model }

// press handles a key according to the mode.
func (m keyboard) press(k tea.KeyPressMsg) tea.Cmd {
	if k.Mod&tea.ModAlt != 0 && k.Text == "" && m.mode != modeFilter && m.mode != modePalette && !m.detail.Search.Typing { // Esc, then the key
		k.Mod &^= tea.ModAlt
		k.Text = string(k.Code)
		return tea.Batch(m.press(tea.KeyPressMsg{Code: tea.KeyEscape}), m.press(k))
	}
	if key.Matches(k, m.keys.Suspend) {
		return m.suspend()
	}
	if m.message.Question != nil {
		return m.answer(k)
	}
	if tooSmall(m.frame.width, m.frame.height) {
		return m.quit(k)
	}
	if m.detail.Search.Typing && m.mode == modeDetail {
		return m.detail.SearchKey(k)
	}
	switch m.mode {
	case modeFilter:
		return m.filtered(m.filter.Key(k))
	case modeChooser:
		return m.filtered(m.filter.ChooserKey(k, m.keys))
	case modePalette:
		return m.palette(k)
	case modeHelp:
		if m.overlay.help.Key(k, m.keys) {
			m.mode = m.overlay.under
		}
		return nil
	case modeDetail:
		if cmd, done := m.inDetail(k); done {
			return cmd
		}
	default:
		if cmd, done := m.inList(k); done {
			return cmd
		}
	}
	return m.anywhere(k)
}

// suspend returns to the shell. It asks first if the listener would be suspended, too. Pressing the key again confirms.
func (m keyboard) suspend() tea.Cmd {
	if !m.o.OwnsListener || m.message.Question != nil {
		m.message.Question = nil
		return tea.Suspend
	}
	m.message.Ask("While suspended, listen receives no deliveries. Suspend until fg?", func() tea.Cmd { return tea.Suspend })
	return nil
}

// answer answers the question.
func (m keyboard) answer(k tea.KeyPressMsg) tea.Cmd {
	q := m.message.Question
	switch {
	case key.Matches(k, m.keys.Yes):
		m.message.Question = nil
		return q.OnYes()
	case key.Matches(k, m.keys.No):
		m.message.Question = nil
	}
	return nil
}

// quit handles the keys that quit the screen.
func (m keyboard) quit(k tea.KeyPressMsg) tea.Cmd {
	quit := func() tea.Cmd { return tea.Quit }
	switch {
	case key.Matches(k, m.keys.Interrupt):
		return tea.Quit
	case !key.Matches(k, m.keys.Quit):
		return nil
	case m.o.OwnsListener:
		m.message.Ask("Stop listening?", quit)
	case m.actions.Batch != nil:
		b := m.actions.Batch
		m.message.Ask("A batch is running: "+display.Count(b.Next)+" of "+display.Count(len(b.IDs))+" sent. Quit anyway?", quit)
	default:
		return tea.Quit
	}
	return nil
}

func (m keyboard) inList(k tea.KeyPressMsg) (cmd tea.Cmd, done bool) {
	if m.view == listJobs {
		if m.jobs.Key(k, m.list.Height()) {
			return m.showCurrent(), true
		}
		if key.Matches(k, m.keys.Back) {
			return m.show(listDeliveries), true
		}
	}
	if cmd, done := m.list.Key(k); done {
		return tea.Batch(cmd, m.showCurrent()), true
	}
	switch {
	case key.Matches(k, m.keys.Open, m.keys.Right):
		m.focusDetail()
	case key.Matches(k, m.keys.CopyID) && m.waitsForFirst():
		m.overlay.copied = true
		return m.actions.Copy("the line", header.SecretCommand), true
	case key.Matches(k, m.keys.Back):
		return m.back(), true
	case key.Matches(k, m.keys.Mark):
		m.list.ToggleMark()
		return tea.Batch(m.list.Move(m.list.Direction()), m.showCurrent()), true
	default:
		return nil, false
	}
	return nil, true
}

// show selects what the list shows.
func (m keyboard) show(v listed) tea.Cmd {
	if m.view = v; m.mode == modeDetail {
		m.mode = modeList
	}
	m.list.SetAnchor()
	return tea.Batch(m.setFilter(), m.jobs.Load(), m.showCurrent())
}

// back stops the batch, or clears the marks, or clears the filter: the first that applies.
func (m keyboard) back() tea.Cmd {
	switch {
	case m.actions.Batch != nil:
		m.actions.StopBatch()
	case m.list.Marks.Len() > 0:
		m.list.Marks.Clear()
	case m.filter.Active == "" && m.view != listDeliveries:
		return m.show(listDeliveries)
	case m.filter.Active != "":
		m.message.Text(draw.Text("Filter cleared. It was: " + m.o.Style.Clean(m.filter.Active)))
		m.list.SetAnchor()
		m.filter.Set("")
		return m.setFilter()
	}
	return nil
}

func (m keyboard) inDetail(k tea.KeyPressMsg) (cmd tea.Cmd, done bool) {
	if cmd, done := m.detail.Key(k); done {
		return cmd, true
	}
	switch {
	case key.Matches(k, m.keys.Filter):
		m.detail.Search.Open()
		return nil, true
	case key.Matches(k, m.keys.Left, m.keys.Back):
		m.mode = modeList
		return m.list.Move(0), true
	case key.Matches(k, m.keys.Mark):
		m.list.ToggleMark()
		return nil, true
	default:
		return nil, false
	}
}

// anywhere handles the keys that mean the same in list and detail.
func (m keyboard) anywhere(k tea.KeyPressMsg) tea.Cmd {
	if cmd, done := m.detail.TabKey(k); done {
		return cmd
	}
	switch {
	case key.Matches(k, m.keys.Filter):
		m.overlay.under, m.mode = modeList, modeFilter
		m.filter.Open()
		m.list.SetAnchor()
	case key.Matches(k, m.keys.Choose):
		m.overlay.under, m.mode = modeList, modeChooser
		m.filter.OpenChooser()
		m.list.SetAnchor()
	case key.Matches(k, m.keys.Command):
		m.overlay.under, m.mode = m.mode, modePalette
		m.overlay.palette = actions.NewPalette("command", m.keys.Commands(), "")
	case key.Matches(k, m.keys.Help):
		m.overlay.under, m.mode, m.overlay.help = m.mode, modeHelp, keys.HelpView{}
	case key.Matches(k, m.keys.CopyURL):
		if m.header.State.URL == "" {
			m.message.Text(draw.Text("listen is not running, so there is no URL."))
			return nil
		}
		return m.actions.Copy("the URL "+m.header.State.URL, m.header.State.URL)
	case key.Matches(k, m.keys.ViewAll):
		return m.show(listDeliveries)
	case key.Matches(k, m.keys.ViewJobs):
		return m.show(listJobs)
	case key.Matches(k, m.keys.ViewFailed):
		return m.show(listFailed)
	case key.Matches(k, m.keys.DetailUp):
		m.detail.Wheel(-1)
	case key.Matches(k, m.keys.DetailDown):
		m.detail.Wheel(1)
	case key.Matches(k, m.keys.NextDelivery):
		return mouse(m).move(1)
	case key.Matches(k, m.keys.PreviousDelivery):
		return mouse(m).move(-1)
	case key.Matches(k, m.keys.Pause):
		return m.list.TogglePause()
	default:
		return tea.Batch(m.act(k), m.quit(k))
	}
	return nil
}

// act handles the keys that act on deliveries.
func (m keyboard) act(k tea.KeyPressMsg) tea.Cmd {
	if key.Matches(k, m.keys.Trigger) {
		m.overlay.under, m.mode = m.mode, modePalette
		m.overlay.palette = actions.NewPalette("trigger", m.o.Samples, m.actions.LastTriggered)
		return nil
	}
	if key.Matches(k, m.keys.ReplayAll) {
		return m.actions.ReplayAll(m.list.Marks.Set(), m.selected(), m.o.Now())
	}
	s, ok := m.current()
	if !ok {
		if b := m.keys; key.Matches(k, b.Replay, b.Resign, b.Diagnose, b.Edit, b.Diff, b.CopyID, b.CopyBody, b.CopyCurl, b.Save) {
			m.message.Text(draw.Text("No delivery is selected."))
		}
		return nil
	}
	switch {
	case key.Matches(k, m.keys.Replay):
		return m.actions.Replay(s)
	case key.Matches(k, m.keys.Resign):
		return m.actions.Resign(s)
	case key.Matches(k, m.keys.Diagnose):
		return m.actions.Diagnose(s)
	case key.Matches(k, m.keys.Edit):
		return m.actions.Edit(s.ID)
	case key.Matches(k, m.keys.Diff):
		m.message.Clear() // the message may be about an earlier comparison
		return m.detail.Diff(s.ID)
	case key.Matches(k, m.keys.CopyID):
		return m.actions.Copy("the id "+string(s.ID), string(s.ID))
	case key.Matches(k, m.keys.CopyBody):
		return m.actions.Read(s.ID, actions.PurposeCopyBody)
	case key.Matches(k, m.keys.CopyCurl):
		return m.actions.Read(s.ID, actions.PurposeCopyCurl)
	case key.Matches(k, m.keys.Save):
		return m.actions.Read(s.ID, actions.PurposeSave)
	default:
		return nil
	}
}

func (m keyboard) palette(k tea.KeyPressMsg) tea.Cmd {
	name, closed := m.overlay.palette.Key(k)
	if closed {
		m.mode = m.overlay.under
	}
	if name == "" {
		return nil
	}
	if command := m.keys.KeyOf(name); m.overlay.palette.Label == "command" {
		return m.anywhere(command)
	}
	return m.actions.Trigger(name)
}

// filtered handles what a key did to the filter.
func (m keyboard) filtered(o filterbar.Outcome) tea.Cmd {
	switch o {
	case filterbar.Changed:
		return m.setFilter()
	case filterbar.Kept:
		m.mode = m.overlay.under
		m.list.DropAnchor()
	case filterbar.Canceled:
		m.mode = m.overlay.under
		return m.setFilter()
	}
	return nil
}

func (m keyboard) paste(s string) tea.Cmd {
	switch m.mode {
	case modeDetail:
		if m.detail.Search.Typing {
			m.detail.Search.Paste(s)
		}
	case modeFilter:
		return m.filtered(m.filter.Paste(s))
	case modePalette:
		m.overlay.palette.Paste(s)
	}
	return nil
}

// focusDetail switches to the detail. New deliveries don't change which delivery it shows.
func (m keyboard) focusDetail() {
	if _, ok := m.current(); !ok {
		return
	}
	m.mode = modeDetail
	m.list.Follow = false
	m.detail.Focus()
}

// setFilter applies a changed filter to the list.
func (m keyboard) setFilter() tea.Cmd {
	if m.list.Follow {
		m.list.ToNewest()
	}
	return tea.Batch(m.list.Load(), m.header.CountNow())
}
