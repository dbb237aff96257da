package retention

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Limits of one transaction that deletes deliveries for a command.
const (
	BatchDeliveries = 256     // about 20 ms
	BatchBytes      = 4 << 20 // of their bodies
)

const (
	selectNumber = "SELECT n, body_bytes FROM delivery WHERE id = ?"

	batchPages         = 512
	batchPagesFullDisk = 16
	truncateTries      = 50 // to truncate a WAL that is in use, with a pause between two tries

	// A pause between two transactions is longer than the longest pause between two tries to get a lock, so a listen never waits for more than
	// one transaction.
	pause = 11 * time.Millisecond
)

// Deletion deletes deliveries that the user has chosen, while other processes may write.
type Deletion struct {
	Deleted int

	ids        []webhook.ID // still to delete
	deliveries int          // per transaction
	pages      int          // per transaction
	fullDisk   bool
}

// NewDeletion returns a deletion of the deliveries with these ids. It ignores ids that the log does not have.
func NewDeletion(ids []webhook.ID) *Deletion {
	return &Deletion{ids: ids, deliveries: BatchDeliveries, pages: batchPages}
}

// UseLittleSpace makes each transaction so small that it fits into the space that the log reserves for a full disk.
func (d *Deletion) UseLittleSpace() { d.deliveries, d.pages, d.fullDisk = 1, batchPagesFullDisk, true }

// Run deletes the deliveries, in short transactions. After an error, it can be called again and continues.
func (d *Deletion) Run(ctx context.Context, c *sqlite.Conn) error {
	for len(d.ids) > 0 {
		deleted, handled, err := deleteSome(c, d.ids[:min(len(d.ids), d.deliveries)])
		if err != nil {
			return err
		}
		d.Deleted += deleted
		d.ids = d.ids[handled:]
		if err := d.yield(ctx, c); err != nil {
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
			if bytes > BatchBytes {
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
		return Delete(c, found)
	})
	return deleted, handled, err
}

// yield lets other processes write. On a full disk it also empties the WAL to make space for the next step.
func (d *Deletion) yield(ctx context.Context, c *sqlite.Conn) error {
	if d.fullDisk {
		if err := shrink(ctx, c); err != nil {
			return err
		}
	}
	return Pause(ctx)
}

// vacuum moves the pages at the end of the file to free ones, and truncates the file.
func (d *Deletion) vacuum(ctx context.Context, c *sqlite.Conn) error {
	for {
		free, err := c.Number("PRAGMA freelist_count")
		if err != nil || free == 0 {
			return err
		}
		if err := c.Script(fmt.Sprintf("PRAGMA incremental_vacuum(%d)", d.pages)); err != nil {
			return err
		}
		left, err := c.Number("PRAGMA freelist_count")
		if err != nil || left >= free {
			return err
		}
		if err := d.yield(ctx, c); err != nil {
			return err
		}
	}
}

// Shrink gives the space of deleted deliveries back to the disk.
func (d *Deletion) Shrink(ctx context.Context, c *sqlite.Conn) error {
	if err := d.vacuum(ctx, c); err != nil {
		return err
	}
	return shrink(ctx, c)
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
		if !errors.Is(sqlite.Classify(err), sqlite.ErrBusy) {
			return err
		}
		if err := Pause(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Pause leaves the log unlocked long enough for waiting processes to get the lock.
func Pause(ctx context.Context) error {
	select {
	case <-time.After(pause):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
