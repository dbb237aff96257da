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

// Reader reads the delivery log. It never waits for a writer, in this process or another, and between two calls it holds nothing open
// that would keep the log from being tidied. Any number of goroutines may use it; their calls take turns.
type Reader struct {
	path string
	ring *bell             // of the Log that this Reader belongs to; nil where there is none
	slot chan *sqlite.Conn // holds the connection, nil before its first use; empty while it is in use; closed with the Reader
	done chan struct{}

	stale  atomic.Bool // the writer of this process has begun another log
	later  bool        // made by LaterReader
	file   fs.FileInfo // what the connection was opened on; only for whoever has the connection, as opened
	opened int         // connections so far
}

// OpenReader opens the log in dir for reading, beside whoever writes it. Where there is none it returns ErrNoLog; it never makes one. One of an
// older version is migrated.
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

// LaterReader is a Reader of the log in dir that is opened when it is first asked. As long as there is no log, each call returns
// ErrNoLog. Where the log is taken away and another comes, it reads that one.
func LaterReader(dir string) (*Reader, error) {
	path, err := logPath(dir)
	if err != nil {
		return nil, err
	}
	r := newReader(path, nil)
	r.later = true
	return r, nil
}

func newReader(path string, ring *bell) *Reader {
	r := &Reader{path: path, ring: ring, slot: make(chan *sqlite.Conn, 1), done: make(chan struct{})}
	r.slot <- nil
	return r
}

// Close closes the connection. Calls that come later get ErrClosed.
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

// with runs f with the connection. What f reads ends with ctx.
func (r *Reader) with(ctx context.Context, f func(*sqlite.Conn) error) error {
	var c *sqlite.Conn
	select {
	case <-r.done:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	case c = <-r.slot:
	}
	defer func() {
		if c != nil && c.Exclusive() { // others may use the log between two calls
			_ = c.Close()
			c = nil
		}
		r.slot <- c
	}()
	if c != nil && (r.stale.Swap(false) || r.later && !r.isThere()) {
		_ = c.Close() // of a file that nobody can find any more
		c = nil
	}
	if c == nil {
		file, _ := os.Stat(r.path) // where that fails, so does opening
		var err error
		if c, err = openReading(ctx, r.path); err != nil {
			return sqlite.Classify(err)
		}
		r.file, r.opened = file, r.opened+1
	}
	c.SetInterrupt(ctx)
	err := f(c)
	c.SetInterrupt(context.Background())
	if sqlite.IsInterrupted(err) && ctx.Err() != nil {
		return ctx.Err()
	}
	return sqlite.Classify(err)
}

// renew has the next call read the log that is at the path then.
func (r *Reader) renew() { r.stale.Store(true) }

// isThere reports whether the file that the connection was opened on is still the one at its path.
func (r *Reader) isThere() bool {
	now, err := os.Stat(r.path)
	return err == nil && os.SameFile(r.file, now)
}

// Get returns a delivery whole, with its header, body and attempts; a *NotFoundError where the log has none of that id.
func (r *Reader) Get(ctx context.Context, id webhook.ID) (webhook.Delivery, error) {
	var d webhook.Delivery
	err := r.with(ctx, func(c *sqlite.Conn) error {
		return c.Snapshot(func() error {
			found := false
			n := int64(0)
			err := c.Rows(selectSummaries+" WHERE d.id = ?", []any{string(id)}, func(q *sqlite.Row) error {
				found = true
				n, d.Summary = scanSummary(q)
				return nil
			})
			if err == nil && !found {
				return &NotFoundError{Typed: string(id)}
			}
			if err != nil {
				return err
			}
			return readRest(c, n, &d)
		})
	})
	if err != nil {
		return webhook.Delivery{}, fmt.Errorf("read %s: %w", id, err)
	}
	return d, nil
}
