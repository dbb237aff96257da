package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Pruned is what Prune did.
type Pruned struct {
	Deliveries int
	Freed      int64 // by how much the log's files are smaller; less than what was deleted where others keep them in use
}

const (
	selectNumber = "SELECT n, body_bytes FROM delivery WHERE id = ?"

	pruneTogether    = 256     // deliveries of one transaction, some 20 ms
	pruneTogetherIn  = 4 << 20 // bytes of their bodies
	vacuumTogether   = 512     // pages
	vacuumOnFullDisk = 16      // pages
	truncateTries    = 50      // how often a WAL in use is tried to be cut, a pause between each
)

// Prune deletes deliveries from the log in dir, and gives the space back to the disk, also that of an import
// which was killed. What is not there is left out. It works in short
// transactions, between which a running listen has its turn, so one that is cut short has deleted some of them.
//
// If the disk is full, it gives up the log's reserve and works in steps that fit into it.
func Prune(ctx context.Context, dir string, ids []webhook.ID) (Pruned, error) {
	path, err := logPath(dir)
	if err != nil {
		return Pruned{}, err
	}
	before := diskSize(path)
	p := pruning{dir: dir, path: path, ids: ids, together: pruneTogether, pages: vacuumTogether}
	err = sqlite.Classify(p.run(ctx))
	if errors.Is(err, ErrFull) {
		giveUpReserve(dir)
		p.together, p.pages = 1, vacuumOnFullDisk
		err = sqlite.Classify(p.run(ctx))
	}
	keepReserve(dir)
	done := Pruned{Deliveries: p.deleted, Freed: max(0, before-diskSize(path))}
	if err != nil {
		return done, fmt.Errorf("prune the delivery log: %w", err)
	}
	return done, nil
}

// pruning is a prune under way.
type pruning struct {
	dir, path string
	ids       []webhook.ID // what is left to delete
	deleted   int
	together  int // deliveries of one transaction
	pages     int // that one transaction moves
}

// run deletes and shrinks. It may be called again after an error, and goes on.
func (p *pruning) run(ctx context.Context) error {
	c, err := openWriting(ctx, p.path)
	if err != nil {
		return fmt.Errorf("open it: %w", err)
	}
	c.SetInterrupt(ctx)
	err = p.deleteAll(ctx, c)
	if err == nil {
		err = clearDead(ctx, c, p.dir)
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

// diskSize is how much the log's files take.
func diskSize(path string) (size int64) {
	for _, name := range []string{path, path + "-wal"} {
		if info, err := os.Stat(filepath.Clean(name)); err == nil {
			size += info.Size()
		}
	}
	return size
}

func (p *pruning) deleteAll(ctx context.Context, c *sqlite.Conn) error {
	for len(p.ids) > 0 {
		n, taken, err := pruneChosen(c, p.ids[:min(len(p.ids), p.together)])
		if err != nil {
			return err
		}
		p.deleted += n
		p.ids = p.ids[taken:]
		if err := p.afterStep(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// afterStep lets others have their turn. On a full disk it empties the WAL, so that the next step has room there.
func (p *pruning) afterStep(ctx context.Context, c *sqlite.Conn) error {
	if p.together == 1 {
		if err := shrink(ctx, c); err != nil {
			return err
		}
	}
	return rest(ctx)
}

// pruneChosen deletes as many of the deliveries as one transaction takes, from the first on.
func pruneChosen(c *sqlite.Conn, ids []webhook.ID) (deleted, taken int, err error) {
	err = c.Transact(func() error {
		bytes := int64(0)
		for _, id := range ids {
			if bytes > pruneTogetherIn {
				break
			}
			taken++
			var n int64
			err := c.Rows(selectNumber, []any{string(id)}, func(q *sqlite.Row) error {
				n = q.Int()
				bytes += q.Int()
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
func (p *pruning) vacuum(ctx context.Context, c *sqlite.Conn) error {
	for {
		free, err := c.Number("PRAGMA freelist_count")
		if err != nil || free == 0 {
			return err
		}
		if err := c.Script(fmt.Sprintf("PRAGMA incremental_vacuum(%d)", p.pages)); err != nil {
			return err
		}
		left, err := c.Number("PRAGMA freelist_count")
		if err != nil || left >= free {
			return err
		}
		if err := p.afterStep(ctx, c); err != nil {
			return err
		}
	}
}

// shrink has the log's file take its new size, and empties the WAL. While somebody reads, neither can be; it is tried a few times, and
// what is not done now a later checkpoint does.
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
		if err := rest(ctx); err != nil {
			return err
		}
	}
	return nil
}
