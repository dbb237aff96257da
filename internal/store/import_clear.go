package store

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// orphans is what was written ahead for an import, and belongs to no delivery.
const orphans = `SELECT c.n, length(c.body) FROM main.content c LEFT JOIN main.delivery d ON d.n = c.n
	WHERE c.n < 0 AND c.n > ? AND d.n IS NULL ORDER BY c.n LIMIT ?`

// clearUnfinished deletes what an import has written ahead that does not end any more, and then the file that said so. Whoever calls it
// holds the lock of imports.
func clearUnfinished(ctx context.Context, c *sqlite.Conn, marker string) error {
	for after := int64(math.MinInt64); ; {
		var found []int64
		bytes := int64(0)
		err := c.Rows(orphans, []any{after, pruneTogether}, func(q *sqlite.Row) error {
			found = append(found, q.Int())
			if bytes += q.Int(); bytes > pruneTogetherIn {
				return sqlite.ErrStop
			}
			return nil
		})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return atomicfile.Remove(marker)
		}
		if err := deleteAll(c, found); err != nil {
			return err
		}
		if err := rest(ctx); err != nil {
			return err
		}
		after = found[len(found)-1]
	}
}

// clearDead does so where an import was killed, and no other is under way.
func clearDead(ctx context.Context, c *sqlite.Conn, dir string) error {
	marker := filepath.Join(dir, importUnfinished)
	if _, err := os.Stat(marker); err != nil {
		return nil // there is nothing to clear, or nothing to be known of it
	}
	lock := flock.New(filepath.Join(dir, importLock), flock.SetPermissions(sqlite.FileMode))
	if err := atomicfile.CheckRegular(lock.Path()); err != nil {
		return err
	}
	locked, err := lock.TryLock()
	if err != nil || !locked {
		return err
	}
	return errors.Join(clearUnfinished(ctx, c, marker), lock.Unlock())
}
