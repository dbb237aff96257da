// Package detail shows one delivery: it reads the delivery, renders the open tab, and keeps the cursor in its lines.
package detail

import (
	"errors"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/tui/keys"
	"github.com/vidiking/vidiking-cli/internal/tui/task"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Source is where the detail reads from.
type Source struct {
	Log    view.Log
	Tools  view.Tools
	Runner task.Runner
	Marked func(other webhook.ID) webhook.ID // the marked delivery to compare another one with
}

// View is the size and style of the detail.
type View struct {
	Height int
	Style  display.Style // its Width is the width of the detail
	Title  bool          // begin with the delivery's title
}

// Model is the detail of a delivery.
type Model struct {
	pane
	loader

	Tabs   Tabs
	Search Search

	keys    *keys.Map
	view    View
	format  payloadFormat
	wrap    bool
	subject *subject // nil: no delivery
}

// The messages of the detail.
type (
	// LoadedMsg is the response to a request for a delivery.
	LoadedMsg struct {
		n, version int
		subject    *subject
		lines      []detailLine
		err        error
	}
	// ErrorMsg reports that a delivery cannot be read.
	ErrorMsg struct{ Err error }
	// NotFoundMsg reports that a search has no match.
	NotFoundMsg struct{ Text string }
	// NothingToCompareMsg reports that there is no other delivery to compare with.
	NothingToCompareMsg struct{}
)

// New returns a detail without a delivery.
func New(s Source, k *keys.Map) Model {
	return Model{
		pane: pane{folds: folds{}, pages: pages{}}, loader: loader{source: s, diagnoses: map[webhook.ID]*view.Diagnosis{}},
		Tabs: Tabs{hasCurl: s.Tools.Curl != nil}, keys: k,
	}
}

// SetView sets size and style.
func (d *Model) SetView(v View) tea.Cmd {
	before := d.view
	d.view = v
	d.height = v.Height
	d.scroll()
	if before.Height = v.Height; before != v {
		return d.rerender()
	}
	return nil
}

// Show loads a delivery unless the detail shows it or is loading it.
func (d *Model) Show(s webhook.Summary) tea.Cmd {
	if sameDetail(s, d.loading) {
		return nil
	}
	d.loading = s
	return d.load(s.ID, d.renderer())
}

// Clear shows no delivery.
func (d *Model) Clear() {
	d.subject, d.lines, d.loading = nil, nil, webhook.Summary{}
	d.requests.Drop()
}

// Shown returns the delivery that is shown.
func (d *Model) Shown() (webhook.Summary, bool) {
	if d.subject == nil {
		return webhook.Summary{}, false
	}
	return d.subject.delivery.Summary, true
}

// Update handles the response to a request.
func (d *Model) Update(msg LoadedMsg) tea.Cmd {
	if !d.requests.Finish(msg.n) {
		return nil
	}
	if isNotFound(msg.err) { // pruned meanwhile; the next page shows the rest
		return nil
	}
	if msg.err != nil {
		d.loading = webhook.Summary{} // load it again with the next page
		return func() tea.Msg { return ErrorMsg{msg.err} }
	}
	before, _ := d.Shown()
	d.subject = msg.subject
	if before.ID != msg.subject.delivery.ID {
		d.reset()
		if len(d.pages) > 0 {
			d.pages = pages{}
			return d.rerender()
		}
	}
	if msg.version != d.version {
		return d.render(d.subject, d.renderer())
	}
	d.lines = msg.lines
	d.afterTurn()
	d.scroll()
	if d.Search.pending {
		d.Search.pending = false
		if !d.match(d.Search.text, d.cursor, 1) {
			return func() tea.Msg { return NotFoundMsg{d.Search.text} }
		}
	}
	if d.Tabs.open == tabDiff && msg.subject.comparedTo == nil {
		d.Tabs.open = tabStory
		return tea.Batch(d.rerender(), func() tea.Msg { return NothingToCompareMsg{} })
	}
	return nil
}

// Key handles a key while the detail has the focus.
func (d *Model) Key(k tea.KeyPressMsg) (cmd tea.Cmd, done bool) {
	switch {
	case key.Matches(k, d.keys.Up):
		d.move(-1)
	case key.Matches(k, d.keys.Down):
		d.move(1)
	case key.Matches(k, d.keys.PageUp):
		d.move(-d.height)
	case key.Matches(k, d.keys.PageDown):
		d.move(d.height)
	case key.Matches(k, d.keys.Top):
		d.move(-len(d.lines))
	case key.Matches(k, d.keys.Bottom):
		d.move(len(d.lines))
	case key.Matches(k, d.keys.Open) && d.toggle(), key.Matches(k, d.keys.Right) && d.unfold(), key.Matches(k, d.keys.Left) && d.fold():
		return d.rerender(), true
	case key.Matches(k, d.keys.NextMatch):
		d.match(d.Search.text, d.cursor+1, 1)
	case key.Matches(k, d.keys.PreviousMatch):
		d.match(d.Search.text, d.cursor-1, -1)
	default:
		return nil, key.Matches(k, d.keys.Open, d.keys.Right)
	}
	return nil, true
}

// TabKey handles the keys that select what the detail shows. They also work in the list.
func (d *Model) TabKey(k tea.KeyPressMsg) (cmd tea.Cmd, done bool) {
	switch {
	case key.Matches(k, d.keys.Next):
		d.Tabs.step(1)
	case key.Matches(k, d.keys.Previous):
		d.Tabs.step(-1)
	case key.Matches(k, d.keys.Format):
		if d.Tabs.open == tabPayload {
			d.format = (d.format + 1) % formatCount
		}
		d.Tabs.open = tabPayload
	case key.Matches(k, d.keys.Wrap):
		d.wrap = !d.wrap
	default:
		return nil, false
	}
	d.reset()
	return d.rerender(), true
}

// Diff compares a delivery with another one.
func (d *Model) Diff(id webhook.ID) tea.Cmd {
	d.Tabs.open = tabDiff
	d.reset()
	d.version++
	return d.load(id, d.renderer())
}

// SetDiagnosis shows the result of a diagnosis in the story of a delivery.
func (d *Model) SetDiagnosis(id webhook.ID, found view.Diagnosis) tea.Cmd {
	d.diagnoses[id] = &found
	d.loading = webhook.Summary{}
	if s, ok := d.Shown(); !ok || s.ID != id {
		return nil
	}
	d.Tabs.open = tabStory
	d.reset()
	d.version++
	return d.load(id, d.renderer())
}

// ClickTab opens the tab at a cell of a tab line of the given width.
func (d *Model) ClickTab(x, cells int) tea.Cmd {
	t, ok := d.Tabs.at(x, cells)
	if !ok {
		return nil
	}
	d.Tabs.open = t
	d.reset()
	return d.rerender()
}

// Click moves the cursor to a visible line, and folds or unfolds its section.
func (d *Model) Click(row int) tea.Cmd {
	if d.cursor = d.top + row; d.toggle() {
		return d.rerender()
	}
	d.scroll()
	return nil
}

// Lines renders the visible lines. Matches of f are marked.
func (d *Model) Lines(f filter.Filter, focused bool) []draw.Line { //nolint:revive // a focused pane draws its cursor, nothing else
	st := d.view.Style
	w := st.Width
	lines := make([]draw.Line, 0, d.height)
	for i := d.top; i < len(d.lines) && len(lines) < d.height; i++ {
		row := d.Search.mark(d.lines[i].line.Highlight(f))
		if focused && i == d.cursor {
			row = append(draw.Text(draw.Symbols("▌", st)), withoutFirstCell(row).Fit(w-1, st).Reverse()...)
		}
		lines = append(lines, row.Fit(w, st))
	}
	for len(lines) < d.height {
		lines = append(lines, draw.Text(draw.Spaces(w)))
	}
	return lines
}

// withoutFirstCell returns a line without its first cell, which is a space.
func withoutFirstCell(l draw.Line) draw.Line {
	if len(l) == 0 || l[0].Text == "" {
		return l
	}
	first := l[0]
	first.Text = first.Text[1:]
	return append(draw.Line{first}, l[1:]...)
}

// isNotFound reports whether a delivery is not in the log. After any other error, it may still be there.
func isNotFound(err error) bool {
	var gone *store.NotFoundError
	return errors.As(err, &gone)
}

// sameDetail reports whether the detail of a delivery is unchanged.
func sameDetail(a, b webhook.Summary) bool {
	return a.ID == b.ID && a.Status == b.Status && a.Attempts == b.Attempts && a.ResolvedBy == b.ResolvedBy
}
