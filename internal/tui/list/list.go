// Package list is the list of deliveries: it reads a window of the log, keeps the cursor in it, and renders its rows.
package list

import (
	"context"
	"errors"
	"math"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/tui/keys"
	"github.com/vidiking/vidiking-cli/internal/tui/task"
	"github.com/vidiking/vidiking-cli/internal/view"
)

// Source is where the list reads from.
type Source struct {
	Log    view.Log
	Runner task.Runner
	Now    func() time.Time
	Filter func() filter.Filter // parsed each time, because since:1h depends on the current time
}

// Model is the list. It loads the rows around its cursor when the log changes or the cursor moves.
type Model struct {
	Window

	Marks      Marks
	KeepAnchor bool // the filter is being edited, so the cursor's place before that is remembered
	Loaded     bool // the first page has been loaded

	source   Source
	keys     *keys.Map
	height   int
	pages    task.Tracker
	throttle throttle
	waiting  bool
	paused   store.Cursor
	hadLog   bool // the log existed when it was last read
	up       bool // the last move was upward
}

// The messages of the list.
type (
	// PageMsg is the response to a request for rows.
	PageMsg struct {
		n    int
		page view.Page
		err  error
	}
	// ChangedMsg reports that the log has changed.
	ChangedMsg struct{ err error }
	// ErrorMsg reports that the log cannot be read. The list tries again.
	ErrorMsg struct{ Err error }
	// LogDeletedMsg reports that the log was deleted.
	LogDeletedMsg struct{}
)

// New returns a list that follows the newest row.
func New(s Source, k *keys.Map) Model {
	return Model{Window: Window{Follow: true}, Marks: newMarks(), source: s, keys: k, height: 1}
}

// SetHeight sets the number of visible rows.
func (l *Model) SetHeight(h int) {
	if h = max(h, 1); h == l.height {
		return
	}
	l.height = h
	if l.Follow {
		l.Top = len(l.Rows)
	}
	l.Scroll(h)
}

// Height returns the number of visible rows.
func (l *Model) Height() int { return l.height }

// Key handles a key that moves the cursor.
func (l *Model) Key(k tea.KeyPressMsg) (cmd tea.Cmd, done bool) {
	switch {
	case key.Matches(k, l.keys.Up):
		return l.Move(-1), true
	case key.Matches(k, l.keys.Down):
		return l.Move(1), true
	case key.Matches(k, l.keys.PageUp):
		return l.Move(-l.height), true
	case key.Matches(k, l.keys.PageDown):
		return l.Move(l.height), true
	case key.Matches(k, l.keys.Top):
		return l.oldest(), true
	case key.Matches(k, l.keys.Bottom):
		l.ToNewest()
		return l.Load(), true
	default:
		return nil, false
	}
}

// Move moves the cursor by rows and loads more rows if necessary.
func (l *Model) Move(by int) tea.Cmd {
	if by != 0 {
		l.up = by < 0
	}
	l.MoveTo(l.Cursor+by, l.height)
	if l.NeedsRows(l.height) {
		return l.Reload()
	}
	return nil
}

// Direction returns the direction of the last move: 1 is down.
func (l *Model) Direction() int {
	if l.up {
		return -1
	}
	return 1
}

// oldest moves the cursor to the oldest row of the log, which may have to be loaded.
func (l *Model) oldest() tea.Cmd {
	if !l.HasOlder {
		l.MoveTo(0, l.height)
		return nil
	}
	l.ToOldest()
	return l.Load()
}

// ToggleMark marks or unmarks the row under the cursor.
func (l *Model) ToggleMark() {
	if row, ok := l.Current(); ok {
		l.Marks.Toggle(row.ID)
	}
}

// TogglePause pauses or resumes the view.
func (l *Model) TogglePause() tea.Cmd {
	if l.Paused {
		l.paused, l.Paused, l.Unseen = store.Cursor{}, false, 0
		return l.Load()
	}
	l.paused, l.Paused = store.CursorAt(l.source.Now(), math.MaxInt64), true
	return l.Load()
}

// Load requests the rows around the cursor and cancels an earlier request.
func (l *Model) Load() tea.Cmd {
	ctx, n := l.pages.Begin(l.source.Runner.Context)
	q := l.Query(l.height)
	q.Filter, q.UpTo = l.source.Filter(), l.paused
	if !l.Follow {
		q.LastSeen = l.newest
	}
	if l.Paused {
		q.LastSeen = l.paused
	}
	return task.Run(ctx, func(ctx context.Context) tea.Msg {
		p, err := l.source.Log.Page(ctx, q)
		return PageMsg{n, p, err}
	})
}

// Reload requests the rows again, once an earlier request has finished. It doesn't cancel the request: with a key held down, no request
// would ever finish.
func (l *Model) Reload() tea.Cmd {
	if l.pages.Busy {
		l.pages.Repeat = true
		return nil
	}
	return l.Load()
}

// Update handles the messages of the list.
func (l *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case PageMsg:
		return l.handlePage(msg)
	case ChangedMsg:
		l.waiting = false
		if msg.err != nil {
			return l.retry(msg.err)
		}
		l.throttle.changed(l.source.Now())
		return l.Reload()
	default:
		return nil
	}
}

func (l *Model) handlePage(msg PageMsg) tea.Cmd {
	again := l.pages.Repeat
	if !l.pages.Finish(msg.n) {
		return nil
	}
	if msg.err != nil {
		return l.retry(msg.err)
	}
	l.SetPage(msg.page, l.height)
	if !l.KeepAnchor {
		l.anchor = store.Cursor{}
	}
	l.Loaded = true
	cmds := []tea.Cmd{l.wait(msg.page.Cursor)}
	if msg.page.NoLog && l.hadLog {
		cmds = append(cmds, func() tea.Msg { return LogDeletedMsg{} })
	}
	l.hadLog = !msg.page.NoLog
	if again || l.NeedsRows(l.height) {
		cmds = append(cmds, l.Reload())
	}
	return tea.Batch(cmds...)
}

// retry reports an error of the log, and tries again after a second. The next page tells if the log was deleted.
func (l *Model) retry(err error) tea.Cmd {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	if errors.Is(err, store.ErrNoLog) {
		return l.Reload()
	}
	return tea.Batch(func() tea.Msg { return ErrorMsg{err} }, l.source.Runner.After(time.Second, func(context.Context) tea.Msg { return ChangedMsg{} }))
}

// wait waits until the log changes, for at least the throttle's delay. Only one such wait runs at a time.
func (l *Model) wait(cursor int64) tea.Cmd {
	if l.waiting {
		return nil
	}
	l.waiting = true
	return l.source.Runner.After(l.throttle.delay(), func(ctx context.Context) tea.Msg {
		return ChangedMsg{l.source.Log.Wait(ctx, cursor)}
	})
}

// Failed returns the message that reading the log failed, after which the list reads it again.
func Failed(err error) ChangedMsg { return ChangedMsg{err} }
