package tui

import (
	"slices"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// list holds a window of the log and the cursor in it.
type list struct {
	rows               []store.Row
	hasOlder, hasNewer bool // the log may have more rows
	cursor             int
	top                int          // index of the first visible row
	follow             bool         // keep the cursor on the newest row
	jumpToOldest       bool         // move the cursor to the oldest row when the next page arrives
	paused             bool         // the view is paused
	lastSeen           store.Cursor // the newest row that was ever visible
	unseen             int
	marks              map[webhook.ID]bool
	lastMarked         webhook.ID
	lastPosition       store.Cursor // the last cursor position, used while there are no rows
	anchor             store.Cursor // the cursor position before the filter was edited
}

// marginScreens is the number of screens of rows kept in memory on each side of the cursor.
const marginScreens = 3

func newList() list { return list{follow: true, marks: map[webhook.ID]bool{}} }

// current returns the row under the cursor.
func (l *list) current() (store.Row, bool) {
	if l.cursor < 0 || l.cursor >= len(l.rows) {
		return store.Row{}, false
	}
	return l.rows[l.cursor], true
}

// move moves the cursor by rows within the window.
func (l *list) move(by, height int) {
	l.moveTo(l.cursor+by, height)
}

// moveTo moves the cursor to a row and scrolls to it.
func (l *list) moveTo(at, height int) {
	l.anchor = store.Cursor{}
	l.cursor = max(min(at, len(l.rows)-1), 0)
	l.follow = l.cursor >= len(l.rows)-1 && !l.hasNewer
	l.scroll(height)
	l.markVisibleSeen(height)
}

// markVisibleSeen marks the newest row as seen if it is visible.
func (l *list) markVisibleSeen(height int) {
	if !l.follow && !l.paused && !l.hasNewer && l.top+height >= len(l.rows) {
		l.markSeen()
		l.unseen = 0
	}
}

// markSeen remembers the newest row of the window as seen.
func (l *list) markSeen() {
	if n := len(l.rows); n > 0 && l.lastSeen.Before(l.rows[n-1].Cursor) {
		l.lastSeen = l.rows[n-1].Cursor
	}
}

// scroll keeps the cursor visible and the view within the rows.
func (l *list) scroll(height int) {
	l.top = min(l.top, l.cursor)
	l.top = max(l.top, l.cursor-height+1)
	l.top = max(min(l.top, len(l.rows)-height), 0)
}

// toNewest moves the cursor to the newest row and keeps it on the newest.
func (l *list) toNewest() {
	l.follow, l.unseen, l.anchor = true, 0, store.Cursor{}
}

// setAnchor remembers the cursor position while a filter is edited.
func (l *list) setAnchor() {
	if !l.follow {
		l.anchor = l.position()
	}
}

// query returns the query for the rows around the cursor.
func (l *list) query(height int) view.PageQuery {
	n := marginScreens * max(height, 1)
	switch {
	case l.follow:
		return view.PageQuery{At: store.Newest(), Older: 2 * n}
	case l.jumpToOldest:
		return view.PageQuery{At: store.Oldest(), Newer: 2 * n}
	default:
		return view.PageQuery{At: l.position(), Older: n, Newer: n}
	}
}

// position returns the log position of the cursor.
func (l *list) position() store.Cursor {
	if l.anchor != (store.Cursor{}) {
		return l.anchor
	}
	if row, ok := l.current(); ok {
		return row.Cursor
	}
	return l.lastPosition
}

// needsRows reports whether fewer rows than a screen remain before or after the cursor, and the log has more.
func (l *list) needsRows(height int) bool {
	return l.hasOlder && l.cursor < height || l.hasNewer && l.cursor > len(l.rows)-height
}

// setPage replaces the window. The row under the cursor stays at its line on the screen. If the row is gone, its neighbor takes that
// line.
func (l *list) setPage(p view.Page, height int) {
	screenLine := l.cursor - l.top
	l.lastPosition = l.position()
	at := l.indexAt(p.Rows)
	if l.jumpToOldest {
		at, screenLine, l.jumpToOldest = 0, 0, false
	}
	l.rows, l.hasOlder, l.hasNewer, l.unseen = p.Rows, p.HasOlder, p.HasNewer, p.UnseenCount
	if l.follow {
		l.cursor = max(len(l.rows)-1, 0)
		l.top = max(len(l.rows)-height, 0)
		l.markSeen()
		if !l.paused {
			l.unseen = 0
		}
		return
	}
	l.cursor = at
	l.top = at - screenLine
	l.scroll(height)
	l.markVisibleSeen(height)
}

// indexAt returns the index of the cursor's row among rows, or of the nearest row.
func (l *list) indexAt(rows []store.Row) int {
	at := l.position()
	i, _ := slices.BinarySearchFunc(rows, at, func(r store.Row, p store.Cursor) int {
		switch {
		case r.Cursor.Before(p):
			return -1
		case p.Before(r.Cursor):
			return 1
		default:
			return 0
		}
	})
	return max(min(i, len(rows)-1), 0)
}

// toggle marks or unmarks the row under the cursor.
func (l *list) toggle() {
	row, ok := l.current()
	switch {
	case !ok:
	case l.marks[row.ID]:
		delete(l.marks, row.ID)
	default:
		l.marks[row.ID] = true
		l.lastMarked = row.ID
	}
}

// hasPending reports whether a visible row has no response yet.
func (l *list) hasPending(height int) bool {
	return slices.ContainsFunc(l.visible(height), func(r store.Row) bool { return r.Status == webhook.StatusPending })
}

// visible returns the visible rows.
func (l *list) visible(height int) []store.Row {
	top := min(l.top, len(l.rows))
	return l.rows[top:min(top+height, len(l.rows))]
}
