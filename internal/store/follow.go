package store

import (
	"context"
	"fmt"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// ChangeKind says what happened.
type ChangeKind int

// The kinds of change. Their numbers stand in the log.
const (
	ChangeRecorded  ChangeKind = 1 // a delivery came
	ChangeAttempted ChangeKind = 2 // an attempt at it ended
	ChangeResolved  ChangeKind = 3 // a replay of it was delivered
	ChangeGap       ChangeKind = 4 // what was here is pruned; never stored
)

// Change is one thing that happened to the log.
type Change struct {
	Seq     int64 // the number of its transaction; all changes of one transaction have the same
	Kind    ChangeKind
	Summary webhook.Summary // as it is now, not as it was then; zero for a gap
	Place   Place           // of the delivery; zero for a gap
	Matches bool            // the query that was asked for selects the delivery, as it is now; of Changes always, of a gap never
	Attempt webhook.Attempt // whole, for ChangeAttempted
}

// pollInterval is how often a reader looks for what other processes wrote.
const pollInterval = 50 * time.Millisecond

// Cursor returns the number of the newest change, 0 where there is none.
func (r *Reader) Cursor(ctx context.Context) (int64, error) {
	var cursor int64
	err := r.with(ctx, func(c *sqlite.Conn) (err error) {
		cursor, err = cursorOf(c)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read the newest change: %w", err)
	}
	return cursor, nil
}

// The newest row is the last of its transaction, and so its number too.
func cursorOf(c *sqlite.Conn) (int64, error) { return c.Number(lastChange) }

// A delivery that was pruned leaves its changes behind.
const selectChanges = `SELECT c.row, c.seq, c.kind, c.delivery, c.attempt, ` + summaryColumns + `, (%s)
	FROM change c LEFT JOIN delivery d ON d.n = c.delivery%s WHERE c.row > ? ORDER BY c.row`

// Changes returns what happened after the transaction numbered after, in order: some limit of them, and then as many as belong to the
// last transaction, so that who goes on after the last Seq misses nothing. Where something was pruned there is one ChangeGap.
func (r *Reader) Changes(ctx context.Context, after int64, limit int) ([]Change, error) {
	return r.ChangesOf(ctx, Query{}, after, limit)
}

// ChangesOf is Changes, of all deliveries too, and says of each whether the query selects it now: a view puts it in its place, shows it
// anew, or takes it out. The query's Limit does not count.
func (r *Reader) ChangesOf(ctx context.Context, q Query, after int64, limit int) ([]Change, error) {
	matches := q.condition()
	if matches.text == "" {
		matches.text = "1"
	}
	var feed feed
	err := r.with(ctx, func(c *sqlite.Conn) error {
		feed = newFeed(c, after)
		return c.Rows(fmt.Sprintf(selectChanges, matches.text, matches.join("LEFT")), append(matches.args, after), func(q *sqlite.Row) error {
			if err := feed.add(q); err != nil {
				return err
			}
			if len(feed.changes) >= limit && feed.row == feed.seq {
				return sqlite.ErrStop
			}
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	return feed.changes, nil
}

// feed puts the rows of the change table together.
type feed struct {
	conn     *sqlite.Conn
	changes  []Change
	row, seq int64 // of the last row read
}

func newFeed(c *sqlite.Conn, after int64) feed { return feed{conn: c, row: after, seq: after} }

func (f *feed) add(q *sqlite.Row) error {
	number, seq := q.Int(), q.Int()
	if number > f.row+1 { // the rows are numbered without holes, and pruned from the oldest on
		f.gap(number - 1)
	}
	f.row, f.seq = number, seq
	ch := Change{Seq: seq, Kind: ChangeKind(q.Int())}
	delivery, attempt := q.Int(), q.Int()
	if q.IsNull() {
		f.gap(seq)
		return nil
	}
	row := scanRow(q)
	ch.Summary, ch.Place, ch.Matches = row.Summary, row.Place, q.Bool()
	if ch.Kind == ChangeAttempted {
		err := f.conn.Rows(selectAttempt, []any{delivery, attempt}, func(q *sqlite.Row) (err error) {
			ch.Attempt, err = scanAttempt(q)
			return err
		})
		if err != nil {
			return err
		}
	}
	f.changes = append(f.changes, ch)
	return nil
}

// gap says that something is missing up to seq, once for all that is missing in a row.
func (f *feed) gap(seq int64) {
	if last := len(f.changes) - 1; last >= 0 && f.changes[last].Kind == ChangeGap {
		f.changes[last].Seq = seq
		return
	}
	f.changes = append(f.changes, Change{Seq: seq, Kind: ChangeGap})
}

// Wait returns when there is a change after the transaction numbered after, or with ctx's error. Between its looks it holds nothing. Of a
// LaterReader another log is a change, too.
func (r *Reader) Wait(ctx context.Context, after int64) error {
	poll := time.NewTicker(pollInterval)
	defer poll.Stop()
	version, opened := int64(-1), 0
	for {
		rung := r.rung() // before looking, so that what is committed after the look is heard
		var news bool
		err := r.with(ctx, func(c *sqlite.Conn) (err error) {
			if other := opened > 0 && r.opened != opened; other {
				news = true
				return nil
			}
			opened = r.opened
			news, err = changedSince(c, after, &version)
			return err
		})
		if err != nil || news {
			return err
		}
		select {
		case <-rung:
		case <-poll.C:
		case <-r.done:
			return ErrClosed
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// changedSince compares data_version with what it was at the last look: as long as it is the same, no other connection has committed
// (sqlite.org/pragma.html#pragma_data_version), and there is no need to read the log.
func changedSince(c *sqlite.Conn, after int64, version *int64) (bool, error) {
	now, err := c.Number("PRAGMA data_version")
	if err != nil || now == *version {
		return false, err
	}
	*version = now
	cursor, err := cursorOf(c)
	return cursor > after, err
}

// rung is closed when the Log of this process commits; nil, which never is, where there is no such Log.
func (r *Reader) rung() <-chan struct{} {
	if r.ring == nil {
		return nil
	}
	return r.ring.listen()
}
