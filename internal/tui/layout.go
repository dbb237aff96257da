package tui

// The dimensions of the screen, in cells.
const (
	minWidth         = 60
	minHeight        = 15
	wideMinWidth     = 110 // from this width, list and detail are side by side
	idMinWidth       = 67  // below this width, rows have no id
	minListWidth     = 59  // of the list in the wide layout: all columns except about
	listRowsInDetail = 3   // list rows that stay visible in modeDetail, in the narrow layout
)

// area is a part of the screen.
type area struct{ x, y, w, h int }

func (a area) contains(x, y int) bool { return x >= a.x && x < a.x+a.w && y >= a.y && y < a.y+a.h }

// layout holds the position of every part of the screen.
type layout struct {
	w, h        int
	wide        bool
	pane        bool // rows have no id; the rule below the list shows it
	header      int  // lines
	content     int  // number of lines between the upper rule and the last rule
	upper       int  // line of the rule above the list
	columnHeads bool
	list        area // its rows, without the column heads
	lower       int  // line of the rule below the list
	detail      area
}

// layoutOf computes the layout. In the narrow layout, modeDetail gives the detail more lines, and a message of several lines takes them
// from the detail, so no row of the list moves.
func layoutOf(w, h, header, message int, mode mode) layout {
	content := h - header - message - 3 // two rules and the footer
	l := layout{content: content, w: w, h: h, wide: w >= wideMinWidth, pane: w >= wideMinWidth || w < idMinWidth, header: header, upper: header}
	y := header + 1
	if l.wide {
		lw := max((w*8+14)/15, minListWidth)
		l.columnHeads = true
		l.list = area{0, y + 1, lw, content - 1}
		l.lower = y + content
		l.detail = area{lw + 1, y, w - lw - 1, content}
		return l
	}
	rows := (content + message - 1) * 2 / 5 // the story of a refused delivery needs ten lines of 24
	if mode == modeDetail {
		rows = min(rows, listRowsInDetail)
	}
	l.list = area{0, y, w, rows}
	l.lower = y + rows
	l.detail = area{0, l.lower + 1, w, content - rows}
	return l
}

func tooSmall(w, h int) bool { return w < minWidth || h < minHeight }
