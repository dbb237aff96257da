package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
	"syscall"

	"github.com/ncruces/go-sqlite3"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Reader reads the delivery log. It never waits for a writer, in this process or another, and between two calls it holds nothing open
// that would keep the log from being tidied. Any number of goroutines may use it; their calls take turns.
type Reader struct {
	path string
	ring *bell      // of the Log that this Reader belongs to; nil where there is none
	slot chan *conn // holds the connection, nil before its first use; empty while it is in use; closed with the Reader
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
	if err := r.with(ctx, func(*conn) error { return nil }); err != nil {
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
	r := &Reader{path: path, ring: ring, slot: make(chan *conn, 1), done: make(chan struct{})}
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
		return c.close()
	}
}

// with runs f with the connection. What f reads ends with ctx.
func (r *Reader) with(ctx context.Context, f func(*conn) error) error {
	var c *conn
	select {
	case <-r.done:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	case c = <-r.slot:
	}
	defer func() {
		if c != nil && c.alone { // others may use the log between two calls
			_ = c.close()
			c = nil
		}
		r.slot <- c
	}()
	if c != nil && (r.stale.Swap(false) || r.later && !r.isThere()) {
		_ = c.close() // of a file that nobody can find any more
		c = nil
	}
	if c == nil {
		file, _ := os.Stat(r.path) // where that fails, so does opening
		var err error
		if c, err = openReading(ctx, r.path); err != nil {
			return classify(err)
		}
		r.file, r.opened = file, r.opened+1
	}
	c.SetInterrupt(ctx)
	err := f(c)
	c.SetInterrupt(context.Background())
	if errors.Is(err, sqlite3.INTERRUPT) && ctx.Err() != nil {
		return ctx.Err()
	}
	return classify(err)
}

// renew has the next call read the log that is at the path then.
func (r *Reader) renew() { r.stale.Store(true) }

// isThere reports whether the file that the connection was opened on is still the one at its path.
func (r *Reader) isThere() bool {
	now, err := os.Stat(r.path)
	return err == nil && os.SameFile(r.file, now)
}

func openReading(ctx context.Context, path string) (*conn, error) {
	version, err := peekVersion(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrNoLog
	case err != nil:
		return nil, err
	case version > schemaVersion:
		return nil, newerSchema(version)
	}
	c, err := openConn(path, sqlite3.OPEN_READONLY)
	if err != nil {
		return nil, err
	}
	err = prepareReading(c, path)
	if err == nil {
		return c, nil
	}
	err = errors.Join(err, c.close())
	switch {
	case errors.Is(err, errOlder):
		return readMigrated(ctx, path)
	case IsFull(err):
		return openAlone(ctx, path)
	case !isAny(err, sqlite3.CANTOPEN, sqlite3.READONLY):
		return nil, err
	case nothingBeside(path):
		return openImmutable(path)
	default:
		return nil, fmt.Errorf("%w, which it must be once, since it was not closed: %w", ErrReadOnly, err)
	}
}

func prepareReading(c *conn, path string) error {
	if err := waitBusy(c, busyTimeout); err != nil {
		return err
	}
	version, err := checkVersion(c)
	if err != nil {
		return err
	}
	switch {
	case version == 0: // a writer is about to make it
		return ErrNoLog
	case version < schemaVersion:
		return errOlder
	}
	// SQLite may just have made -wal and -shm. On a disk that cannot be written they are as they are.
	if err := tighten(path); err != nil && !isAny(err, fs.ErrPermission, syscall.EROFS) {
		return err
	}
	return nil
}

// errOlder says that the log has a schema from before this program's.
var errOlder = errors.New("the delivery log has an older schema")

// readMigrated brings a log into the shape that this program reads, by opening it for writing once. It takes a moment, and whoever
// has the log open at that time goes on. When ctx is done, the migration in progress is rolled back.
func readMigrated(ctx context.Context, path string) (*conn, error) {
	w, err := openWriting(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("bring the delivery log up to date: %w", err)
	}
	if err := w.close(); err != nil {
		return nil, err
	}
	return openReading(ctx, path)
}

// nothingBeside reports whether the log's file is all there is: no WAL holds more.
func nothingBeside(path string) bool {
	info, err := os.Stat(path + "-wal")
	return errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0
}

// openImmutable reads a log on a disk that cannot be written, where SQLite can keep no -shm file beside it. Nobody else can write it
// there either.
func openImmutable(path string) (*conn, error) {
	c, err := openConn(path, sqlite3.OPEN_READONLY, "&immutable=1")
	if err != nil {
		return nil, err
	}
	version, err := checkVersion(c)
	switch {
	case err == nil && version == 0:
		err = ErrNoLog
	case err == nil && version < schemaVersion:
		err = fmt.Errorf("%w, which it must be once, since an older version of this program made it", ErrReadOnly)
	}
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// openAlone opens a log on a full disk, where SQLite can make no -shm file, with that in memory. Such a connection keeps all others
// away, so it is closed after each call. If another process has the log open, its -shm file is there, and this is not called.
func openAlone(ctx context.Context, path string) (*conn, error) {
	c, err := openConn(path, sqlite3.OPEN_READWRITE, "&"+inHeap+"=1")
	if err != nil {
		return nil, err
	}
	c.alone = true
	c.SetInterrupt(ctx)
	err = c.Exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY")
	if err == nil {
		err = prepareReading(c, path)
	}
	if errors.Is(err, errOlder) {
		err = fmt.Errorf("%w: the log must be brought up to date first", ErrFull)
	}
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// Get returns a delivery whole, with its header, body and attempts; a *NotFoundError where the log has none of that id.
func (r *Reader) Get(ctx context.Context, id webhook.ID) (webhook.Delivery, error) {
	var d webhook.Delivery
	err := r.with(ctx, func(c *conn) error {
		return inOneView(c, func() error {
			found := false
			n := int64(0)
			err := c.rows(selectSummaries+" WHERE d.id = ?", []any{string(id)}, func(q *query) error {
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

// inOneView runs several reads over one state of the log.
func inOneView(c *conn, f func() error) error {
	if err := c.exec("BEGIN"); err != nil {
		return err
	}
	err := f()
	if c.GetAutocommit() {
		return err
	}
	// Interrupted or not, the view must end.
	c.SetInterrupt(context.Background())
	return errors.Join(err, c.exec("ROLLBACK"))
}
