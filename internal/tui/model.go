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

// Options is what a screen is made of. Log, Now and State are required.
type Options struct {
	Log     view.Log
	Actions view.Actions // nil: nothing can be sent
	Tools   view.Tools
	Samples []view.Sample
	State   func(context.Context) view.State
	Filter  string // what the list goes by at first; a right one
	Now     func() time.Time
	Style   display.Style // its width is the screen's business
	Color   bool
	Own     bool // leaving ends the listener, so it is asked for
	Suspend bool // the system can put a program into the background

	Input       io.Reader
	Output      io.Writer
	Environment []string
}

// mode is what the keys mean.
type mode int

const (
	modeList mode = iota
	modeDetail
	modeFilter
	modeChooser
	modePalette
	modeAsk
	modeHelp
)

// Model is the state of the screen.
type Model struct {
	o    Options
	ctx  context.Context // the screen's lifetime, which ends its queries
	keys keyMap

	width, height int
	mode          mode
	behind        mode // where an overlay or a question returns to
	list          list
	detail        detail
	filter        filterBar
	chooser       chooser
	palette       palette
	ask           question
	helpTop       int
	helpMost      int

	state   view.State
	totals  view.Totals
	loaded  bool // the first page is there
	hadLog  bool // there was a log when it was read last
	counted bool // the first totals are there
	matched bool // and how many match the filter
	paused  store.Cursor
	said    saying
	now     time.Time
	batch   *batch
	editing bool // the editor is open, or about to be

	pages, details, counts asker
	wanted                 webhook.Summary // what the detail is asked for
	generation             int             // of how the detail is shown
	pace                   pace
	awaiting               bool
	notices                <-chan Notice

	exec func(tea.ExecCommand, tea.ExecCallback) tea.Cmd // tea.Exec, but in tests

	dirty     bool
	resultWas int // lines that the result took in the last frame
	frame     tea.View
	bug       *PanicError
}

// question is one that waits for y or n.
type question struct {
	text string
	yes  func(*Model) tea.Cmd
}

// Notice is a sentence from beside the deliveries.
type Notice struct {
	Good bool
	Text string
	Next string // what to do, behind Text; it is kept whole where there is room for one of them
}

func newModel(ctx context.Context, o Options, notices <-chan Notice) *Model {
	m := &Model{
		o: o, ctx: ctx, keys: newKeyMap(), list: newList(), detail: newDetail(), chooser: newChooser(), now: o.Now(), notices: notices,
		dirty: true, exec: tea.Exec,
	}
	m.keys.without(o)
	m.filter.set(o.Filter)
	return m
}

// Init asks the first questions.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(m.load(), m.lookAround(), m.count(0), m.tick(), m.hear())
}

// setFilter makes the list go by another filter.
func (m *Model) setFilter(s string) tea.Cmd {
	if strings.TrimSpace(s) != m.filter.active {
		m.matched = false
	}
	m.filter.set(s)
	if m.list.follow {
		m.list.toBottom()
	}
	return tea.Batch(m.load(), m.recount())
}

func (m *Model) location() *time.Location {
	if m.o.Style.Location == nil {
		return time.UTC
	}
	return m.o.Style.Location
}

// current is the delivery that the keys are about.
func (m *Model) current() (webhook.Summary, bool) {
	row, ok := m.list.current()
	return row.Summary, ok
}
