package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// Transact runs f in a write transaction. It commits if f returns nil and rolls back otherwise.
func (c *Conn) Transact(f func() error) error {
	if err := c.Exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := f()
	if err == nil {
		err = c.Commit()
	}
	if err == nil {
		return nil
	}
	return errors.Join(err, c.Rollback())
}

// Commit commits the open transaction. It writes the WAL with fewer system calls than a COMMIT that is run as a statement.
func (c *Conn) Commit() error {
	journal, err := c.driver.FileControl("main", sqlite3.FCNTL_JOURNAL_POINTER)
	if err != nil {
		return err
	}
	if wal, ok := journal.(*walFile); ok {
		wal.committing = true
		defer wal.endCommit()
	}
	return c.Exec("COMMIT")
}

// Snapshot runs f in a read transaction. All its statements see the same state of the database.
func (c *Conn) Snapshot(f func() error) error {
	if err := c.Exec("BEGIN"); err != nil {
		return err
	}
	return errors.Join(f(), c.Rollback())
}

// Rollback ends the open transaction, if there is one: after some errors, such as a full disk, SQLite has already rolled back. An
// interrupt does not stop it.
func (c *Conn) Rollback() error {
	if c.driver.GetAutocommit() {
		return nil
	}
	defer c.SetInterrupt(c.SetInterrupt(context.Background()))
	return c.Exec("ROLLBACK")
}

// Protect runs f, which uses the connection, and returns a panic in f as an error. The driver panics if SQLite has no memory for a
// string. The connection remains usable: Protect discards its statements and rolls back the open transaction.
func Protect(c *Conn, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.Join(fmt.Errorf("%w: %v", ErrPanic, p), restore(c))
		}
	}()
	return f()
}

func restore(c *Conn) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("roll back after a panic: %v", p)
		}
	}()
	closeStatements(c)
	return c.Rollback()
}

// SetBusyTimeout sets how long a statement waits for another process to release its lock. The default is not to wait.
func (c *Conn) SetBusyTimeout(d time.Duration) (previous time.Duration) {
	previous, c.busyTimeout = c.busyTimeout, d
	return previous
}

// waitForLock is the busy handler. It adds up its own pauses, so it needs no clock.
func (c *Conn) waitForLock(ctx context.Context, attempt int) (retry bool) {
	if waitedBefore(attempt) >= c.busyTimeout {
		return false
	}
	wait(ctx, pause(attempt))
	return true
}

// UseWAL switches the database to WAL mode. It retries on its own, because SQLite does not call the busy handler while the journal mode
// changes.
func UseWAL(ctx context.Context, c *Conn) error {
	for attempt := 0; ; attempt++ {
		err := c.Script("PRAGMA journal_mode = WAL")
		if err == nil || !errors.Is(err, sqlite3.BUSY) || waitedBefore(attempt) >= c.busyTimeout {
			return err
		}
		wait(ctx, pause(attempt))
	}
}

const (
	firstPause   = 50 * time.Microsecond // about the time that a transaction of another listener takes
	longestPause = 10 * time.Millisecond // a tenth of what SQLite's own handler reaches
)

// pause returns how long to wait before the next attempt to take a lock.
func pause(attempt int) time.Duration { return min(firstPause<<min(attempt, 10), longestPause) }

// waitedBefore returns the sum of all earlier pauses.
func waitedBefore(attempt int) (sum time.Duration) {
	for i := range min(attempt, 10) {
		sum += pause(i)
	}
	return sum + time.Duration(max(0, attempt-10))*longestPause
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done(): // the interrupted statement returns an error on its own
	}
}
