package tui

// The dimensions of the screen, in cells.
const (
	minWidth         = 30
	minHeight        = 6
	fullMinWidth     = 60 // below this width or fullMinHeight, list and detail take turns
	fullMinHeight    = 15
	wideMinWidth     = 124 // from this width, list and detail are side by side
	widestFrom       = 160 // from this width, the list is wider
	wideListWidth    = 80  // of the list in the wide layout: all columns of a row, and the cursor
	widestListWidth  = 92
	listRowsInDetail = 3 // list rows that stay visible in modeDetail, in the narrow layout
)

// area is a part of the screen.
type area struct{ x, y, w, h int }

func (a area) contains(x, y int) bool { return x >= a.x && x < a.x+a.w && y >= a.y && y < a.y+a.h }

// layout holds the position of every part of the screen.
type layout struct {
	w, h    int
	wide    bool
	single  bool // list and detail take turns
	header  int  // lines
	content int  // number of lines between the upper rule and the last rule
	upper   int  // line of the rule above the list
	list    area // its rows, without the column heads
	lower   int  // line of the rule below the list
	detail  area
}

// layoutOf computes the layout. In the narrow layout, modeDetail gives the detail more lines, and a message of several lines takes them
// from the detail, so no row of the list moves.
func layoutOf(w, h, header, message int, mode mode) layout {
	content := h - header - message - 3 // two rules and the footer
	l := layout{content: content, w: w, h: h, wide: w >= wideMinWidth && h >= fullMinHeight, header: header, upper: header}
	y := header + 1
	switch {
	case l.wide:
		lw := wideListWidth
		if w >= widestFrom {
			lw = widestListWidth
		}
		l.list = area{0, y + 1, lw, content - 1}
		l.lower = y + content
		l.detail = area{lw + 1, y, w - lw - 1, content}
	case w < fullMinWidth || h < fullMinHeight:
		l.single = true
		l.content = content + 1 // no rule below
		l.list = area{0, y, w, l.content}
		l.lower = h
		l.detail = area{0, y, w, l.content}
		if mode == modeDetail {
			l.list.h = 0
		} else {
			l.detail.h = 0
		}
	default:
		rows := (content + message - 1) * 2 / 5 // the story of a refused delivery needs ten lines of 24
		if mode == modeDetail {
			rows = min(rows, listRowsInDetail)
		}
		l.list = area{0, y, w, rows}
		l.lower = y + rows
		l.detail = area{0, l.lower + 1, w, content - rows}
	}
	return l
}

func tooSmall(w, h int) bool { return w < minWidth || h < minHeight }
