package retention

import (
	"encoding/json"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// Limits of one step. A delivery that arrives meanwhile waits for a millisecond or two.
const (
	StepDeliveries = 32
	pruneBytes     = 1 << 20
	pruneChanges   = 512
	prunePages     = 64
)

// Step prunes some of the plan, and removes that from the plan.
func (p *Plan) Step(c *sqlite.Conn) error {
	switch {
	case p.Rejected != Position{}:
		return pruneOldest(c, &p.Rejected, isRejected)
	case p.Probes != Position{}:
		return pruneOldest(c, &p.Probes, isProbe)
	case p.All != Position{}:
		return pruneOldest(c, &p.All, "1")
	case p.changes != 0:
		return pruneChangeRows(c, p)
	case p.vacuum > 0:
		p.vacuum = max(0, p.vacuum-prunePages)
		return c.Script(fmt.Sprintf("PRAGMA incremental_vacuum(%d)", prunePages))
	default:
		return nil
	}
}

// isNotDue selects the deliveries that retention may delete. One that is still to be sent stays.
const isNotDue = "NOT EXISTS (SELECT 1 FROM due WHERE due.delivery = delivery.N)"

// pruneOldest deletes some of the oldest deliveries of a kind up to a cursor, unless they are still to be sent. It clears the cursor when none is left.
func pruneOldest(c *sqlite.Conn, end *Position, kind string) error {
	oldest := "SELECT n, body_bytes FROM delivery WHERE " + kind + " AND (received_at, n) <= (?, ?) AND " + isNotDue + " ORDER BY received_at, n LIMIT ?"
	return c.Transact(func() error {
		var numbers []int64
		bytes := int64(0)
		err := c.Rows(oldest, []any{end.ReceivedAt, end.N, StepDeliveries}, func(r *sqlite.Row) error {
			numbers = append(numbers, r.Int())
			if bytes += r.Int(); bytes > pruneBytes {
				return sqlite.ErrStop
			}
			return nil
		})
		if err == nil && len(numbers) == 0 {
			*end = Position{}
		}
		if err != nil {
			return err
		}
		return Delete(c, numbers)
	})
}

func pruneChangeRows(c *sqlite.Conn, p *Plan) error {
	const deleteChanges = "DELETE FROM change WHERE row <= min(?, (SELECT min(row) FROM change) + ?)"
	return c.Transact(func() error {
		if err := c.Exec(deleteChanges, p.changes, pruneChanges-1); err != nil {
			return err
		}
		if c.Changes() == 0 {
			p.changes = 0
		}
		return nil
	})
}

// The rows of a delivery in all tables, for a JSON array of delivery.n. One statement for many rows costs less than many statements.
const (
	inList            = " IN (SELECT value FROM json_each(?))"
	deleteListed      = "DELETE FROM delivery WHERE n" + inList + " RETURNING project, probe"
	deleteContents    = "DELETE FROM content WHERE n" + inList
	deleteParts       = "DELETE FROM part WHERE delivery" + inList
	deleteAttempts    = "DELETE FROM attempt WHERE delivery" + inList
	deleteDues        = "DELETE FROM due WHERE delivery" + inList
	deleteResolutions = "DELETE FROM resolution WHERE delivery" + inList
)

// Delete deletes deliveries by their numbers, in the transaction of the caller.
func Delete(c *sqlite.Conn, numbers []int64) error {
	if len(numbers) == 0 {
		return nil
	}
	list, err := json.Marshal(numbers)
	if err != nil {
		return err
	}
	for _, text := range []string{deleteDues, deleteResolutions, deleteAttempts, deleteParts, deleteContents} {
		if err := c.Exec(text, string(list)); err != nil {
			return err
		}
	}
	deleted := Counts{}
	err = c.Rows(deleteListed, []any{string(list)}, func(r *sqlite.Row) error {
		deleted.Add(r.Text(), r.Bool(), -1)
		return nil
	})
	if err != nil {
		return err
	}
	return deleted.Write(c)
}

// Selected counts the deliveries with a number above after, up to last, that the plan deletes.
func (p *Plan) Selected(c *sqlite.Conn, after, last int64) (int64, error) {
	const count = `SELECT count(*) FROM delivery WHERE n > ? AND n <= ? AND ((received_at, n) <= (?, ?)
		OR ` + isRejected + ` AND (received_at, n) <= (?, ?) OR ` + isProbe + ` AND (received_at, n) <= (?, ?))`
	return c.Number(count, after, last, p.All.ReceivedAt, p.All.N, p.Rejected.ReceivedAt, p.Rejected.N, p.Probes.ReceivedAt, p.Probes.N)
}
