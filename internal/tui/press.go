package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// key takes a key, by what the keys mean now.
func (m *Model) key(k tea.KeyPressMsg) tea.Cmd {
	if key.Matches(k, m.keys.suspend) {
		return m.suspend()
	}
	if tooSmall(m.width, m.height) && m.mode != modeAsk {
		return m.leaveKeys(k)
	}
	switch m.mode {
	case modeFilter:
		return m.filterKey(k)
	case modeChooser:
		return m.chooserKey(k)
	case modePalette:
		return m.paletteKey(k)
	case modeAsk:
		return m.askKey(k)
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
	return m.anyKey(k)
}

// suspend goes back to the shell. A listener would stop there, so it asks; who presses it again means it.
func (m *Model) suspend() tea.Cmd {
	if !m.o.Own || m.mode == modeAsk {
		if m.mode == modeAsk {
			m.mode = m.behind
		}
		return tea.Suspend
	}
	m.put(question{"Until fg, nothing is taken in. Back to the shell?", func(*Model) tea.Cmd { return tea.Suspend }})
	return nil
}

// leaveKeys are the keys that end the screen.
func (m *Model) leaveKeys(k tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(k, m.keys.interrupt):
		return tea.Quit
	case key.Matches(k, m.keys.quit) && m.o.Own:
		m.put(question{"Stop listening?", func(*Model) tea.Cmd { return tea.Quit }})
		return nil
	case key.Matches(k, m.keys.quit) && m.batch != nil:
		m.put(question{"Still sending: " + display.Count(m.batch.next) + " of " + display.Count(len(m.batch.ids)) + " are sent. Quit all the same?", func(*Model) tea.Cmd { return tea.Quit }})
		return nil
	case key.Matches(k, m.keys.quit):
		return tea.Quit
	default:
		return nil
	}
}

// put asks a question.
func (m *Model) put(q question) {
	if m.mode != modeAsk {
		m.behind = m.mode
	}
	m.mode, m.ask = modeAsk, q
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
		m.list.toBottom()
		m.list.toOldest = false
		return m.load(), true
	case key.Matches(k, m.keys.open, m.keys.right):
		return m.enter(), true
	case key.Matches(k, m.keys.back):
		return m.stepBack(), true
	case key.Matches(k, m.keys.mark):
		m.list.toggle()
		return m.moveList(1), true
	default:
		return nil, false
	}
}

// stepBack takes back what was begun: a sending of many, the marks, the filter.
func (m *Model) stepBack() tea.Cmd {
	switch {
	case m.batch != nil:
		m.stopBatch()
	case len(m.list.marks) > 0:
		clear(m.list.marks)
	case m.filter.active != "":
		m.say(text("All deliveries again. The filter was: " + m.o.Style.Clean(m.filter.active)))
		m.list.anchored()
		return m.setFilter("")
	}
	return nil
}

// moveList moves the cursor, and asks for more rows where they get short.
func (m *Model) moveList(by int) tea.Cmd {
	h := m.listHeight()
	m.list.move(by, h)
	if m.list.short(h) {
		return tea.Batch(m.sync(), m.reload())
	}
	return m.sync()
}

// toTop goes to the oldest of the log, which the window may not have.
func (m *Model) toTop() tea.Cmd {
	if !m.list.above {
		m.list.place(0, m.listHeight())
		return m.sync()
	}
	m.list.follow, m.list.toOldest = false, true
	return m.load()
}

// enter goes into the detail, which from then on is of one delivery, whatever comes.
func (m *Model) enter() tea.Cmd {
	if _, ok := m.current(); !ok {
		return nil
	}
	m.mode = modeDetail
	m.list.follow = false
	m.detail.cursor = m.detail.top
	return m.refit()
}

// refit fits list and detail to the room that they have now.
func (m *Model) refit() tea.Cmd {
	l := m.layout()
	m.list.scroll(l.list.h)
	m.detail.scroll(l.detail.h)
	return nil
}

func (m *Model) leaveDetail() tea.Cmd {
	m.mode = modeList
	m.list.place(m.list.cursor, m.listHeight())
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
			return m.reshow(), true
		}
	case key.Matches(k, m.keys.right):
		if d.unfold() {
			return m.reshow(), true
		}
	case key.Matches(k, m.keys.left):
		if d.fold() {
			return m.reshow(), true
		}
		return m.leaveDetail(), true
	case key.Matches(k, m.keys.back):
		return m.leaveDetail(), true
	case key.Matches(k, m.keys.mark):
		m.list.toggle()
	default:
		return nil, false
	}
	return nil, true
}

// anyKey are the keys that mean the same in list and detail.
func (m *Model) anyKey(k tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(k, m.keys.next):
		return m.openTab(1)
	case key.Matches(k, m.keys.previous):
		return m.openTab(-1)
	case key.Matches(k, m.keys.form):
		if m.detail.tab == tabPayload {
			m.detail.form = (m.detail.form + 1) % forms
		}
		m.detail.tab = tabPayload
		return m.fresh()
	case key.Matches(k, m.keys.wrap):
		m.detail.wrap = !m.detail.wrap
		return m.fresh()
	case key.Matches(k, m.keys.filter):
		m.behind, m.mode = modeList, modeFilter
		m.filter.open(m.parse)
		m.list.anchored()
		return m.refit()
	case key.Matches(k, m.keys.choose):
		m.behind, m.mode = modeList, modeChooser
		m.filter.before = m.filter.active
		m.list.anchored()
		return m.refit()
	case key.Matches(k, m.keys.help):
		m.behind, m.mode, m.helpTop = m.mode, modeHelp, 0
		return nil
	case key.Matches(k, m.keys.pause):
		return m.togglePause()
	default:
		return tea.Batch(m.actionKey(k), m.leaveKeys(k))
	}
}

func (m *Model) openTab(by int) tea.Cmd {
	all := m.tabs()
	at := 0
	for i, t := range all {
		if t == m.detail.tab {
			at = i
		}
	}
	m.detail.tab = all[(at+by+len(all))%len(all)]
	return m.fresh()
}

// fresh shows the detail in another way, from its beginning.
func (m *Model) fresh() tea.Cmd {
	m.detail.reset()
	return m.reshow()
}

func (m *Model) togglePause() tea.Cmd {
	if m.paused != (store.Cursor{}) {
		m.paused, m.list.held, m.list.newer = store.Cursor{}, false, 0
		return m.load()
	}
	m.paused, m.list.held = untilNow(m.now), true
	return m.load()
}
