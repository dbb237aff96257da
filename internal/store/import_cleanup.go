package store

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/store/retention"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// selectUncommitted finds what an import has written without a row in delivery.
const selectUncommitted = `SELECT c.n, length(c.body) FROM main.content c LEFT JOIN main.delivery d ON d.n = c.n
	WHERE c.n < 0 AND c.n > ? AND d.n IS NULL ORDER BY c.n LIMIT ?`

func newImportLock(dir string) *flock.Flock {
	return flock.New(filepath.Join(dir, importLock), flock.SetPermissions(sqlite.FileMode))
}

// deleteUncommitted deletes what an unfinished import has written, and then its marker. The caller holds the import lock.
func deleteUncommitted(ctx context.Context, c *sqlite.Conn, marker string) error {
	for after := int64(math.MinInt64); ; {
		var found []int64
		bytes := int64(0)
		err := c.Rows(selectUncommitted, []any{after, retention.BatchDeliveries}, func(r *sqlite.Row) error {
			found = append(found, r.Int())
			if bytes += r.Int(); bytes > retention.BatchBytes {
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
		if err := c.Transact(func() error { return retention.Delete(c, found) }); err != nil {
			return err
		}
		if err := retention.Pause(ctx); err != nil {
			return err
		}
		after = found[len(found)-1]
	}
}

// cleanUpDeadImport deletes what an import that was killed has written, unless another import is in progress.
func cleanUpDeadImport(ctx context.Context, c *sqlite.Conn, dir string) error {
	marker := filepath.Join(dir, importMarker)
	if _, err := os.Stat(marker); err != nil {
		return nil // no unfinished import, or no way to know
	}
	lock := newImportLock(dir)
	if err := atomicfile.CheckRegular(lock.Path()); err != nil {
		return err
	}
	locked, err := lock.TryLock()
	if err != nil || !locked {
		return err
	}
	return errors.Join(deleteUncommitted(ctx, c, marker), lock.Unlock())
}
