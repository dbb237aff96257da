package tui

import (
	"context"
	"io"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/tui/actions"
	"github.com/vidiking/vidiking-cli/internal/tui/detail"
	"github.com/vidiking/vidiking-cli/internal/tui/filterbar"
	"github.com/vidiking/vidiking-cli/internal/tui/header"
	"github.com/vidiking/vidiking-cli/internal/tui/jobs"
	"github.com/vidiking/vidiking-cli/internal/tui/keys"
	"github.com/vidiking/vidiking-cli/internal/tui/list"
	"github.com/vidiking/vidiking-cli/internal/tui/message"
	"github.com/vidiking/vidiking-cli/internal/tui/task"
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

// Notice is a message that is not about a delivery.
type Notice = message.Notice

// mode determines what the keys do.
type mode int

const (
	modeList mode = iota
	modeDetail
	modeFilter
	modeChooser
	modePalette
	modeHelp
)

// listed is what the list shows.
type listed int

const (
	listDeliveries listed = iota
	listJobs
	listFailed
)

// Model is the state of the screen: its components, and which of them gets the keys.
type Model struct {
	o    Options
	run  task.Runner
	keys *keys.Map

	list    list.Model
	jobs    jobs.Model
	detail  detail.Model
	filter  filterbar.Model
	header  header.Model
	actions *actions.Model
	message *message.Model
	overlay overlay

	mode  mode
	view  listed
	frame frame
}

// overlay is the state of the overlays that cover list and detail.
type overlay struct {
	under   mode // mode after the overlay is closed
	palette actions.Palette
	help    keys.HelpView
	copied  bool // the user has copied the line of the checklist
}

// frame is the last frame, and its size.
type frame struct {
	width, height int
	dirty         bool // something has changed since the last frame
	view          tea.View
	bug           *PanicError
	notices       <-chan Notice
	hasTerminal   func() bool
	canTint       bool   // the terminal has more than 16 colors
	tint          string // background of the row under the cursor, see draw.Painter
}

func newModel(ctx context.Context, o Options, notices <-chan Notice) *Model {
	k := keys.New()
	k.Disable(o.Actions, o.Tools)
	k.Suspend.SetEnabled(o.CanSuspend)
	m := &Model{
		o: o, run: task.Runner{Context: ctx}, keys: &k, frame: frame{dirty: true, notices: notices, hasTerminal: func() bool { return true }},
		filter:  filterbar.New(o.Filter, o.Now, o.Style.Location),
		message: message.New(o.Style, o.Now, o.Tools.Explain),
	}
	m.list = list.New(list.Source{Log: o.Log, Runner: m.run, Now: o.Now, Filter: m.selected}, &k)
	m.jobs = jobs.New(o.Log, m.run, o.Now, &k)
	m.detail = detail.New(detail.Source{Log: o.Log, Tools: o.Tools, Runner: m.run, Marked: m.list.Marks.OtherThan}, &k)
	m.header = header.New(header.Source{
		Log: o.Log, State: o.State, Runner: m.run, Now: o.Now,
		Filter: func() (string, filter.Filter) { return m.filter.Active, m.filter.Filter() },
	})
	m.actions = actions.New(actions.Source{
		Log: o.Log, Actions: o.Actions, Tools: o.Tools, Style: o.Style, Runner: m.run, Message: m.message, Exec: tea.Exec,
	})
	return m
}

// size returns the size of the screen.
func (f *frame) size() header.Size { return header.Size{W: f.width, H: f.height} }

// Init starts the first requests.
func (m *Model) Init() tea.Cmd {
	cmds := []tea.Cmd{m.list.Load(), m.header.LoadState(), m.header.Count(), clock{m}.tick(), m.waitForNotice()}
	if m.frame.canTint {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	return tea.Batch(cmds...)
}

// waitsForFirst reports whether the log is empty, so a checklist covers list and detail.
func (m *Model) waitsForFirst() bool {
	return m.mode == modeList && m.list.Loaded && m.header.Counted && m.header.Totals.All == 0 && len(m.list.Rows) == 0
}

// current returns the delivery that the keys act on.
func (m *Model) current() (webhook.Summary, bool) {
	if m.view == listJobs {
		return m.jobs.Current()
	}
	row, ok := m.list.Current()
	return row.Summary, ok
}

// selected returns the filter of the list: the user's, and failed deliveries only if the list shows these.
func (m *Model) selected() filter.Filter {
	f := m.filter.Filter()
	if m.view == listFailed {
		f = f.And(filter.Failed())
	}
	return f
}
