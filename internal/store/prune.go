package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Limits of one pruning step of the writer. A delivery that arrives meanwhile waits for a millisecond or two.
const (
	pruneDeliveries = 32
	pruneBytes      = 1 << 20
	pruneChanges    = 512
	prunePages      = 64
)

// prunePause is how many times as long as a step of pruning the writer waits before the next one: deliveries need the processor and the
// disk more.
const prunePause = 4

// prune runs one small step of the plan. It does not wait for other processes: they prune the same log, and the next plan covers the
// rest.
func (w *writer) prune() {
	started := time.Now()
	defer func() { w.pruneAt = time.Now().Add(prunePause * time.Since(started)) }()
	w.txMu.Lock()
	w.conn.SetBusyTimeout(0)
	err := sqlite.Classify(sqlite.Protect(w.conn, func() error { return pruneStep(w.conn, &w.plan) }))
	w.conn.SetBusyTimeout(busyTimeout)
	w.txMu.Unlock()
	if err == nil {
		w.limitWAL()
		return
	}
	w.plan = plan{}
	if !errors.Is(err, ErrBusy) {
		w.onError(fmt.Errorf("prune the delivery log: %w", err))
	}
}

func pruneStep(c *sqlite.Conn, p *plan) error {
	switch {
	case p.rejected != Cursor{}:
		return pruneOldest(c, &p.rejected, isRejected)
	case p.probes != Cursor{}:
		return pruneOldest(c, &p.probes, isProbe)
	case p.all != Cursor{}:
		return pruneOldest(c, &p.all, "1")
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
const isNotDue = "NOT EXISTS (SELECT 1 FROM due WHERE due.delivery = delivery.n)"

// pruneOldest deletes some of the oldest deliveries of a kind up to a cursor, unless they are still to be sent. It clears the cursor when none is left.
func pruneOldest(c *sqlite.Conn, end *Cursor, kind string) error {
	oldest := "SELECT n, body_bytes FROM delivery WHERE " + kind + " AND (received_at, n) <= (?, ?) AND " + isNotDue + " ORDER BY received_at, n LIMIT ?"
	return c.Transact(func() error {
		var numbers []int64
		bytes := int64(0)
		err := c.Rows(oldest, []any{end.receivedAt, end.n, pruneDeliveries}, func(r *sqlite.Row) error {
			numbers = append(numbers, r.Int())
			if bytes += r.Int(); bytes > pruneBytes {
				return sqlite.ErrStop
			}
			return nil
		})
		if err == nil && len(numbers) == 0 {
			*end = Cursor{}
		}
		if err != nil {
			return err
		}
		return deleteDeliveries(c, numbers)
	})
}

func pruneChangeRows(c *sqlite.Conn, p *plan) error {
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

func deleteDeliveries(c *sqlite.Conn, numbers []int64) error {
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
	deleted := countDeltas{}
	err = c.Rows(deleteListed, []any{string(list)}, func(r *sqlite.Row) error {
		deleted[countKey{r.Text(), r.Bool()}]--
		return nil
	})
	if err != nil {
		return err
	}
	return deleted.write(c)
}

// Pruned is the result of Prune.
type Pruned struct {
	Deliveries int
	Freed      int64 // how much smaller the log's files are; less than what was deleted if other processes use them
}

const (
	selectNumber = "SELECT n, body_bytes FROM delivery WHERE id = ?"

	pruneBatch          = 256     // deliveries in one transaction, about 20 ms
	pruneBatchBytes     = 4 << 20 // of their bodies
	vacuumBatch         = 512     // pages
	vacuumBatchFullDisk = 16      // pages
	truncateTries       = 50      // to truncate a WAL that is in use, with a pause between two tries
)

// Prune deletes deliveries from the log in dir and gives the space back to the disk, also the space of an import that was killed. It
// ignores ids that the log does not have. It works in short transactions, between which a running listen can write. If it is
// interrupted, some of the deliveries are deleted.
//
// If the disk is full, Prune deletes the log's reserve and works in steps that fit into that space.
func Prune(ctx context.Context, dir string, ids []webhook.ID) (Pruned, error) {
	path, err := logPath(dir)
	if err != nil {
		return Pruned{}, err
	}
	before := diskSize(path)
	p := pruning{dir: dir, path: path, ids: ids, batch: pruneBatch, vacuumBatch: vacuumBatch}
	err = sqlite.Classify(p.run(ctx))
	if errors.Is(err, ErrFull) {
		releaseReserve(dir)
		p.batch, p.vacuumBatch, p.fullDisk = 1, vacuumBatchFullDisk, true
		err = sqlite.Classify(p.run(ctx))
	}
	keepReserve(dir)
	done := Pruned{Deliveries: p.deleted, Freed: max(0, before-diskSize(path))}
	if err != nil {
		return done, fmt.Errorf("prune the delivery log: %w", err)
	}
	return done, nil
}

// pruning is a running Prune.
type pruning struct {
	dir, path   string
	ids         []webhook.ID // still to delete
	deleted     int
	batch       int // deliveries per transaction
	vacuumBatch int // pages per transaction
	fullDisk    bool
}

// run deletes deliveries and shrinks the files. After an error, it can be called again and continues.
func (p *pruning) run(ctx context.Context) error {
	c, err := openWriting(ctx, p.path)
	if err != nil {
		return fmt.Errorf("open it: %w", err)
	}
	c.SetInterrupt(ctx)
	err = recoverJournals(ctx, c, p.path, func(error) {})
	if err == nil {
		err = p.deleteAll(ctx, c)
	}
	if err == nil {
		err = cleanUpDeadImport(ctx, c, p.dir)
	}
	if err == nil {
		err = p.vacuum(ctx, c)
	}
	if err == nil {
		err = shrink(ctx, c)
	}
	c.SetInterrupt(context.Background())
	return errors.Join(err, c.Close())
}

func (p *pruning) deleteAll(ctx context.Context, c *sqlite.Conn) error {
	for len(p.ids) > 0 {
		deleted, handled, err := deleteSome(c, p.ids[:min(len(p.ids), p.batch)])
		if err != nil {
			return err
		}
		p.deleted += deleted
		p.ids = p.ids[handled:]
		if err := p.yield(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// deleteSome deletes as many of the deliveries, from the first, as fit into one transaction.
func deleteSome(c *sqlite.Conn, ids []webhook.ID) (deleted, handled int, err error) {
	err = c.Transact(func() error {
		var found []int64
		bytes := int64(0)
		for _, id := range ids {
			if bytes > pruneBatchBytes {
				break
			}
			handled++
			err := c.Rows(selectNumber, []any{string(id)}, func(r *sqlite.Row) error {
				found = append(found, r.Int())
				bytes += r.Int()
				return nil
			})
			if err != nil {
				return err
			}
		}
		deleted = len(found)
		return deleteDeliveries(c, found)
	})
	return deleted, handled, err
}

// yield lets other processes write. On a full disk it also empties the WAL to make space for the next step.
func (p *pruning) yield(ctx context.Context, c *sqlite.Conn) error {
	if p.fullDisk {
		if err := shrink(ctx, c); err != nil {
			return err
		}
	}
	return pauseWriting(ctx)
}

// vacuum moves the pages at the end of the file to free ones, and truncates the file.
func (p *pruning) vacuum(ctx context.Context, c *sqlite.Conn) error {
	for {
		free, err := c.Number("PRAGMA freelist_count")
		if err != nil || free == 0 {
			return err
		}
		if err := c.Script(fmt.Sprintf("PRAGMA incremental_vacuum(%d)", p.vacuumBatch)); err != nil {
			return err
		}
		left, err := c.Number("PRAGMA freelist_count")
		if err != nil || left >= free {
			return err
		}
		if err := p.yield(ctx, c); err != nil {
			return err
		}
	}
}

// shrink gives the log's file its new size and empties the WAL. Neither is possible while another process reads, so shrink tries a few
// times. A later checkpoint does what remains.
func shrink(ctx context.Context, c *sqlite.Conn) error {
	defer c.SetBusyTimeout(c.SetBusyTimeout(0))
	for range truncateTries {
		err := c.Checkpoint(sqlite.Passive)
		if err == nil {
			err = c.Checkpoint(sqlite.Truncate)
		}
		if !errors.Is(sqlite.Classify(err), ErrBusy) {
			return err
		}
		if err := pauseWriting(ctx); err != nil {
			return err
		}
	}
	return nil
}
