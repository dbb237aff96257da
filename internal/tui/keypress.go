package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// key handles a key according to the mode.
func (m *Model) key(k tea.KeyPressMsg) tea.Cmd {
	if key.Matches(k, m.keys.suspend) {
		return m.suspend()
	}
	if tooSmall(m.width, m.height) && m.mode != modeConfirm {
		return m.quitKey(k)
	}
	switch m.mode {
	case modeFilter:
		return m.filterKey(k)
	case modeChooser:
		return m.chooserKey(k)
	case modePalette:
		return m.paletteKey(k)
	case modeConfirm:
		return m.confirmKey(k)
	case modeHelp:
		return m.helpKey(k)
	case modeDetail:
		if cmd, done := m.detailKey(k); done {
			return cmd
		}
	default:
		if cmd, done := m.listKey(k); done {
			return cmd
		}
	}
	return m.sharedKey(k)
}

// suspend returns to the shell. It asks first if the listener would be suspended, too. Pressing the key again confirms.
func (m *Model) suspend() tea.Cmd {
	if !m.o.OwnsListener || m.mode == modeConfirm {
		if m.mode == modeConfirm {
			m.mode = m.returnMode
		}
		return tea.Suspend
	}
	m.confirm(confirmation{"While suspended, listen receives no deliveries. Suspend until fg?", func(*Model) tea.Cmd { return tea.Suspend }})
	return nil
}

// quitKey handles the keys that quit the screen.
func (m *Model) quitKey(k tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(k, m.keys.interrupt):
		return tea.Quit
	case key.Matches(k, m.keys.quit) && m.o.OwnsListener:
		m.confirm(confirmation{"Stop listening?", func(*Model) tea.Cmd { return tea.Quit }})
		return nil
	case key.Matches(k, m.keys.quit) && m.batch != nil:
		m.confirm(confirmation{"A batch is running: " + display.Count(m.batch.next) + " of " + display.Count(len(m.batch.ids)) + " sent. Quit anyway?", func(*Model) tea.Cmd { return tea.Quit }})
		return nil
	case key.Matches(k, m.keys.quit):
		return tea.Quit
	default:
		return nil
	}
}

// confirm asks the user a question.
func (m *Model) confirm(c confirmation) {
	if m.mode != modeConfirm {
		m.returnMode = m.mode
	}
	m.mode, m.confirmation = modeConfirm, c
}

func (m *Model) listKey(k tea.KeyPressMsg) (cmd tea.Cmd, done bool) {
	h := m.listHeight()
	switch {
	case key.Matches(k, m.keys.up):
		return m.moveList(-1), true
	case key.Matches(k, m.keys.down):
		return m.moveList(1), true
	case key.Matches(k, m.keys.pageUp):
		return m.moveList(-h), true
	case key.Matches(k, m.keys.pageDown):
		return m.moveList(h), true
	case key.Matches(k, m.keys.top):
		return m.toTop(), true
	case key.Matches(k, m.keys.bottom):
		m.list.toNewest()
		m.list.jumpToOldest = false
		return m.load(), true
	case key.Matches(k, m.keys.open, m.keys.right):
		return m.focusDetail(), true
	case key.Matches(k, m.keys.back):
		return m.goBack(), true
	case key.Matches(k, m.keys.mark):
		m.list.toggle()
		return m.moveList(1), true
	default:
		return nil, false
	}
}

// goBack stops the batch, or clears the marks, or clears the filter: the first that applies.
func (m *Model) goBack() tea.Cmd {
	switch {
	case m.batch != nil:
		m.stopBatch()
	case len(m.list.marks) > 0:
		clear(m.list.marks)
	case m.filter.active != "":
		m.showMessage(text("Filter cleared. It was: " + m.o.Style.Clean(m.filter.active)))
		m.list.setAnchor()
		return m.setFilter("")
	}
	return nil
}

// moveList moves the cursor and loads more rows if necessary.
func (m *Model) moveList(by int) tea.Cmd {
	h := m.listHeight()
	m.list.move(by, h)
	if m.list.needsRows(h) {
		return tea.Batch(m.syncDetail(), m.reload())
	}
	return m.syncDetail()
}

