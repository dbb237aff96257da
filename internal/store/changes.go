package store

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// ChangeKind is the kind of a Change.
type ChangeKind int

// The kinds of change. The log stores the numbers.
const (
	ChangeRecorded  ChangeKind = 1 // a delivery was recorded
	ChangeAttempted ChangeKind = 2 // an attempt at it ended
	ChangeResolved  ChangeKind = 3 // a later delivery resolved it
	ChangeGap       ChangeKind = 4 // changes or deliveries were pruned; never stored
)

// Change is one change to the log.
type Change struct {
	Seq     int64 // number of its transaction, the same for all changes of one transaction
	Kind    ChangeKind
	Summary webhook.Summary // after the change or a later one; zero for a gap
	Cursor  Cursor          // of the delivery; zero for a gap
	Matches bool            // whether the query selects the delivery now; false for a gap
	Attempt webhook.Attempt // complete, for ChangeAttempted
}

// pollInterval is how often a reader looks for changes by other processes. With filingInterval, it shows a delivery within 50 ms.
const pollInterval = 15 * time.Millisecond

// LastSeq returns the number of the newest change, or 0 if there is none.
func (r *Reader) LastSeq(ctx context.Context) (int64, error) {
	var seq int64
	err := r.with(ctx, func(c *sqlite.Conn) (err error) {
		seq, err = lastSeq(c)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read the newest change: %w", err)
	}
	return seq, nil
}

// lastSeq uses that the newest row is the last one of its transaction, so its number is the seq.
func lastSeq(c *sqlite.Conn) (int64, error) { return c.Number(lastChange) }

// The changes of a pruned delivery remain, so the join is a LEFT JOIN.
const selectChanges = `SELECT c.row, c.seq, c.kind, c.delivery, c.attempt, ` + summaryColumns + `, (%s)
	FROM change c LEFT JOIN delivery d ON d.n = c.delivery%s WHERE c.row > ? ORDER BY c.row`

// Changes returns the changes after the transaction with number after, in order. It returns about limit of them: it completes the last
// transaction, and a reader that continues after the last Seq misses nothing. A ChangeGap represents everything that was pruned at
// that point.
func (r *Reader) Changes(ctx context.Context, after int64, limit int) ([]Change, error) {
	return r.ChangesOf(ctx, Query{}, after, limit)
}

// ChangesOf returns the same changes as Changes, of all deliveries, and sets Matches by the query. With it, a view knows whether to add,
// update or remove a row. It ignores the query's Limit.
func (r *Reader) ChangesOf(ctx context.Context, q Query, after int64, limit int) ([]Change, error) {
	if changes := r.recentOf(q, after, limit); len(changes) > 0 && ctx.Err() == nil {
		return changes, nil
	}
	matches := q.condition()
	if matches.Text == "" {
		matches.Text = "1"
	}
	var feed changeFeed
	err := r.withoutFlush(ctx, func(c *sqlite.Conn) error {
		feed = changeFeed{conn: c, row: after, seq: after}
		return c.Rows(fmt.Sprintf(selectChanges, matches.Text, matches.Join("LEFT")), append(matches.Args, after), func(r *sqlite.Row) error {
			if err := feed.add(r); err != nil {
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

// changeFeed converts rows of the change table to changes.
type changeFeed struct {
	conn     *sqlite.Conn
	changes  []Change
	row, seq int64 // of the last row that was read
}

func (f *changeFeed) add(r *sqlite.Row) error {
	row, seq := r.Int(), r.Int()
	if row > f.row+1 { // rows are numbered without gaps, and the oldest are pruned first
		f.addGap(row - 1)
	}
	f.row, f.seq = row, seq
	ch := Change{Seq: seq, Kind: ChangeKind(r.Int())}
	delivery, attempt := r.Int(), r.Int()
	if r.IsNull() {
		f.addGap(seq)
		return nil
	}
	d := scanRow(r)
	ch.Summary, ch.Cursor, ch.Matches = d.Summary, d.Cursor, r.Bool()
	if ch.Kind == ChangeAttempted {
		err := f.conn.Rows(selectAttempt, []any{delivery, attempt}, func(r *sqlite.Row) (err error) {
			ch.Attempt, err = scanAttempt(r)
			return err
		})
		if err != nil {
			return err
		}
	}
	f.changes = append(f.changes, ch)
	return nil
}

// addGap records that changes up to seq are missing. Consecutive gaps are one.
func (f *changeFeed) addGap(seq int64) {
	if last := len(f.changes) - 1; last >= 0 && f.changes[last].Kind == ChangeGap {
		f.changes[last].Seq = seq
		return
	}
	f.changes = append(f.changes, Change{Seq: seq, Kind: ChangeGap})
}

// Wait returns when there is a change after the transaction with number after, or when ctx ends. It keeps nothing open while it waits. If
// a LazyReader has opened another log, Wait also returns.
func (r *Reader) Wait(ctx context.Context, after int64) error {
	poll := time.NewTicker(pollInterval)
	defer poll.Stop()
	version, opened := int64(-1), 0
	for {
		committed := r.commits.next() // before the check: a commit after the check must not be missed
		if r.recent != nil && r.recent.hasAfter(after) {
			return ctx.Err()
		}
		var changed bool
		err := r.withoutFlush(ctx, func(c *sqlite.Conn) (err error) {
			if reopened := opened > 0 && r.opened != opened; reopened {
				changed = true
				return nil
			}
			opened = r.opened
			changed, err = hasChangedSince(c, after, &version)
			return err
		})
		if err != nil || changed {
			return err
		}
		select {
		case <-committed:
		case <-poll.C:
		case <-r.done:
			return ErrClosed
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// hasChangedSince reads the log only if data_version differs from the last check. If it is the same, no other connection has committed
// (sqlite.org/pragma.html#pragma_data_version).
func hasChangedSince(c *sqlite.Conn, after int64, version *int64) (bool, error) {
	now, err := c.Number("PRAGMA data_version")
	if err != nil || now == *version {
		return false, err
	}
	*version = now
	seq, err := lastSeq(c)
	return seq > after, err
}

// notifier wakes the readers of this process after a commit. They must check themselves what has changed.
type notifier struct {
	mu sync.Mutex
	ch chan struct{} // nil if no reader waits
}

// next returns a channel that is closed at the next notification. A nil notifier never sends one.
func (n *notifier) next() <-chan struct{} {
	if n == nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ch == nil {
		n.ch = make(chan struct{})
	}
	return n.ch
}

func (n *notifier) notify() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ch != nil {
		close(n.ch)
		n.ch = nil
	}
}
