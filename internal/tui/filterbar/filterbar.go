// Package filterbar edits the filter of the list: the text in the upper rule, and the overlay of lists of values.
package filterbar

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/tui/input"
	"github.com/vidiking/vidiking-cli/internal/tui/keys"
	"github.com/vidiking/vidiking-cli/internal/tui/message"
)

// Model holds the filter that the list uses, and the one that is being typed.
type Model struct {
	Active  string // the list's filter; always valid
	Chooser Chooser

	now      func() time.Time
	location *time.Location
	parsed   filter.Filter // Active, parsed
	previous string        // Active when typing began
	typed    typed
	history  history
}

// typed is the filter that is being typed.
type typed struct {
	input      input.Model
	err        *filter.Error // problem in the text
	submitted  bool          // enter was pressed, so err is shown even if the word is incomplete
	completion filter.Completion
	selected   int // index of the completion that tab inserts
}

// Outcome is what a key did to the filter.
type Outcome int

// The outcomes.
const (
	Unchanged Outcome = iota
	Changed           // Active has changed
	Kept              // the user keeps the filter and leaves
	Canceled          // the user leaves; Active is the filter from before
)

// New returns a filter bar with an active filter.
func New(active string, now func() time.Time, location *time.Location) Model {
	if location == nil {
		location = time.UTC
	}
	return Model{Active: strings.TrimSpace(active), Chooser: newChooser(), now: now, location: location}
}

// parse parses a filter. Times in it are relative to now.
func (f *Model) parse(text string) (filter.Filter, error) {
	return filter.Parse(text, f.now(), f.location)
}

// Filter parses the list's filter. It parses it each time because since:1h depends on the current time.
func (f *Model) Filter() filter.Filter {
	if parsed, err := f.parse(f.Active); err == nil { // else, the filter was valid when it was typed
		f.parsed = parsed
	}
	return f.parsed
}

// Matches returns the filter whose matches are marked.
func (f *Model) Matches() filter.Filter { return f.parsed }

// Open starts editing the current filter as text.
func (f *Model) Open() {
	f.previous = f.Active
	text := f.Active
	if text != "" {
		text += " " // for the next word
	}
	f.typed.input = input.New(text)
	f.history.reset()
	f.typed.check(f.parse)
}

// recall replaces the text with an earlier filter, or with a later one if by is 1.
func (f *Model) recall(by int) Outcome {
	text, ok := f.history.step(by)
	if !ok {
		return Unchanged
	}
	f.typed.input = input.New(text)
	return f.apply()
}

// OpenChooser starts editing the current filter with lists of values.
func (f *Model) OpenChooser() { f.previous = f.Active }

// Set sets the list's filter.
func (f *Model) Set(s string) { f.Active = strings.TrimSpace(s) }

// Key edits the text. The list is filtered after every key.
func (f *Model) Key(k tea.KeyPressMsg) Outcome {
	t := &f.typed
	switch k.String() {
	case "enter":
		t.submitted = true
		if t.err != nil {
			return Unchanged
		}
		f.Set(t.input.String())
		f.history.add(f.Active)
		return Kept
	case "esc", "ctrl+c":
		f.Set(f.previous)
		return Canceled
	case "tab":
		if !t.complete() {
			return Unchanged
		}
	case "up":
		return f.recall(-1)
	case "down":
		return f.recall(1)
	case "ctrl+n":
		t.cycle(1)
		return Unchanged
	case "ctrl+p", "shift+tab":
		t.cycle(-1)
		return Unchanged
	default:
		if !t.input.Key(k) {
			t.check(f.parse)
			return Unchanged
		}
	}
	return f.apply()
}

// Paste inserts a text.
func (f *Model) Paste(s string) Outcome {
	f.typed.input.Paste(s)
	return f.apply()
}

// apply makes the typed filter the active one if it is valid.
func (f *Model) apply() Outcome {
	if !f.typed.check(f.parse) || f.typed.isIncompleteKey() {
		return Unchanged
	}
	f.Set(f.typed.input.String())
	return Changed
}

// ChooserKey handles a key in the overlay of values.
func (f *Model) ChooserKey(k tea.KeyPressMsg, m *keys.Map) Outcome {
	c := &f.Chooser
	switch {
	case key.Matches(k, m.Up):
		c.Move(0, -1)
	case key.Matches(k, m.Down):
		c.Move(0, 1)
	case key.Matches(k, m.Left, m.Previous):
		c.Move(-1, 0)
	case key.Matches(k, m.Right, m.Next):
		c.Move(1, 0)
	case key.Matches(k, m.Mark):
		return f.Choose()
	case key.Matches(k, m.Open, m.Choose, m.Quit):
		return Kept
	case key.Matches(k, m.Back, m.Interrupt):
		f.Set(f.previous)
		return Canceled
	}
	return Unchanged
}

// Choose adds the value under the chooser's cursor to the filter, or removes it.
func (f *Model) Choose() Outcome {
	f.Set(f.Chooser.toggled(f.Active))
	return Changed
}

// Completions returns the number of completions of the word that is being typed.
func (f *Model) Completions() int { return len(f.typed.completion.Candidates) }

// EditLine renders the typed filter with its problem highlighted, and returns the column of the cursor. A filter that is too long is
// scrolled to show the cursor.
func (f *Model) EditLine(room int, st display.Style) (l draw.Line, cursor int) {
	return f.typed.editLine(room, st)
}

// Help returns the message line while a filter is typed: the completions of the word, or the problem.
func (f *Model) Help(st display.Style) message.Result { return f.typed.help(st) }