// toTop moves the cursor to the oldest row of the log, which may have to be loaded.
func (m *Model) toTop() tea.Cmd {
	if !m.list.hasOlder {
		m.list.moveTo(0, m.listHeight())
		return m.syncDetail()
	}
	m.list.follow, m.list.jumpToOldest = false, true
	return m.load()
}

// focusDetail switches to the detail. New deliveries don't change which delivery it shows.
func (m *Model) focusDetail() tea.Cmd {
	if _, ok := m.current(); !ok {
		return nil
	}
	m.mode = modeDetail
	m.list.follow = false
	m.detail.cursor = m.detail.top
	return m.refit()
}

// refit adapts list and detail to their current size.
func (m *Model) refit() tea.Cmd {
	l := m.layout()
	m.list.scroll(l.list.h)
	m.detail.scroll(l.detail.h)
	return nil
}

func (m *Model) focusList() tea.Cmd {
	m.mode = modeList
	m.list.moveTo(m.list.cursor, m.listHeight())
	return m.refit()
}

func (m *Model) detailKey(k tea.KeyPressMsg) (cmd tea.Cmd, done bool) {
	d, h := &m.detail, m.layout().detail.h
	switch {
	case key.Matches(k, m.keys.up):
		d.move(-1, h)
	case key.Matches(k, m.keys.down):
		d.move(1, h)
	case key.Matches(k, m.keys.pageUp):
		d.move(-h, h)
	case key.Matches(k, m.keys.pageDown):
		d.move(h, h)
	case key.Matches(k, m.keys.top):
		d.move(-len(d.lines), h)
	case key.Matches(k, m.keys.bottom):
		d.move(len(d.lines), h)
	case key.Matches(k, m.keys.open):
		if d.toggle() {
			return m.rerenderDetail(), true
		}
	case key.Matches(k, m.keys.right):
		if d.unfold() {
			return m.rerenderDetail(), true
		}
	case key.Matches(k, m.keys.left):
		if d.fold() {
			return m.rerenderDetail(), true
		}
		return m.focusList(), true
	case key.Matches(k, m.keys.back):
		return m.focusList(), true
	case key.Matches(k, m.keys.mark):
		m.list.toggle()
	default:
		return nil, false
	}
	return nil, true
}

// sharedKey handles the keys that mean the same in list and detail.
func (m *Model) sharedKey(k tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(k, m.keys.next):
		return m.switchTab(1)
	case key.Matches(k, m.keys.previous):
		return m.switchTab(-1)
	case key.Matches(k, m.keys.format):
		if m.detail.tab == tabPayload {
			m.detail.format = (m.detail.format + 1) % formatCount
		}
		m.detail.tab = tabPayload
		return m.resetDetail()
	case key.Matches(k, m.keys.wrap):
		m.detail.wrap = !m.detail.wrap
		return m.resetDetail()
	case key.Matches(k, m.keys.filter):
		m.returnMode, m.mode = modeList, modeFilter
		m.filter.open(m.parse)
		m.list.setAnchor()
		return m.refit()
	case key.Matches(k, m.keys.choose):
		m.returnMode, m.mode = modeList, modeChooser
		m.filter.previous = m.filter.active
		m.list.setAnchor()
		return m.refit()
	case key.Matches(k, m.keys.help):
		m.returnMode, m.mode, m.helpTop = m.mode, modeHelp, 0
		return nil
	case key.Matches(k, m.keys.pause):
		return m.togglePause()
	default:
		return tea.Batch(m.actionKey(k), m.quitKey(k))
	}
}

func (m *Model) switchTab(by int) tea.Cmd {
	all := m.tabs()
	at := 0
	for i, t := range all {
		if t == m.detail.tab {
			at = i
		}
	}
	m.detail.tab = all[(at+by+len(all))%len(all)]
	return m.resetDetail()
}

// resetDetail renders the detail again, from its beginning.
func (m *Model) resetDetail() tea.Cmd {
	m.detail.reset()
	return m.rerenderDetail()
}

func (m *Model) togglePause() tea.Cmd {
	if m.paused != (store.Cursor{}) {
		m.paused, m.list.paused, m.list.unseen = store.Cursor{}, false, 0
		return m.load()
	}
	m.paused, m.list.paused = cursorAfter(m.now), true
	return m.load()
}
