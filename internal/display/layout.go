package display

import (
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// DetailIndent returns the indentation of lines that belong to a row. It aligns them with the row's event.
func (st Style) DetailIndent() int { return st.timeCells() + 5 }

func (st Style) timeCells() int {
	if st.Log {
		return len(time.DateTime)
	}
	return timeCells
}

// Widths of the row's columns. With gaps they add up to 79 cells, and 80 columns never wrap.
const (
	timeCells     = 8
	eventCells    = 18 // fits wallet.low_balance
	aboutCells    = 14
	statusCells   = 11 // unreachable, 401 refused
	tookCells     = 7
	targetCells   = 14 // localhost:3000
	originCells   = 8  // emulator
	sizeCells     = 7
	attemptsCells = 8 // the length of the column head

	rowCells      = 79                                         // of a row with an id of 10 cells
	wideAbout     = 24                                         // width of about before wider terminals get more columns
	widestAbout   = 64                                         // maximum width of about
	leastAbout    = 6                                          // a narrower about is useless, so the column is dropped
	idCells       = len(webhook.IDPrefix) + 6                  // dlv_ and six characters
	fullIDCells   = len(webhook.IDPrefix) + 10                 // dlv_ and ten characters
	withoutAbout  = rowCells - aboutCells                      // all other columns
	withOrigin    = withoutAbout + wideAbout + 2 + originCells // 99: 100 columns
	withSize      = withOrigin + 2 + sizeCells                 // 108: 109 columns
	withAttempts  = withSize + 2 + attemptsCells               // 118: 119 columns
	columnsOfARow = 12

	// Of narrow rows.
	withoutTook   = withoutAbout - 1 - tookCells      // 57: all but about and took
	withoutStatus = withoutTook - 1 - 2 - statusCells // 43
	withoutEvent  = 2 + 1 + 1 + 2 + idCells           // 16: repeat, glyph and id
)

// layout is the set of columns of a row. With W terminal columns and ids of six characters:
//
//	W < 35          no time, event shrinks
//	W = 35 to 43    no time
//	W = 44 to 56    no status
//	W = 57 to 63    no about
//	W = 64 to 79    no took, about shrinks to 6
//	W = 80          the narrowest full row
//	W = 81 to 90    about grows to 24
//	W ≥ 100         adds origin
//	W ≥ 109         adds size
//	W ≥ 119         adds attempts
//	W = 120 to 159  about grows to 64
//
// If rows name the target, it takes 14 cells and a gap from about, or all of about if less than 6 cells would remain.
//
// Longer ids shift these limits. If the width is unbounded, about has 24 cells and all columns are present. A log has the
// columns of the narrowest full row, but nothing is truncated.
type layout struct {
	time, event, status    int // 0: no such column
	id, about, took        int // 0: no such column
	target                 int // 0: no such column
	origin, size, attempts bool
}

func (st Style) layout() layout {
	id := len(webhook.IDPrefix) + st.idLength()
	cells, bounded := st.room()
	if st.Log {
		l := layout{time: st.timeCells(), event: eventCells, status: statusCells, id: fullIDCells, about: aboutCells, took: tookCells}
		if st.Targets {
			l.target = targetCells
		}
		return l
	}
	if !bounded {
		l := layout{time: timeCells, event: eventCells, status: statusCells, id: id, about: wideAbout, took: tookCells, origin: true, size: true, attempts: true}
		if st.Targets {
			l.target = wideAbout
		}
		return l
	}
	cells -= id - idCells
	l := layout{time: timeCells, event: eventCells, status: statusCells, id: id, took: tookCells, origin: cells >= withOrigin, size: cells >= withSize, attempts: cells >= withAttempts}
	l.about = min(cells-withoutAbout, wideAbout)
	if l.attempts {
		l.about = min(wideAbout+cells-withAttempts, widestAbout)
	}
	if cells < rowCells {
		l.narrow(cells)
	}
	return l.withTarget(st)
}

// narrow drops and shortens columns of a row of less than rowCells. The id always stays whole.
func (l *layout) narrow(cells int) {
	l.took = 0
	if l.about = min(cells-withoutTook, aboutCells); l.about < leastAbout {
		l.about = 0
	}
	if cells < withoutTook-1 {
		l.status = 0
	}
	if cells < withoutStatus {
		l.time = 0
	}
	l.event = max(min(cells-withoutEvent, eventCells), 1)
	if l.time > 0 {
		l.event = eventCells
	}
}

// withTarget makes room for the target if rows name it: next to about, or in its place if there is no room for both.
func (l layout) withTarget(st Style) layout {
	switch left := l.about - targetCells - 1; {
	case !st.Targets:
	case left >= leastAbout:
		l.about, l.target = left, targetCells
	default:
		l.about, l.target = 0, min(l.about, targetCells)
	}
	return l
}

// fields are the cells of a row or of the column heads.
type fields struct {
	time, repeat, glyph, event, about, target, status, took, id, origin, size, attempts Line
}

// column is a cell with its gap before it, its width and its alignment.
type column struct {
	gap, width int
	right      bool
	text       Line
}

// arrange places fields in the columns of a layout.
func (l layout) arrange(f fields) Line {
	columns := make([]column, 0, columnsOfARow)
	gap := 0
	if l.time > 0 {
		columns = append(columns, column{0, l.time, false, f.time})
		gap = 1
	}
	columns = append(columns,
		column{gap, 1, false, f.repeat},
		column{1, 1, false, f.glyph},
		column{1, l.event, false, f.event})
	if l.about > 0 {
		columns = append(columns, column{1, l.about, false, f.about})
	}
	if l.target > 0 {
		columns = append(columns, column{1, l.target, false, f.target})
	}
	if l.status > 0 {
		columns = append(columns, column{2, l.status, false, f.status})
	}
	if l.took > 0 {
		columns = append(columns, column{1, l.took, true, f.took})
	}
	if l.id > 0 {
		columns = append(columns, column{2, l.id, false, f.id})
	}
	if l.origin {
		columns = append(columns, column{2, originCells, false, f.origin})
	}
	if l.size {
		columns = append(columns, column{2, sizeCells, true, f.size})
	}
	if l.attempts {
		columns = append(columns, column{2, attemptsCells, true, f.attempts})
	}
	return table(columns)
}

// table joins columns into a line without trailing spaces.
func table(columns []column) Line {
	line := make(Line, 0, 2*len(columns))
	gap := 0
	for _, c := range columns {
		gap += c.gap
		rest := c.width - c.text.Width()
		if c.right {
			gap += max(rest, 0)
			rest = 0
		}
		if len(c.text) > 0 {
			line = line.add(spaces(gap), Plain).join(c.text)
			gap = 0
		}
		gap += max(rest, 0)
	}
	return line
}
