package store

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// Commit makes everything that was added part of the log, in one transaction, and says it to who follows.
func (i *Import) Commit(ctx context.Context) (Imported, error) {
	i.conn.SetInterrupt(ctx)
	done := Imported{Added: int(i.staged), Present: i.present}
	err := i.flush(ctx)
	if err == nil && i.staged > 0 {
		err = i.publish()
	}
	if err == nil {
		done.Beyond, err = i.beyond()
	}
	if err != nil {
		return Imported{}, fmt.Errorf("import: %w", sqlite.Classify(err))
	}
	return done, nil
}

func (i *Import) publish() error {
	err := i.conn.Transact(func() error {
		last, err := i.conn.Number(lastChange)
		if err != nil {
			return err
		}
		changes, err := i.conn.Number(countChanges)
		if err != nil {
			return err
		}
		if err := i.conn.Exec(publishStaged); err != nil {
			return err
		}
		return i.conn.Exec(publishChanges, last, last+changes)
	})
	switch {
	case sqlite.IsDuplicate(err): // somebody recorded, or imported, the same id since Add looked
		return fmt.Errorf("%w: %w", ErrDuplicateID, err)
	case err != nil:
		return err
	}
	i.staged = 0
	return errors.Join(i.conn.Script("DROP TABLE temp.staged"), os.Remove(i.unfinished))
}

// beyond counts the imported deliveries that upkeep would prune now.
func (i *Import) beyond() (int, error) {
	u := upkeep{conn: i.conn, retention: i.retention, now: i.now}
	p, err := u.plan()
	if err != nil {
		return 0, err
	}
	const pruned = `SELECT count(*) FROM delivery WHERE n > ? AND n <= ?
		AND ((received_at, n) <= (?, ?) OR ` + isRejected + ` AND (received_at, n) <= (?, ?) OR ` + isProbe + ` AND (received_at, n) <= (?, ?))`
	n, err := i.conn.Number(pruned, i.base, i.base+importBlock, p.all.receivedAt, p.all.n, p.rejected.receivedAt, p.rejected.n,
		p.probes.receivedAt, p.probes.n)
	return int(n), err
}

// Close ends the import. What was not committed is taken back.
func (i *Import) Close() error {
	i.conn.SetInterrupt(context.Background())
	err := i.conn.Rollback()
	if _, there := os.Stat(i.unfinished); there == nil && err == nil {
		err = clearUnfinished(context.Background(), i.conn, i.unfinished)
	}
	if err = errors.Join(err, i.close()); err != nil {
		return fmt.Errorf("end the import: %w", sqlite.Classify(err))
	}
	return nil
}

func (i *Import) close() error { return errors.Join(i.conn.Close(), i.lock.Unlock()) }
