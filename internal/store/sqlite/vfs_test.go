package sqlite

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/ncruces/go-sqlite3"
)

// notedFile records the calls that reach it.
type notedFile struct {
	driverFile
	notes []string
	err   error
}

func (f *notedFile) note(what string) { f.notes = append(f.notes, what) }

func (f *notedFile) WriteAt(p []byte, off int64) (int, error) {
	f.note(fmt.Sprintf("write %d-%d", off, off+int64(len(p))))
	return len(p), f.err
}

func (f *notedFile) ReadAt(p []byte, _ int64) (int, error) { f.note("read"); return len(p), nil }
func (f *notedFile) Size() (int64, error)                  { f.note("size"); return 0, nil }
func (f *notedFile) Truncate(int64) error                  { f.note("truncate"); return nil }
func (f *notedFile) Close() error                          { f.note("close"); return nil }

func TestWALFramesOfATransactionAreWrittenAtOnce(t *testing.T) {
	const head, page = frameHeaderBytes, PageBytes
	type write struct {
		off, size int64
		last      bool // a header of the last frame of a transaction
	}
	start := write{0, 32, false}
	first, second, third := int64(32), int64(32+frameBytes), int64(32+2*frameBytes)
	frame := func(off int64) []write { return []write{{off, head, false}, {off + head, page, false}} }
	last := func(off int64) []write { return []write{{off, head, true}, {off + head, page, false}} }
	large := []write{start}
	for i := range int64(heldFrames + 1) {
		large = append(large, frame(first+i*frameBytes)...)
	}
	for name, c := range map[string]struct {
		writes []write
		then   func(*walFile) error
		want   []string
	}{
		"one frame": {slices.Concat([]write{start}, last(first)), nil, []string{"write 0-32", "write 32-4152"}},
		"several frames": {
			slices.Concat([]write{start}, frame(first), frame(second), last(third)), nil, []string{"write 0-32", "write 32-12392"},
		},
		"two transactions": {
			slices.Concat([]write{start}, last(first), last(second)), nil, []string{"write 0-32", "write 32-4152", "write 4152-8272"},
		},
		"not complete": {slices.Concat([]write{start}, frame(first), frame(second)), nil, []string{"write 0-32"}},
		"not complete, then a read": {
			slices.Concat([]write{start}, frame(first), frame(second)), func(f *walFile) error { _, err := f.ReadAt(nil, 0); return err },
			[]string{"write 0-32", "write 32-8272", "read"},
		},
		"rolled back, and another transaction": {
			slices.Concat([]write{start}, frame(first), frame(second), last(first), last(second)), nil,
			[]string{"write 0-32", "write 32-8272", "write 32-56", "write 56-4152", "write 4152-8272"},
		},
		"many frames": {large, nil, []string{"write 0-32", "write 32-131872"}},
		"after another process has written": {
			slices.Concat(last(first), last(second)), nil, []string{"write 32-56", "write 56-4152", "write 4152-8272"},
		},
		"checksums rewritten at the end of a transaction": {
			slices.Concat([]write{start}, frame(first), last(second), []write{{first, head, false}, {second, head, true}}), nil,
			[]string{"write 0-32", "write 32-8272", "write 32-56", "write 4152-4176"},
		},
		"a header alone, then a read": {
			[]write{start, {first, head, false}}, func(f *walFile) error { _, err := f.ReadAt(nil, 0); return err },
			[]string{"write 0-32", "write 32-56", "read"},
		},
		"a header alone, then its size": {
			[]write{start, {first, head, false}}, func(f *walFile) error { _, err := f.Size(); return err },
			[]string{"write 0-32", "write 32-56", "size"},
		},
		"a header alone, then a truncation": {
			[]write{start, {first, head, false}}, func(f *walFile) error { return f.Truncate(0) },
			[]string{"write 0-32", "write 32-56", "truncate"},
		},
		"a header alone, then close": {
			[]write{start, {first, head, false}}, func(f *walFile) error { return f.Close() },
			[]string{"write 0-32", "write 32-56", "close"},
		},
		"a header and something else": {
			[]write{start, {first, head, false}, {100, 10, false}}, nil, []string{"write 0-32", "write 32-56", "write 100-110"},
		},
		"a page of another size": {
			[]write{start, {first, head, false}, {first + head, 1024, false}}, nil, []string{"write 0-32", "write 32-56", "write 56-1080"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			under := &notedFile{}
			f := &walFile{file: file{under}, committing: true}
			for _, w := range c.writes {
				p := make([]byte, w.size)
				if w.last {
					p[frameSizeOffset] = 1
				}
				if n, err := f.WriteAt(p, w.off); n != int(w.size) || err != nil {
					t.Errorf("WriteAt(%d, %d) got %d, %v", w.size, w.off, n, err)
				}
			}
			if c.then != nil {
				if err := c.then(f); err != nil {
					t.Error(err)
				}
			}
			if diff := cmp.Diff(c.want, under.notes); diff != "" {
				t.Errorf("calls to the file (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWALFramesBeforeACommitAreWrittenOneByOne(t *testing.T) {
	under := &notedFile{}
	f := &walFile{file: file{under}}
	off := int64(0)
	for _, size := range []int{32, frameHeaderBytes, PageBytes, frameHeaderBytes, PageBytes} {
		if _, err := f.WriteAt(make([]byte, size), off); err != nil {
			t.Fatal(err)
		}
		off += int64(size)
	}
	if diff := cmp.Diff([]string{"write 0-32", "write 32-4152", "write 4152-8272"}, under.notes); diff != "" {
		t.Errorf("calls to the file (-want +got):\n%s", diff)
	}
}

// openWAL opens a database as the log is opened.
func openWAL(t *testing.T, path string) *Conn {
	t.Helper()
	c, err := Open(path, Options{Create: true}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := c.Script("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -400"); err != nil {
		t.Fatal(err)
	}
	c.OnCommit(func(int) {}) // no automatic checkpoints
	return c
}

// insertBlobs inserts blobs in one transaction, and calls before just before it commits.
func insertBlobs(c *Conn, first, count int64, before func() error) error {
	return c.Transact(func() error {
		for n := range count {
			if err := c.Exec("INSERT INTO kept (n, data) VALUES (?, randomblob(9000))", first+n); err != nil {
				return err
			}
		}
		return before()
	})
}

func checkIntegrity(t *testing.T, c *Conn, rows int64) {
	t.Helper()
	var report string
	err := c.Rows("PRAGMA integrity_check", nil, func(r *Row) error {
		report += r.Text()
		return nil
	})
	if err != nil || report != "ok" {
		t.Errorf("the database is damaged: %s, %v", report, err)
	}
	if n, err := c.Number("SELECT count(*) FROM kept WHERE length(data) = 9000"); err != nil || n != rows {
		t.Errorf("got %d rows, %v; want %d", n, err, rows)
	}
}

// A transaction that is larger than the cache writes frames before it ends. If it is rolled back, another connection writes at the same place.
func TestRolledBackTransactionsDoNotDamageLaterOnes(t *testing.T) {
	for pages := range int64(20) { // some of them end in the middle of a group of frames
		path := filepath.Join(t.TempDir(), "test.db")
		one, other := openWAL(t, path), openWAL(t, path)
		if err := one.Script("CREATE TABLE kept (n INTEGER PRIMARY KEY, data BLOB)"); err != nil {
			t.Fatal(err)
		}
		if err := one.Checkpoint(Restart); err != nil { // the rollback finds page 1 in the database, and so does not read the WAL
			t.Fatal(err)
		}
		stop := errors.New("stop")
		if err := insertBlobs(one, 1, 50+pages, func() error { return stop }); !errors.Is(err, stop) {
			t.Fatal(err)
		}
		if err := insertBlobs(other, 1000, 40, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		checkIntegrity(t, one, 40)
		checkIntegrity(t, other, 40)
	}
}

// fillingFile is a file on a disk that becomes full.
type fillingFile struct {
	driverFile
	full *bool
}

func (f fillingFile) WriteAt(p []byte, off int64) (int, error) {
	if *f.full {
		return 0, syscall.ENOSPC
	}
	return f.driverFile.WriteAt(p, off)
}

func TestFailedCommitsDoNotDamageLaterOnes(t *testing.T) {
	for _, blobs := range []int64{1, 5, 30, 60} { // less and more than heldFrames, and than the cache
		path := filepath.Join(t.TempDir(), "test.db")
		one, other := openWAL(t, path), openWAL(t, path)
		if err := one.Script("CREATE TABLE kept (n INTEGER PRIMARY KEY, data BLOB)"); err != nil {
			t.Fatal(err)
		}
		journal, err := one.driver.FileControl("main", sqlite3.FCNTL_JOURNAL_POINTER)
		if err != nil {
			t.Fatal(err)
		}
		wal, full := journal.(*walFile), false
		wal.file = file{fillingFile{wal.driverFile, &full}}
		err = insertBlobs(one, 1, blobs, func() error {
			full = true
			return nil
		})
		if !errors.Is(err, sqlite3.FULL) {
			t.Fatalf("got %v, want SQLITE_FULL", err)
		}
		full = false
		if err := insertBlobs(other, 1000, 7, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		if err := insertBlobs(one, 1, blobs, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		checkIntegrity(t, one, blobs+7)
		checkIntegrity(t, other, blobs+7)
	}
}

func TestFullDiskIsReportedToSQLite(t *testing.T) {
	for _, c := range []struct {
		err  error
		full bool
	}{
		{syscall.ENOSPC, true}, {syscall.EDQUOT, true}, {fmt.Errorf("write: %w", syscall.ENOSPC), true}, {syscall.EIO, false},
	} {
		f := &walFile{file: file{&notedFile{err: c.err}}}
		_, err := f.WriteAt(make([]byte, 32), 0)
		if !errors.Is(err, c.err) && !c.full {
			t.Errorf("%v got %v", c.err, err)
		}
		if got := fmt.Sprintf("%T", err) == fmt.Sprintf("%T", fullError(syscall.ENOSPC)); got != c.full {
			t.Errorf("%v is reported as full: %v, want %v", c.err, got, c.full)
		}
		if errors.Is(err, sqlite3.IOERR) {
			t.Errorf("%v is reported as an I/O error", c.err)
		}
	}
}
