package store

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Place is where a delivery stands in the order of the log: by ReceivedAt, and within a millisecond in the order in which they were
// recorded. A delivery keeps its place for ever, a later one may come before it (one that was imported, say), and the place of one that
// was pruned is a place still. Places are compared with Before, and are equal only where the delivery is the same.
type Place struct{ receivedAt, n int64 }

// Before reports whether p is nearer to the oldest.
func (p Place) Before(o Place) bool {
	return p.receivedAt < o.receivedAt || p.receivedAt == o.receivedAt && p.n < o.n
}

// Oldest is the place before all deliveries.
func Oldest() Place { return Place{math.MinInt64, math.MinInt64} }

// Newest is the place behind all deliveries.
func Newest() Place { return Place{math.MaxInt64, math.MaxInt64} }

// Row is a delivery and its place.
type Row struct {
	webhook.Summary
	Place Place
}

// Window is some deliveries that stand one after the other among those that a query selects.
type Window struct {
	Rows  []Row // oldest first
	At    int   // how many of the Rows stand at the place that was asked for, or before it
	Older bool  // there are more before the first
	Newer bool  // there are more behind the last
	Seq   int64 // the newest change that the rows show; ChangesOf(ctx, q, Seq, …) goes on from here
}

// Window reads the deliveries around a place that a query selects, whose Limit does not count: older of them at the place and before it,
// newer of them behind it, as far as there are so many. What it reads is of one moment, and nothing is held open afterwards. It goes by
// an index: its cost depends on how many deliveries must be looked at until enough are found, and not on how many there are.
//
// A view that shows h rows, with its cursor on the row of place p, reads
//
//   - the end of the log: Window(ctx, q, Newest(), h, 0); its beginning: Window(ctx, q, Oldest(), 0, h)
//   - what is around the cursor, when it opens, and after another filter or a resize: Window(ctx, q, p, h, h). The cursor belongs on
//     Rows[At-1], which is the delivery itself if the query selects it, else the nearest older one; where At is 0, on Rows[0]
//   - the next rows below: Window(ctx, q, last.Place, 0, h); above: Window(ctx, q, first.Place, h+1, 0), whose last row is the first
//   - around a delivery that was named: PlaceOf, then the same
//
// Since places do not move, rows that arrive meanwhile change nothing above or below a place but their number.
func (r *Reader) Window(ctx context.Context, q Query, at Place, older, newer int) (Window, error) {
	var w Window
	err := r.with(ctx, func(c *sqlite.Conn) error {
		w = Window{}
		return c.Snapshot(func() (err error) {
			if w.Seq, err = cursorOf(c); err != nil {
				return err
			}
			return w.read(c, q, at, older, newer)
		})
	})
	if err != nil {
		return Window{}, fmt.Errorf("read deliveries around a place: %w", err)
	}
	return w, nil
}

const (
	upTo    = "(d.received_at, d.n) <= (?, ?)"
	behind  = "(d.received_at, d.n) > (?, ?)"
	upwards = " ORDER BY d.received_at, d.n LIMIT ?"
)

func (w *Window) read(c *sqlite.Conn, q Query, at Place, older, newer int) (err error) {
	if older > 0 {
		if w.Rows, err = rowsBy(c, q, upTo, at, newestFirst, older+1); err != nil {
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
	more, err := rowsBy(c, q, behind, at, upwards, newer+1)
	if w.Newer = len(more) > newer; w.Newer {
		more = more[:newer]
	}
	w.Rows = append(w.Rows, more...)
	return err
}

func rowsBy(c *sqlite.Conn, q Query, side string, at Place, order string, limit int) (rows []Row, err error) {
	only := q.condition()
	if only.text != "" {
		side += " AND " + only.text
	}
	args := append(append([]any{at.receivedAt, at.n}, only.args...), limit)
	err = c.Rows(selectSummaries+only.join("CROSS")+" WHERE "+side+order, args, func(row *sqlite.Row) error {
		rows = append(rows, scanRow(row))
		return nil
	})
	return rows, err
}

func scanRow(q *sqlite.Row) Row {
	n, s := scanSummary(q)
	return Row{Summary: s, Place: Place{s.ReceivedAt.UnixMilli(), n}}
}

// PlaceOf returns the place of a delivery; a *NotFoundError where the log has none of that id. Resolve finds the id that a person means.
func (r *Reader) PlaceOf(ctx context.Context, id webhook.ID) (Place, error) {
	var p Place
	err := r.with(ctx, func(c *sqlite.Conn) error {
		found := false
		err := c.Rows("SELECT received_at, n FROM delivery WHERE id = ?", []any{string(id)}, func(q *sqlite.Row) error {
			found = true
			p = Place{q.Int(), q.Int()}
			return nil
		})
		if err == nil && !found {
			err = &NotFoundError{Typed: string(id)}
		}
		return err
	})
	if err != nil {
		return Place{}, fmt.Errorf("find the place of %s: %w", id, err)
	}
	return p, nil
}
