package tui

import (
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// chooser is the overlay that writes the filter for those who do not know its language yet.
type chooser struct {
	columns []choices
	at      int
}

// choices are the values of one key of the filter.
type choices struct {
	key    string
	values []string
	at     int
}

func newChooser() chooser {
	events := []string{"render.*", "ai.*", "wallet.*"}
	for _, e := range webhook.Events() {
		events = append(events, e.Name)
	}
	statuses := []string{"failed"}
	for _, s := range webhook.Statuses() {
		statuses = append(statuses, string(s))
	}
	return chooser{columns: []choices{
		{key: "event", values: events},
		{key: "status", values: statuses},
		{key: "verdict", values: named(webhook.VerdictValid, webhook.VerdictInvalid, webhook.VerdictMissing, webhook.VerdictMalformed, webhook.VerdictUnchecked)},
		{key: "origin", values: named(webhook.OriginTunnel, webhook.OriginLocal, webhook.OriginTrigger, webhook.OriginReplay, webhook.OriginEmulator)},
		{key: "since", values: []string{"10m", "1h", "6h", "1d", "7d"}},
	}}
}

func named[T ~string](values ...T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

func (c *chooser) move(columns, rows int) {
	c.at = max(min(c.at+columns, len(c.columns)-1), 0)
	col := &c.columns[c.at]
	col.at = max(min(col.at+rows, len(col.values)-1), 0)
}

// chosen is the filter with what the cursor is on put in or taken out.
func (c *chooser) chosen(filter string) string {
	col := c.columns[c.at]
	return withTerm(filter, col.key, col.values[col.at])
}

// chooserHead is how many lines stand above the values.
const chooserHead = 2

// lines are the columns that there is room for, from one on that leaves room for the one with the cursor.
func (c *chooser) lines(filter string, w, h int, st display.Style) []line {
	lines := make([]line, h)
	x, first := 0, c.first(w)
	for n := first; n < len(c.columns); n++ {
		col := c.columns[n]
		if x > 0 && x+col.width() > w {
			lines[1] = lines[1].pad(w-2).add(say("→", st), display.Dim) // there are more
			break
		}
		at := -1
		if n == c.at {
			at = col.at
		}
		for i, cell := range col.lines(filter, at, h-chooserHead, st) {
			lines[i+1] = append(lines[i+1].pad(x), cell...)
		}
		x += col.width()
	}
	if first > 0 {
		lines[1] = append(text(" ").add(say("←", st), display.Dim), lines[1].behind(2)...)
	}
	return lines
}

// first is the first column that is shown.
func (c *chooser) first(w int) int {
	for first := range c.at {
		if c.end(first, c.at) <= w {
			return first
		}
	}
	return c.at
}

// end is how many cells the columns from one to another take.
func (c *chooser) end(from, to int) (cells int) {
	for _, col := range c.columns[from : to+1] {
		cells += col.width()
	}
	return cells
}

// lines are a column: its key, and its values around the cursor, which is on that of the number at.
func (c choices) lines(filter string, at, h int, st display.Style) []line {
	lines := []line{text("   ").add(c.key, display.Bold)}
	top, rows := c.window(h)
	for i := top; i < top+rows; i++ {
		sign := "  "
		if hasTerm(filter, c.key, c.values[i]) {
			sign = st.Symbols("✓") + " "
		}
		cell := text(" ").add(sign, display.Good).add(c.values[i], display.Plain)
		if i == at {
			cell = cell.pad(c.width()).reverse()
		}
		lines = append(lines, cell)
	}
	if below := len(c.values) - top - rows; below > 0 {
		lines = append(lines, styled("   "+say("↓", st)+" "+display.Count(below)+" more", display.Dim))
	}
	return lines
}

// window is which values are shown in so many lines.
func (c choices) window(h int) (top, rows int) {
	if len(c.values) <= h {
		return 0, len(c.values)
	}
	rows = max(h-1, 1) // the last line says how many there are below
	return max(c.at-rows+1, 0), min(rows, len(c.values))
}

// click goes to the value that stands at a cell of the lines; ok is false where there is none.
func (c *chooser) click(x, y, w, h int) (ok bool) {
	for n := c.first(w); n < len(c.columns); n++ {
		col := &c.columns[n]
		if x >= col.width() {
			x -= col.width()
			continue
		}
		top, rows := col.window(h - chooserHead)
		if y -= chooserHead; y < 0 || y >= rows {
			return false
		}
		c.at, col.at = n, top+y
		return true
	}
	return false
}

func (c choices) width() int {
	w := len(c.key)
	for _, v := range c.values {
		w = max(w, len(v))
	}
	return w + 4
}
