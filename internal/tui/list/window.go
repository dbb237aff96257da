package list

import (
	"slices"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Window is a part of the log and the cursor in it.
type Window struct {
	Rows               []store.Row
	HasOlder, HasNewer bool // the log may have more rows
	Cursor             int
	Top                int  // index of the first visible row
	Follow             bool // keep the cursor on the newest row
	Paused             bool // the view is paused
	Unseen             int  // deliveries that the user has not seen

	notJSON  map[webhook.ID]bool
	toOldest bool         // move the cursor to the oldest row when the next page arrives
	newest   store.Cursor // the newest row that was ever visible
	last     store.Cursor // the last cursor position, used while there are no rows
	anchor   store.Cursor // the cursor position before the filter was edited
}

// MarginScreens is the number of screens of rows kept in memory on each side of the cursor.
const MarginScreens = 3

// Current returns the row under the cursor.
func (l *Window) Current() (store.Row, bool) {
	if l.Cursor < 0 || l.Cursor >= len(l.Rows) {
		return store.Row{}, false
	}
	return l.Rows[l.Cursor], true
}

// MoveTo moves the cursor to a row and scrolls to it.
func (l *Window) MoveTo(at, height int) {
	l.anchor = store.Cursor{}
	l.Cursor = max(min(at, len(l.Rows)-1), 0)
	l.Follow = l.Cursor >= len(l.Rows)-1 && !l.HasNewer
	l.Scroll(height)
	l.markVisibleSeen(height)
}

// markVisibleSeen marks the newest row as seen if it is visible.
func (l *Window) markVisibleSeen(height int) {
	if !l.Follow && !l.Paused && !l.HasNewer && l.Top+height >= len(l.Rows) {
		l.markSeen()
		l.Unseen = 0
	}
}

// markSeen remembers the newest row of the window as seen.
func (l *Window) markSeen() {
	if n := len(l.Rows); n > 0 && l.newest.Before(l.Rows[n-1].Cursor) {
		l.newest = l.Rows[n-1].Cursor
	}
}

// Scroll keeps the cursor visible and the view within the rows.
func (l *Window) Scroll(height int) {
	l.Top = min(l.Top, l.Cursor)
	l.Top = max(l.Top, l.Cursor-height+1)
	l.Top = max(min(l.Top, len(l.Rows)-height), 0)
}

// ToNewest moves the cursor to the newest row and keeps it on the newest.
func (l *Window) ToNewest() {
	l.Follow, l.toOldest, l.Unseen, l.anchor = true, false, 0, store.Cursor{}
}

// ToOldest moves the cursor to the oldest row when the next page arrives.
func (l *Window) ToOldest() { l.Follow, l.toOldest = false, true }

// SetAnchor remembers the cursor position while a filter is edited.
func (l *Window) SetAnchor() {
	if !l.Follow {
		l.anchor = l.position()
	}
}

// DropAnchor forgets the position of SetAnchor: the cursor stays where it is.
func (l *Window) DropAnchor() { l.anchor = store.Cursor{} }

// Query returns the query for the rows around the cursor.
func (l *Window) Query(height int) view.PageQuery {
	n := MarginScreens * max(height, 1)
	switch {
	case l.Follow:
		return view.PageQuery{At: store.Newest(), Older: n} // read again and again while deliveries arrive
	case l.toOldest:
		return view.PageQuery{At: store.Oldest(), Newer: 2 * n}
	default:
		return view.PageQuery{At: l.position(), Older: n, Newer: n}
	}
}

// position returns the log position of the cursor.
func (l *Window) position() store.Cursor {
	if l.anchor != (store.Cursor{}) {
		return l.anchor
	}
	if row, ok := l.Current(); ok {
		return row.Cursor
	}
	return l.last
}

// NeedsRows reports whether fewer rows than a screen remain before or after the cursor, and the log has more.
func (l *Window) NeedsRows(height int) bool {
	return l.HasOlder && l.Cursor < height || l.HasNewer && l.Cursor > len(l.Rows)-height
}

// SetPage replaces the window. The row under the cursor stays at its line on the screen. If the row is gone, its neighbor takes that
// line.
func (l *Window) SetPage(p view.Page, height int) {
	screenLine := l.Cursor - l.Top
	l.last = l.position()
	at := nearest(p.Rows, l.position())
	if l.toOldest {
		at, screenLine, l.toOldest = 0, 0, false
	}
	l.notJSON = p.NotJSON
	l.Rows, l.HasOlder, l.HasNewer, l.Unseen = p.Rows, p.HasOlder, p.HasNewer, p.UnseenCount
	if l.Follow {
		l.Cursor = max(len(l.Rows)-1, 0)
		l.Top = max(len(l.Rows)-height, 0)
		l.markSeen()
		if !l.Paused {
			l.Unseen = 0
		}
		return
	}
	l.Cursor = at
	l.Top = at - screenLine
	l.Scroll(height)
	l.markVisibleSeen(height)
}

// nearest returns the index of the row at a position, or of the nearest row.
func nearest(rows []store.Row, at store.Cursor) int {
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

// HasPending reports whether a visible row has no response yet.
func (l *Window) HasPending(height int) bool {
	return slices.ContainsFunc(l.Visible(height), func(r store.Row) bool { return r.Status == webhook.StatusPending })
}

// Visible returns the visible rows.
func (l *Window) Visible(height int) []store.Row {
	top := min(l.Top, len(l.Rows))
	return l.Rows[top:min(top+height, len(l.Rows))]
}
