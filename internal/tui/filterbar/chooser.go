package filterbar

import (
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Chooser is the overlay that builds a filter from lists of values.
type Chooser struct {
	columns []chooserColumn
	cursor  int
}

// chooserColumn is a filter key with its values.
type chooserColumn struct {
	key    string
	values []string
	cursor int
}

func newChooser() Chooser {
	events := []string{"render.*", "ai.*", "wallet.*"}
	for _, e := range webhook.Events() {
		events = append(events, e.Name)
	}
	statuses := []string{"failed"}
	for _, s := range webhook.Statuses() {
		statuses = append(statuses, string(s))
	}
	return Chooser{columns: []chooserColumn{
		{key: "event", values: events},
		{key: "status", values: statuses},
		{key: "verdict", values: stringsOf(webhook.VerdictValid, webhook.VerdictInvalid, webhook.VerdictMissing, webhook.VerdictMalformed, webhook.VerdictUnchecked)},
		{key: "origin", values: stringsOf(webhook.OriginTunnel, webhook.OriginLocal, webhook.OriginTrigger, webhook.OriginReplay, webhook.OriginEmulator)},
		{key: "since", values: []string{"10m", "1h", "6h", "1d", "7d"}},
	}}
}

func stringsOf[T ~string](values ...T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

// Move moves the cursor.
func (c *Chooser) Move(columns, rows int) {
	c.cursor = max(min(c.cursor+columns, len(c.columns)-1), 0)
	col := &c.columns[c.cursor]
	col.cursor = max(min(col.cursor+rows, len(col.values)-1), 0)
}

// toggled returns the filter with the value under the cursor added or removed.
func (c *Chooser) toggled(filter string) string {
	col := c.columns[c.cursor]
	return withTerm(filter, col.key, col.values[col.cursor])
}

// chooserHeaderLines is the number of lines above the values.
const chooserHeaderLines = 2

// Lines renders the columns that fit, scrolled such that the column with the cursor is visible.
func (c *Chooser) Lines(filter string, w, h int, st display.Style) []draw.Line {
	lines := make([]draw.Line, h)
	x, first := 0, c.firstVisible(w)
	for n := first; n < len(c.columns); n++ {
		col := c.columns[n]
		if x > 0 && x+col.width() > w {
			lines[1] = lines[1].Pad(w-2).Add(draw.Symbols("→", st), display.Dim) // more columns
			break
		}
		at := -1
		if n == c.cursor {
			at = col.cursor
		}
		for i, cell := range col.lines(filter, at, h-chooserHeaderLines, st) {
			lines[i+1] = append(lines[i+1].Pad(x), cell...)
		}
		x += col.width()
	}
	if first > 0 {
		lines[1] = append(draw.Text(" ").Add(draw.Symbols("←", st), display.Dim), lines[1].DropCells(2)...)
	}
	return lines
}

// firstVisible returns the index of the first visible column.
func (c *Chooser) firstVisible(w int) int {
	for first := range c.cursor {
		if c.columnsWidth(first, c.cursor) <= w {
			return first
		}
	}
	return c.cursor
}

// columnsWidth returns the width of the columns from one index to another.
func (c *Chooser) columnsWidth(from, to int) (cells int) {
	for _, col := range c.columns[from : to+1] {
		cells += col.width()
	}
	return cells
}

// lines renders a column: its key, and its values around the cursor. The value at index selected is highlighted; -1 is none.
func (c chooserColumn) lines(filter string, selected, h int, st display.Style) []draw.Line {
	lines := []draw.Line{draw.Text("   ").Add(c.key, display.Bold)}
	top, rows := c.window(h)
	for i := top; i < top+rows; i++ {
		sign := "  "
		if hasTerm(filter, c.key, c.values[i]) {
			sign = st.Symbols("✓") + " "
		}
		cell := draw.Text(" ").Add(sign, display.Good).Add(c.values[i], display.Plain)
		if i == selected {
			cell = cell.Pad(c.width()).Reverse()
		}
		lines = append(lines, cell)
	}
	if below := len(c.values) - top - rows; below > 0 {
		lines = append(lines, draw.Styled("   "+draw.Symbols("↓", st)+" "+display.Count(below)+" more", display.Dim))
	}
	return lines
}

// window returns which values are visible in h lines.
func (c chooserColumn) window(h int) (top, rows int) {
	if len(c.values) <= h {
		return 0, len(c.values)
	}
	rows = max(h-1, 1) // the last line counts the rest
	return max(c.cursor-rows+1, 0), min(rows, len(c.values))
}

// Click moves the cursor to the value at a cell. It returns false if there is none.
func (c *Chooser) Click(x, y, w, h int) (ok bool) {
	for n := c.firstVisible(w); n < len(c.columns); n++ {
		col := &c.columns[n]
		if x >= col.width() {
			x -= col.width()
			continue
		}
		top, rows := col.window(h - chooserHeaderLines)
		if y -= chooserHeaderLines; y < 0 || y >= rows {
			return false
		}
		c.cursor, col.cursor = n, top+y
		return true
	}
	return false
}

func (c chooserColumn) width() int {
	w := len(c.key)
	for _, v := range c.values {
		w = max(w, len(v))
	}
	return w + 4
}
