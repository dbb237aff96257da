package store

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Cursor is a position in the order of the log: by ReceivedAt, and within a millisecond in the order of recording. The position of a
// delivery never changes. Deliveries may be added before it (by an import, for example), and it stays valid when its delivery is pruned.
// Two cursors are equal only if they belong to the same delivery.
type Cursor struct{ receivedAt, n int64 }

// Before reports whether c is closer to the oldest delivery.
func (c Cursor) Before(o Cursor) bool {
	return c.receivedAt < o.receivedAt || c.receivedAt == o.receivedAt && c.n < o.n
}

// Oldest returns the cursor before all deliveries.
func Oldest() Cursor { return Cursor{math.MinInt64, math.MinInt64} }

// Newest returns the cursor after all deliveries.
func Newest() Cursor { return Cursor{math.MaxInt64, math.MaxInt64} }

// CursorAt returns the cursor of a delivery that was received at a time and recorded as the n-th. With the largest n, it comes after all
// deliveries that were received in or before that millisecond.
func CursorAt(receivedAt time.Time, n int64) Cursor { return Cursor{receivedAt.UnixMilli(), n} }

// CursorOf returns the cursor of a delivery, or a *NotFoundError. Use Resolve to find the id that a user means.
func (r *Reader) CursorOf(ctx context.Context, id webhook.ID) (Cursor, error) {
	var at Cursor
	err := r.with(ctx, func(c *sqlite.Conn) error {
		found := false
		err := c.Rows("SELECT received_at, n FROM delivery WHERE id = ?", []any{string(id)}, func(r *sqlite.Row) error {
			found = true
			at = Cursor{r.Int(), r.Int()}
			return nil
		})
		if err == nil && !found {
			err = &NotFoundError{Typed: string(id)}
		}
		return err
	})
	if err != nil {
		return Cursor{}, fmt.Errorf("find the position of %s: %w", id, err)
	}
	return at, nil
}

// Row is a delivery and its cursor.
type Row struct {
	webhook.Summary
	Cursor Cursor
}

// Window is a range of consecutive deliveries among those that a query selects.
type Window struct {
	Rows  []Row // oldest first
	At    int   // number of Rows at or before the requested cursor
	Older bool  // there are more before the first
	Newer bool  // there are more after the last
	Seq   int64 // the newest change that the rows include; continue with ChangesOf(ctx, q, Seq, …)
}

// Window reads the deliveries around a cursor that a query selects, ignoring its Limit: up to older of them at or before the cursor, and
// up to newer of them after it. All are read from one state of the log, and nothing is kept open. Its cost depends on the number of
// deliveries it must read to find enough of them, not on the size of the log.
//
// A view that shows h rows, with its selection on the delivery at cursor p, reads
//
//   - the end of the log: Window(ctx, q, Newest(), h, 0); its beginning: Window(ctx, q, Oldest(), 0, h)
//   - the rows around the selection, when the view opens and after a change of filter or size: Window(ctx, q, p, h, h). Select
//     Rows[At-1], which is the delivery itself if the query selects it, and otherwise the closest older one. If At is 0, select Rows[0]
//   - the next rows below: Window(ctx, q, last.Cursor, 0, h); above: Window(ctx, q, first.Cursor, h+1, 0), whose last row is the first
//   - the rows around a delivery given by id: CursorOf, then the same
//
// Because cursors never change, deliveries that arrive meanwhile change only the number of rows before and after a cursor.
func (r *Reader) Window(ctx context.Context, q Query, at Cursor, older, newer int) (Window, error) {
	var w Window
	err := r.with(ctx, func(c *sqlite.Conn) error {
		w = Window{}
		return c.Snapshot(func() (err error) {
			if w.Seq, err = lastSeq(c); err != nil {
				return err
			}
			return w.read(c, q, at, older, newer)
		})
	})
	if err != nil {
		return Window{}, fmt.Errorf("read deliveries: %w", err)
	}
	return w, nil
}

const (
	upToCursor  = "(d.received_at, d.n) <= (?, ?)"
	afterCursor = "(d.received_at, d.n) > (?, ?)"
	oldestFirst = " ORDER BY d.received_at, d.n LIMIT ?"
)

func (w *Window) read(c *sqlite.Conn, q Query, at Cursor, older, newer int) (err error) {
	if older > 0 {
		if w.Rows, err = readRows(c, q, upToCursor, at, newestFirst, older+1); err != nil {
			return err
		}
		if w.Older = len(w.Rows) > older; w.Older {
			w.Rows = w.Rows[:older]
		}
		slices.Reverse(w.Rows)
	}
	w.At = len(w.Rows)
	if newer <= 0 {
		return nil
	}
	more, err := readRows(c, q, afterCursor, at, oldestFirst, newer+1)
	if w.Newer = len(more) > newer; w.Newer {
		more = more[:newer]
	}
	w.Rows = append(w.Rows, more...)
	return err
}

func readRows(c *sqlite.Conn, q Query, side string, at Cursor, order string, limit int) (rows []Row, err error) {
	cond := q.condition()
	if cond.Text != "" {
		side += " AND " + cond.Text
	}
	args := append(append([]any{at.receivedAt, at.n}, cond.Args...), limit)
	err = c.Rows(selectSummaries+cond.Join("CROSS")+" WHERE "+side+order, args, func(r *sqlite.Row) error {
		rows = append(rows, scanRow(r))
		return nil
	})
	return rows, err
}

func scanRow(r *sqlite.Row) Row {
	n, s := scanSummary(r)
	return Row{Summary: s, Cursor: Cursor{s.ReceivedAt.UnixMilli(), n}}
}
