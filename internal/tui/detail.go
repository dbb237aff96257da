package tui

import (
	"maps"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// tab is a view of one delivery.
type tab int

const (
	tabPayload tab = iota
	tabHeaders
	tabAttempts
	tabSignature
	tabCurl
	tabDiff // has no name in the rule until somebody asks for it
)

// form is how a payload is shown.
type form int

const (
	formTree form = iota
	formPretty
	formRaw
	forms
)

// detailLine is a line of the detail.
type detailLine struct {
	line   line
	fold   string // what enter folds here; empty: nothing
	folded bool
	in     string // the fold that it stands in; empty: none
	hang   int    // cells that a continuation is set in, where long lines are wrapped
}

// subject is what the detail is about.
type subject struct {
	delivery webhook.Delivery
	family   webhook.ReplayTree
	other    *webhook.Delivery // what it is compared with
}

// detail is the detail of the delivery under the cursor.
type detail struct {
	subject *subject // nil while there is none
	lines   []detailLine
	tab     tab
	form    form
	wrap    bool
	folds   map[string]bool // of payload and attempts, by what they fold
	top     int
	cursor  int // a line, while the detail is being read
}

func newDetail() detail { return detail{folds: map[string]bool{}} }

// about is the delivery that is shown.
func (d *detail) about() (webhook.Summary, bool) {
	if d.subject == nil {
		return webhook.Summary{}, false
	}
	return d.subject.delivery.Summary, true
}

// reset goes back to the beginning, for another delivery or another tab.
func (d *detail) reset() { d.top, d.cursor = 0, 0 }

// move moves the line cursor on a pane of that height.
func (d *detail) move(by, height int) {
	d.cursor = max(min(d.cursor+by, len(d.lines)-1), 0)
	d.scroll(height)
}

// wheel moves the lines under a cursor that stays on the screen.
func (d *detail) wheel(by, height int) {
	d.top = max(min(d.top+by, len(d.lines)-height), 0)
	d.cursor = max(min(d.cursor, d.top+height-1), d.top)
}

func (d *detail) scroll(height int) {
	d.cursor = max(min(d.cursor, len(d.lines)-1), 0)
	d.top = min(d.top, d.cursor)
	d.top = max(d.top, d.cursor-height+1)
	d.top = max(min(d.top, len(d.lines)-height), 0)
}

// toggle folds or unfolds what the cursor is on; ok is false where that is nothing.
func (d *detail) toggle() (ok bool) {
	if d.cursor >= len(d.lines) || d.lines[d.cursor].fold == "" {
		return false
	}
	l := d.lines[d.cursor]
	d.folds = maps.Clone(d.folds) // the old one is being read elsewhere
	d.folds[l.fold] = !l.folded
	return true
}

// fold folds what the cursor is on, or in; it is where the fold begins then. ok is false where that is nothing.
func (d *detail) fold() (ok bool) {
	if d.cursor >= len(d.lines) {
		return false
	}
	l := d.lines[d.cursor]
	if l.fold != "" && !l.folded {
		return d.toggle()
	}
	for at := d.cursor; at >= 0 && l.in != ""; at-- {
		if d.lines[at].fold == l.in {
			d.cursor = at
			return d.toggle()
		}
	}
	return false
}

func (d *detail) unfold() (ok bool) {
	if d.cursor < len(d.lines) && d.lines[d.cursor].folded {
		return d.toggle()
	}
	return false
}
