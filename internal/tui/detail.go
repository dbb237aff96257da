package tui

import (
	"maps"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// tab is a tab of the detail.
type tab int

const (
	tabPayload tab = iota
	tabHeaders
	tabAttempts
	tabSignature
	tabCurl
	tabDiff // hidden until the user compares two deliveries
)

// payloadFormat is the format in which a payload is shown.
type payloadFormat int

const (
	formatTree payloadFormat = iota
	formatPretty
	formatRaw
	formatCount
)

// detailLine is a line of the detail.
type detailLine struct {
	line   line
	fold   string // path of the section that enter folds here; empty: none
	folded bool
	parent string // path of the section that contains the line; empty: none
	indent int    // indentation of continuation lines if the line is wrapped
}

// subject is the data that the detail shows.
type subject struct {
	delivery   webhook.Delivery
	tree       webhook.ReplayTree
	comparedTo *webhook.Delivery // set on the Diff tab
}

// detail is the view of the delivery under the cursor.
type detail struct {
	subject *subject // nil: no delivery
	lines   []detailLine
	tab     tab
	format  payloadFormat
	wrap    bool
	folds   map[string]bool // folded sections of payload and attempts, by path
	top     int
	cursor  int // index of a line, used in modeDetail
}

func newDetail() detail { return detail{folds: map[string]bool{}} }

// summary returns the delivery that is shown.
func (d *detail) summary() (webhook.Summary, bool) {
	if d.subject == nil {
		return webhook.Summary{}, false
	}
	return d.subject.delivery.Summary, true
}

// reset scrolls to the beginning, for another delivery or tab.
func (d *detail) reset() { d.top, d.cursor = 0, 0 }

// move moves the cursor by lines in a view of the given height.
func (d *detail) move(by, height int) {
	d.cursor = max(min(d.cursor+by, len(d.lines)-1), 0)
	d.scroll(height)
}

// wheel scrolls and keeps the cursor visible.
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

// toggle folds or unfolds the section at the cursor. It returns false if there is none.
func (d *detail) toggle() (ok bool) {
	if d.cursor >= len(d.lines) || d.lines[d.cursor].fold == "" {
		return false
	}
	l := d.lines[d.cursor]
	d.folds = maps.Clone(d.folds) // a command may be reading the old map
	d.folds[l.fold] = !l.folded
	return true
}

// fold folds the section at or around the cursor, and moves the cursor to its first line. It returns false if there is none.
func (d *detail) fold() (ok bool) {
	if d.cursor >= len(d.lines) {
		return false
	}
	l := d.lines[d.cursor]
	if l.fold != "" && !l.folded {
		return d.toggle()
	}
	for at := d.cursor; at >= 0 && l.parent != ""; at-- {
		if d.lines[at].fold == l.parent {
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
