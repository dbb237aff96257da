package tui

// The screen's measures, in cells.
const (
	leastWidth  = 60
	leastHeight = 15
	wideFrom    = 110 // from here on list and detail stand side by side
	idFrom      = 67  // below, a row has no room for an id
	leastList   = 59  // of a list beside the detail: all its columns but what it is about
	listWhileIn = 3   // rows of the list that stay while the detail below it is read
)

// area is a part of the screen.
type area struct{ x, y, w, h int }

func (a area) holds(x, y int) bool { return x >= a.x && x < a.x+a.w && y >= a.y && y < a.y+a.h }

// layout says where everything stands.
type layout struct {
	w, h    int
	wide    bool
	pane    bool // the rows have no room for an id, which the rule below the list shows
	header  int  // lines
	content int  // lines between the rule above the list and the last one
	upper   int  // the rule above the list
	head    bool
	list    area // its rows, without the head
	lower   int  // the rule below the list; in the narrow layout the one between list and detail
	detail  area
}

// headLines is how many lines the names of the columns take.
func (l layout) headLines() int {
	if l.head {
		return 1
	}
	return 0
}

// layoutOf lays the screen out. A detail that is being read gets more room where it stands below.
// A result of several lines takes them from below: from the detail, where that stands there, so that no row of the list moves for it.
func layoutOf(w, h, header, result int, mode mode) layout {
	content := h - header - result - 3 // two rules, the keys
	l := layout{content: content, w: w, h: h, wide: w >= wideFrom, pane: w >= wideFrom || w < idFrom, header: header, upper: header}
	y := header + 1
	if l.wide {
		lw := max((w*8+14)/15, leastList)
		l.head = true
		l.list = area{0, y + 1, lw, content - 1}
		l.lower = y + content
		l.detail = area{lw + 1, y, w - lw - 1, content}
		return l
	}
	rows := content + result - 1
	rows -= rows / 2
	if mode == modeDetail {
		rows = min(rows, listWhileIn)
	}
	l.list = area{0, y, w, rows}
	l.lower = y + rows
	l.detail = area{0, l.lower + 1, w, content - rows}
	return l
}

func tooSmall(w, h int) bool { return w < leastWidth || h < leastHeight }
