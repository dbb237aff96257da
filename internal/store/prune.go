package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/database"
	"github.com/vidiking/vidiking-cli/internal/store/retention"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
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
	err := sqlite.Classify(sqlite.Protect(w.conn, func() error { return w.plan.Step(w.conn) }))
	w.conn.SetBusyTimeout(database.BusyTimeout)
	w.txMu.Unlock()
	if err == nil {
		w.limitWAL()
		return
	}
	w.plan = retention.Plan{}
	if !errors.Is(err, ErrBusy) {
		w.onError(fmt.Errorf("prune the delivery log: %w", err))
	}
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
	c, err := database.OpenWriting(ctx, p.path)
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
		return retention.Delete(c, found)
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
