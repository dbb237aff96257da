package tui

import (
	"slices"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// list is the window of the log that is in memory, and where the cursor is in it.
type list struct {
	rows         []store.Row
	above, below bool // the log may have more
	cursor       int
	top          int          // the first row that is shown
	follow       bool         // the cursor stays with the newest
	toOldest     bool         // the cursor goes to the oldest with the next window
	held         bool         // the newest is what it was when the view was held still
	seen         store.Cursor // the newest that was ever on the screen; it never goes back
	newer        int
	marks        map[webhook.ID]bool
	lastMarked   webhook.ID
	last         store.Cursor // of the cursor, for when there is no row
	anchor       store.Cursor // while another filter is tried, where the cursor was before
}

// margin is how many screens of rows are kept in memory on each side of the cursor.
const margin = 3

func newList() list { return list{follow: true, marks: map[webhook.ID]bool{}} }

// current is the row under the cursor.
func (l *list) current() (store.Row, bool) {
	if l.cursor < 0 || l.cursor >= len(l.rows) {
		return store.Row{}, false
	}
	return l.rows[l.cursor], true
}

// move moves the cursor so many rows, as far as the window goes, on a screen of that height.
func (l *list) move(by, height int) {
	l.place(l.cursor+by, height)
}

// place puts the cursor on a row and the row onto the screen.
func (l *list) place(at, height int) {
	l.anchor = store.Cursor{}
	l.cursor = max(min(at, len(l.rows)-1), 0)
	l.follow = l.cursor >= len(l.rows)-1 && !l.below
	l.scroll(height)
	l.lookDown(height)
}

// lookDown takes what is on the screen for seen, where that is the newest there is.
func (l *list) lookDown(height int) {
	if !l.follow && !l.held && !l.below && l.top+height >= len(l.rows) {
		l.look()
		l.newer = 0
	}
}

// look remembers what the newest row is that was seen.
func (l *list) look() {
	if n := len(l.rows); n > 0 && l.seen.Before(l.rows[n-1].Cursor) {
		l.seen = l.rows[n-1].Cursor
	}
}

// scroll keeps the cursor on the screen, and the screen within the rows.
func (l *list) scroll(height int) {
	l.top = min(l.top, l.cursor)
	l.top = max(l.top, l.cursor-height+1)
	l.top = max(min(l.top, len(l.rows)-height), 0)
}

// toBottom goes to the newest there is and stays with it.
func (l *list) toBottom() {
	l.follow, l.newer, l.anchor = true, 0, store.Cursor{}
}

// anchored keeps the cursor where it is while the rows around it become others.
func (l *list) anchored() {
	if !l.follow {
		l.anchor = l.around()
	}
}

// query asks for the rows around the cursor.
func (l *list) query(height int) view.PageQuery {
	n := margin * max(height, 1)
	switch {
	case l.follow:
		return view.PageQuery{At: store.Newest(), Older: 2 * n}
	case l.toOldest:
		return view.PageQuery{At: store.Oldest(), Newer: 2 * n}
	default:
		return view.PageQuery{At: l.around(), Older: n, Newer: n}
	}
}

// around is the place of the cursor.
func (l *list) around() store.Cursor {
	if l.anchor != (store.Cursor{}) {
		return l.anchor
	}
	if row, ok := l.current(); ok {
		return row.Cursor
	}
	return l.last
}

// short reports whether the window ends too near the cursor for the next screen, and the log has more there.
func (l *list) short(height int) bool {
	return l.above && l.cursor < height || l.below && l.cursor > len(l.rows)-height
}

// take takes a new window over. The row under the cursor stays where it is on the screen, whatever else has come or gone; where it is
// gone itself, its neighbour takes its place.
func (l *list) take(p view.Page, height int) {
	on := l.cursor - l.top
	l.last = l.around()
	at := l.find(p.Rows)
	if l.toOldest {
		at, on, l.toOldest = 0, 0, false
	}
	l.rows, l.above, l.below, l.newer = p.Rows, p.HasOlder, p.HasNewer, p.UnseenCount
	if l.follow {
		l.cursor = max(len(l.rows)-1, 0)
		l.top = max(len(l.rows)-height, 0)
		l.look()
		if !l.held {
			l.newer = 0
		}
		return
	}
	l.cursor = at
	l.top = at - on
	l.scroll(height)
	l.lookDown(height)
}

// find is where the cursor's row, or what is nearest to it, stands among other rows.
func (l *list) find(rows []store.Row) int {
	at := l.around()
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

// toggle marks the row under the cursor, or takes its mark away.
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

// waiting reports whether a row on the screen has no answer yet.
func (l *list) waiting(height int) bool {
	return slices.ContainsFunc(l.shown(height), func(r store.Row) bool { return r.Status == webhook.StatusPending })
}

// shown are the rows on the screen.
func (l *list) shown(height int) []store.Row {
	top := min(l.top, len(l.rows))
	return l.rows[top:min(top+height, len(l.rows))]
}
