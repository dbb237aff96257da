package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/ncruces/go-sqlite3"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Pruned is what Prune did.
type Pruned struct {
	Deliveries int
	Freed      int64 // by how much the log's files are smaller; less than what was deleted where others keep them in use
}

const (
	selectNumber = "SELECT n, body_bytes FROM delivery WHERE id = ?"

	pruneTogether   = 256     // deliveries of one transaction, some 20 ms
	pruneTogetherIn = 4 << 20 // bytes of their bodies
	vacuumTogether  = 512     // pages
	truncateTries   = 50      // how often a WAL in use is tried to be cut, a pause between each
)

// Prune deletes deliveries from the log in dir, and gives the space back to the disk, also that of an import
// which was killed. What is not there is left out. It works in short
// transactions, between which a running listen has its turn, so one that is cut short has deleted some of them.
func Prune(ctx context.Context, dir string, ids []webhook.ID) (Pruned, error) {
	path, err := logPath(dir)
	if err != nil {
		return Pruned{}, err
	}
	before := diskSize(path)
	c, err := openWriting(ctx, path)
	if err != nil {
		return Pruned{}, fmt.Errorf("open the delivery log in %s: %w", dir, classify(err))
	}
	c.SetInterrupt(ctx)
	var done Pruned
	done.Deliveries, err = pruneAll(ctx, c, ids)
	if err == nil {
		err = clearDead(ctx, c, dir)
	}
	if err == nil {
		err = vacuum(ctx, c)
	}
	if err == nil {
		err = shrink(ctx, c)
	}
	c.SetInterrupt(context.Background())
	err = errors.Join(err, c.close())
	done.Freed = max(0, before-diskSize(path))
	if err != nil {
		return done, fmt.Errorf("prune the delivery log: %w", classify(err))
	}
	return done, nil
}

// diskSize is how much the log's files take.
func diskSize(path string) (size int64) {
	for _, name := range []string{path, path + "-wal"} {
		if info, err := os.Stat(filepath.Clean(name)); err == nil {
			size += info.Size()
		}
	}
	return size
}

func pruneAll(ctx context.Context, c *conn, ids []webhook.ID) (deleted int, err error) {
	for some := range slices.Chunk(ids, pruneTogether) {
		for len(some) > 0 {
			n, taken, err := pruneChosen(c, some)
			if err != nil {
				return deleted, err
			}
			deleted += n
			some = some[taken:]
			if err := rest(ctx); err != nil {
				return deleted, err
			}
		}
	}
	return deleted, nil
}

// pruneChosen deletes as many of the deliveries as one transaction takes, from the first on.
func pruneChosen(c *conn, ids []webhook.ID) (deleted, taken int, err error) {
	err = within(c, func() error {
		bytes := int64(0)
		for _, id := range ids {
			if bytes > pruneTogetherIn {
				break
			}
			taken++
			var n int64
			err := c.rows(selectNumber, []any{string(id)}, func(q *query) error {
				n = q.int()
				bytes += q.int()
				return nil
			})
			if err == nil && n != 0 {
				deleted++
				err = deleteDelivery(c, n)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return deleted, taken, err
}

// vacuum moves what is at the end of the file to where there is room, and cuts the end off.
func vacuum(ctx context.Context, c *conn) error {
	for {
		free, err := c.number("PRAGMA freelist_count")
		if err != nil || free == 0 {
			return err
		}
		if err := c.Exec(fmt.Sprintf("PRAGMA incremental_vacuum(%d)", vacuumTogether)); err != nil {
			return err
		}
		left, err := c.number("PRAGMA freelist_count")
		if err != nil || left >= free {
			return err
		}
		if err := rest(ctx); err != nil {
			return err
		}
	}
}

// shrink has the log's file take its new size, and empties the WAL. While somebody reads, neither can be; it is tried a few times, and
// what is not done now a later checkpoint does.
func shrink(ctx context.Context, c *conn) error {
	patience := c.patience
	c.patience = 0
	defer func() { c.patience = patience }()
	for range truncateTries {
		_, _, err := c.WALCheckpoint("main", sqlite3.CHECKPOINT_PASSIVE)
		if err == nil {
			_, _, err = c.WALCheckpoint("main", sqlite3.CHECKPOINT_TRUNCATE)
		}
		if !errors.Is(err, sqlite3.BUSY) {
			return err
		}
		if err := rest(ctx); err != nil {
			return err
		}
	}
	return nil
}
