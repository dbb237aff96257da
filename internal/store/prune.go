package store

import (
	"errors"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// Bounds of one step of pruning, so that a delivery that arrives meanwhile waits for a millisecond or two.
const (
	pruneDeliveries = 32
	pruneBytes      = 1 << 20
	pruneChanges    = 512
	pruneVacuum     = 64 // pages
)

// pruneSome does one small step of what upkeep has planned. It does not wait for other processes: they prune the same log, and a later
// plan will see what is left.
func (w *writer) pruneSome() {
	w.turn.Lock()
	w.conn.SetBusyTimeout(0)
	err := sqlite.Classify(sqlite.Protect(w.conn, w.pruneStep))
	w.conn.SetBusyTimeout(busyTimeout)
	w.turn.Unlock()
	if err == nil && (w.todo.finished == nil || !w.todo.nothingLeft()) {
		return
	}
	finished := w.todo.finished
	w.todo = plan{}
	if finished != nil {
		finished <- err
		return
	}
	if err != nil && !errors.Is(err, ErrBusy) {
		w.onError(fmt.Errorf("prune the delivery log: %w", err))
	}
}

func (w *writer) pruneStep() error {
	switch p := &w.todo; {
	case p.rejected != Place{}:
		return w.pruneDeliveries(&p.rejected, oldestOf(isRejected))
	case p.probes != Place{}:
		return w.pruneDeliveries(&p.probes, oldestOf(isProbe))
	case p.all != Place{}:
		return w.pruneDeliveries(&p.all, oldestOf("1"))
	case p.changes != 0:
		return w.pruneChanges(p)
	case p.vacuum > 0:
		p.vacuum = max(0, p.vacuum-pruneVacuum)
		return w.conn.Script(fmt.Sprintf("PRAGMA incremental_vacuum(%d)", pruneVacuum))
	default:
		return nil
	}
}

const (
	// At most pruneChanges, and a whole number of them.
	deleteChanges = "DELETE FROM change WHERE row <= min(?, (SELECT min(row) FROM change) + ?)"
)

func oldestOf(kind string) string {
	return "SELECT n, body_bytes FROM delivery WHERE " + kind + " AND (received_at, n) <= (?, ?) ORDER BY received_at, n LIMIT ?"
}

// pruneDeliveries deletes some of the oldest up to that place, which it clears when there are no more.
func (w *writer) pruneDeliveries(upTo *Place, oldest string) error {
	return w.conn.Transact(func() error {
		var victims []int64
		bytes := int64(0)
		err := w.conn.Rows(oldest, []any{upTo.receivedAt, upTo.n, pruneDeliveries}, func(q *sqlite.Row) error {
			victims = append(victims, q.Int())
			if bytes += q.Int(); bytes > pruneBytes {
				return sqlite.ErrStop
			}
			return nil
		})
		for _, n := range victims {
			if err == nil {
				err = deleteDelivery(w.conn, n)
			}
		}
		if err == nil && len(victims) == 0 {
			*upTo = Place{}
		}
		return err
	})
}

func deleteDelivery(c *sqlite.Conn, n int64) error {
	for _, text := range []string{
		"DELETE FROM due WHERE delivery = ?", "DELETE FROM resolution WHERE delivery = ?", "DELETE FROM attempt WHERE delivery = ?",
		"DELETE FROM part WHERE delivery = ?",
		"DELETE FROM content WHERE n = ?", "DELETE FROM delivery WHERE n = ?",
	} {
		if err := c.Exec(text, n); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) pruneChanges(p *plan) error {
	return w.conn.Transact(func() error {
		if err := w.conn.Exec(deleteChanges, p.changes, pruneChanges-1); err != nil {
			return err
		}
		if w.conn.Changes() == 0 {
			p.changes = 0
		}
		return nil
	})
}

// deleteAll deletes deliveries in one transaction.
func deleteAll(c *sqlite.Conn, numbers []int64) error {
	return c.Transact(func() error {
		for _, n := range numbers {
			if err := deleteDelivery(c, n); err != nil {
				return err
			}
		}
		return nil
	})
}
