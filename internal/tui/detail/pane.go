package detail

import (
	"maps"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/tui/draw"
)

// detailLine is a line of the detail.
type detailLine struct {
	line   draw.Line
	fold   string // path of the section that enter folds here; empty: none
	folded bool
	parent string // path of the section that contains the line; empty: none
	indent int    // indentation of continuation lines if the line is wrapped
	key    string // of a member of the payload: its name or index

	page   int    // 1 or -1: enter shows the next or previous page of a long container
	pageOf string // path of that container
}

// pane is the lines of the detail with the cursor in them.
type pane struct {
	lines []detailLine
	folds folds // folded sections of payload and attempts
	pages pages

	turnedBack bool // to a previous page, which is not rendered yet
	height     int  // number of visible lines
	top        int
	cursor     int // index of a line, used while the detail has the focus
}

// reset scrolls to the beginning, for another delivery or tab.
func (p *pane) reset() { p.top, p.cursor = 0, 0 }

// move moves the cursor by lines.
func (p *pane) move(by int) {
	p.cursor = max(min(p.cursor+by, len(p.lines)-1), 0)
	p.scroll()
}

// Wheel scrolls by lines and keeps the cursor visible.
func (p *pane) Wheel(by int) {
	p.top = max(min(p.top+by, len(p.lines)-p.height), 0)
	p.cursor = max(min(p.cursor, p.top+p.height-1), p.top)
}

func (p *pane) scroll() {
	p.cursor = max(min(p.cursor, len(p.lines)-1), 0)
	p.top = min(p.top, p.cursor)
	p.top = max(p.top, p.cursor-p.height+1)
	p.top = max(min(p.top, len(p.lines)-p.height), 0)
}

// toggle folds or unfolds the section at the cursor. It returns false if there is none.
func (p *pane) toggle() (ok bool) {
	if p.cursor >= len(p.lines) || p.lines[p.cursor].fold == "" && p.lines[p.cursor].page == 0 {
		return false
	}
	l := p.lines[p.cursor]
	if l.page != 0 {
		p.turn(l)
		return true
	}
	p.folds = maps.Clone(p.folds) // a command may be reading the old map
	p.folds[l.fold] = !l.folded
	return true
}

// turn shows the next or previous page of a long container. The cursor continues in its direction: on the first line of the next page, or on the
// last line of the previous one.
func (p *pane) turn(l detailLine) {
	p.turnedBack = l.page < 0
	p.pages = maps.Clone(p.pages) // a command may be reading the old map
	p.pages[l.pageOf] += l.page
	if l.pageOf == "" {
		p.reset()
		return
	}
	for p.cursor > 0 && p.lines[p.cursor-1].fold != l.pageOf {
		p.cursor--
	}
	p.scroll()
}

// afterTurn moves the cursor to the last line of a previous page once that is rendered.
func (p *pane) afterTurn() {
	at := slices.IndexFunc(p.lines[min(p.cursor, len(p.lines)):], func(l detailLine) bool { return l.page > 0 })
	if p.turnedBack && at > 0 {
		p.cursor += at - 1
	}
	p.turnedBack = false
}

// Path returns the path of the payload's member under the cursor, such as data.frames[3]. It is empty for the outermost members and on other
// lines.
func (p *pane) Path() string {
	if p.cursor >= len(p.lines) || p.lines[p.cursor].key == "" || p.lines[p.cursor].parent == "" {
		return ""
	}
	path, parent := p.lines[p.cursor].key, p.lines[p.cursor].parent
	for at := p.cursor - 1; at >= 0 && parent != ""; at-- {
		l := p.lines[at]
		if l.fold != parent {
			continue
		}
		if path[0] != '[' {
			path = "." + path
		}
		path, parent = l.key+path, l.parent
	}
	return path
}

// fold folds the section at or around the cursor, and moves the cursor to its first line. It returns false if there is none.
func (p *pane) fold() (ok bool) {
	if p.cursor >= len(p.lines) {
		return false
	}
	l := p.lines[p.cursor]
	if l.fold != "" && !l.folded {
		return p.toggle()
	}
	for at := p.cursor; at >= 0 && l.parent != ""; at-- {
		if p.lines[at].fold == l.parent {
			p.cursor = at
			return p.toggle()
		}
	}
	return false
}

func (p *pane) unfold() (ok bool) {
	if p.cursor < len(p.lines) && p.lines[p.cursor].folded {
		return p.toggle()
	}
	return false
}

// Focus moves the cursor to the first visible line.
func (p *pane) Focus() { p.cursor = p.top }

// FoldWord returns what enter does at the cursor: fold, unfold or show. It returns an empty string if there is nothing to fold.
func (p *pane) FoldWord() string {
	switch {
	case p.cursor < len(p.lines) && p.lines[p.cursor].page != 0:
		return "show"
	case p.cursor >= len(p.lines) || p.lines[p.cursor].fold == "":
		return ""
	case p.lines[p.cursor].folded:
		return "unfold"
	default:
		return "fold"
	}
}

// Len returns the number of lines.
func (p *pane) Len() int { return len(p.lines) }
