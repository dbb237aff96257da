package store

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Reader reads the delivery log. It never waits for a writer, of this process or another, and keeps no snapshot open between two calls
// that would prevent a checkpoint. It may be used by any number of goroutines; they take turns.
//
// It has one method for each question that callers ask, more than other types have. Callers declare the few that they need in an
// interface.
type Reader struct {
	path    string
	commits *notifier         // of the Log that this Reader belongs to, or nil
	slot    chan *sqlite.Conn // holds the connection, nil before its first use; empty while it is in use
	done    chan struct{}     // closed by Close

	flush  func(context.Context) // files what the Log has recorded; nil for other readers
	recent *recent               // the newest changes of the Log; nil for other readers

	lazy  bool        // created by LazyReader
	stale atomic.Bool // the writer of this process has opened another log

	// The file that the connection was opened on, and the number of connections so far. Guarded by slot.
	info   fs.FileInfo
	opened int
}

// OpenReader opens the log in dir for reading while other processes may write it. If there is no log, it returns ErrNoLog and creates
// none. It migrates an older schema.
func OpenReader(ctx context.Context, dir string) (*Reader, error) {
	path, err := logPath(dir)
	if err != nil {
		return nil, err
	}
	r := newReader(path, nil)
	if err := r.with(ctx, func(*sqlite.Conn) error { return nil }); err != nil {
		return nil, fmt.Errorf("open the delivery log in %s: %w", dir, err)
	}
	return r, nil
}

// LazyReader returns a Reader that opens the log in dir at the first call. Calls return ErrNoLog while there is no log. If the log is
// replaced by another one, the Reader reads that.
func LazyReader(dir string) (*Reader, error) {
	path, err := logPath(dir)
	if err != nil {
		return nil, err
	}
	r := newReader(path, nil)
	r.lazy = true
	return r, nil
}

func newReader(path string, commits *notifier) *Reader {
	r := &Reader{path: path, commits: commits, slot: make(chan *sqlite.Conn, 1), done: make(chan struct{})}
	r.slot <- nil
	return r
}

// Close closes the connection. Later calls return ErrClosed.
func (r *Reader) Close() error {
	select {
	case <-r.done:
		return nil
	case c := <-r.slot:
		close(r.done)
		if c == nil {
			return nil
		}
		return c.Close()
	}
}

// with calls f with the connection. The statements of f are interrupted when ctx ends. A Reader of a Log sees all that this Log has recorded.
func (r *Reader) with(ctx context.Context, f func(*sqlite.Conn) error) error {
	if r.flush != nil {
		r.flush(ctx)
	}
	return r.withoutFlush(ctx, f)
}

// withoutFlush does the same as with, but sees only what is filed. Readers that follow the log use it, because they are notified when
// there is more.
func (r *Reader) withoutFlush(ctx context.Context, f func(*sqlite.Conn) error) error {
	var c *sqlite.Conn
	select {
	case <-r.done:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	case c = <-r.slot:
	}
	defer func() {
		if c != nil && c.Exclusive() { // let other processes use the log
			_ = c.Close()
			c = nil
		}
		r.slot <- c
	}()
	if c != nil && (r.stale.Swap(false) || r.lazy && r.isReplaced()) {
		_ = c.Close()
		c = nil
	}
	if c == nil {
		info, _ := os.Stat(r.path) // if this fails, so does opening
		var err error
		if c, err = openReading(ctx, r.path); err != nil {
			return sqlite.Classify(err)
		}
		r.info, r.opened = info, r.opened+1
	}
	c.SetInterrupt(ctx)
	err := f(c)
	c.SetInterrupt(context.Background())
	if sqlite.IsInterrupted(err) && ctx.Err() != nil {
		return ctx.Err()
	}
	return sqlite.Classify(err)
}

// reopen makes the next call open the log again.
func (r *Reader) reopen() { r.stale.Store(true) }

// isReplaced reports whether the open file is no longer at its path.
func (r *Reader) isReplaced() bool {
	now, err := os.Stat(r.path)
	return err != nil || !os.SameFile(r.info, now)
}

// Get returns a complete delivery with its headers, body and attempts, or a *NotFoundError.
func (r *Reader) Get(ctx context.Context, id webhook.ID) (webhook.Delivery, error) {
	d, found, err := r.read(ctx, " WHERE d.id = ?", string(id))
	if err == nil && !found {
		err = &NotFoundError{Typed: string(id)}
	}
	if err != nil {
		return webhook.Delivery{}, fmt.Errorf("read %s: %w", id, err)
	}
	return d, nil
}

// read reads a complete delivery. found is false if there is none.
func (r *Reader) read(ctx context.Context, where string, arg any) (d webhook.Delivery, found bool, err error) {
	err = r.with(ctx, func(c *sqlite.Conn) error {
		return c.Snapshot(func() error {
			n := int64(0)
			err := c.Rows(selectSummaries+where, []any{arg}, func(r *sqlite.Row) error {
				found = true
				n, d.Summary = scanSummary(r)
				return nil
			})
			if err != nil || !found {
				return err
			}
			return readContent(c, n, &d)
		})
	})
	return d, found, err
}

// Health is the state of the log's file.
type Health struct {
	Deliveries int
	Bytes      int64    // in use
	Damage     []string // the first problems that SQLite found; empty if the file is intact
}

// Health checks the whole file. That takes a while for a large log, and is interrupted when ctx ends.
func (r *Reader) Health(ctx context.Context) (Health, error) {
	var h Health
	err := r.with(ctx, func(c *sqlite.Conn) error {
		err := c.Rows("PRAGMA integrity_check(5)", nil, func(r *sqlite.Row) error {
			if line := r.Text(); line != "ok" {
				h.Damage = append(h.Damage, line)
			}
			return nil
		})
		if err != nil || len(h.Damage) > 0 {
			return err
		}
		n, err := c.Number("SELECT count(*) FROM delivery")
		if err != nil {
			return err
		}
		pages, _, err := sqlite.CountPages(c)
		h.Deliveries, h.Bytes = int(n), pages*sqlite.PageBytes
		return err
	})
	if err != nil {
		return Health{}, fmt.Errorf("check the delivery log: %w", err)
	}
	return h, nil
}
