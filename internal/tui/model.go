package tui

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"

	tea "charm.land/bubbletea/v2"
)

// Options configures a screen. Log, Now and State are required.
type Options struct {
	Log          view.Log
	Actions      view.Actions // nil: nothing can be sent
	Tools        view.Tools
	Samples      []view.Sample
	State        func(context.Context) view.State
	Filter       string // initial filter; must be valid
	Now          func() time.Time
	Style        display.Style // its Width is ignored
	Color        bool
	OwnsListener bool // quitting stops the listener, so the screen asks first
	CanSuspend   bool // the system supports suspending a program (Ctrl-Z)

	Input       io.Reader
	Output      io.Writer
	Environment []string
}

// mode determines what the keys do.
type mode int

const (
	modeList mode = iota
	modeDetail
	modeFilter
	modeChooser
	modePalette
	modeConfirm
	modeHelp
)

// Model is the state of the screen.
type Model struct {
	o    Options
	ctx  context.Context // done when the screen ends, which cancels its requests
	keys keyMap

	width, height int
	mode          mode
	returnMode    mode // mode after an overlay or a question is closed
	list          list
	detail        detail
	filter        filterBar
	chooser       chooser
	palette       palette
	confirmation  confirmation
	helpTop       int
	helpMaxTop    int

	state          view.State
	totals         view.Totals
	loaded         bool // the first page has been loaded
	hadLog         bool // the log existed when it was last read
	totalsLoaded   bool // the first totals have been loaded
	matchesCounted bool // the totals count the matches of the current filter
	paused         store.Cursor
	message        messageLine
	now            time.Time
	batch          *batch
	editing        bool // the editor is open or being opened

	pages, details, counts requestTracker
	detailOf               webhook.Summary // the delivery that the detail shows or is loading
	detailVersion          int             // incremented when the detail's settings change
	throttle               throttle
	waiting                bool
	notices                <-chan Notice

	exec func(tea.ExecCommand, tea.ExecCallback) tea.Cmd // tea.Exec, except in tests

	dirty        bool
	resultHeight int // height of the message line in the last frame
	frame        tea.View
	bug          *PanicError
}

// confirmation is a question that the user answers with y or n.
type confirmation struct {
	prompt string
	onYes  func(*Model) tea.Cmd
}

// Notice is a message that is not about a delivery.
type Notice struct {
	Success bool
	Text    string
	Advice  string // what to do, shown after Text; if space is short, Text is shortened first
}

func newModel(ctx context.Context, o Options, notices <-chan Notice) *Model {
	m := &Model{
		o: o, ctx: ctx, keys: newKeyMap(), list: newList(), detail: newDetail(), chooser: newChooser(), now: o.Now(), notices: notices,
		dirty: true, exec: tea.Exec,
	}
	m.keys.disableUnavailable(o)
	m.filter.set(o.Filter)
	return m
}

// Init starts the first requests.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(m.load(), m.loadState(), m.count(0), m.tick(), m.waitForNotice())
}

// setFilter applies a filter to the list.
func (m *Model) setFilter(s string) tea.Cmd {
	if strings.TrimSpace(s) != m.filter.active {
		m.matchesCounted = false
	}
	m.filter.set(s)
	if m.list.follow {
		m.list.toNewest()
	}
	return tea.Batch(m.load(), m.countNow())
}

func (m *Model) location() *time.Location {
	if m.o.Style.Location == nil {
		return time.UTC
	}
	return m.o.Style.Location
}

// current returns the delivery that the keys act on.
func (m *Model) current() (webhook.Summary, bool) {
	row, ok := m.list.current()
	return row.Summary, ok
}
