package store

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/database"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// maxWAL is the limit of the WAL.
const maxWAL = 64 << 20

func TestWALStaysWithinItsLimit(t *testing.T) {
	dir, src := t.TempDir(), newSource(1)
	l := openLog(t, dir, Options{})
	body, largest := make([]byte, 2<<20), int64(0)
	for range 100 { // three times the limit
		record(t, l, src.next(func(d *webhook.Delivery) { d.Body = body }))
		info, err := os.Stat(filepath.Join(dir, FileName+"-wal"))
		if err != nil {
			t.Fatal(err)
		}
		largest = max(largest, info.Size())
	}
	if largest > maxWAL || largest < checkpointPages*sqlite.PageBytes {
		t.Errorf("the WAL has grown to %d bytes, want it to grow to at most %d", largest, maxWAL)
	}
	if got := list(t, l.Reader(), Query{}); len(got) != 100 {
		t.Errorf("%d deliveries, want 100", len(got))
	}
	closeLog(t, l)
	if _, err := os.Stat(filepath.Join(dir, FileName+"-wal")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after Close the -wal file is there: %v", err)
	}
	checkIntegrity(t, dir)
}

// A long WAL is copied completely, however fast the writer is. The next transaction then starts at its beginning.
func TestLongWALStartsOver(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	closeLog(t, l)
	w := newWriter(reopen(t, l), &logFile{}, &recorder{}, nil, &notifier{}, Options{}) // without its goroutine
	u := newMaintenance(reopen(t, l), w.file, w.recorder, w.coordination, Options{})
	write := func(bodyBytes int) {
		d := src.next(func(d *webhook.Delivery) { d.Body = make([]byte, bodyBytes) })
		if err := writeDirectly(&w.tx, w.conn, d); err != nil {
			t.Fatal(err)
		}
	}
	write(26 << 20)
	reader := reopen(t, l) // while it reads, the WAL cannot start over, and new transactions are appended
	if err := reader.Script("BEGIN; SELECT count(*) FROM change"); err != nil {
		t.Fatal(err)
	}
	w.txMu.Lock()
	copied := make(chan error)
	go func() { copied <- u.checkpoint() }()
	for all, done := int64(1), int64(0); done < all; runtime.Gosched() {
		err := w.conn.Rows("PRAGMA wal_checkpoint(NOOP)", nil, func(r *sqlite.Row) error {
			r.Int() // the result says whether it was blocked
			all, done = r.Int(), r.Int()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	write(1) // between two checkpoints
	if err := reader.Script("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	w.txMu.Unlock()
	if err := <-copied; err != nil {
		t.Fatal(err)
	}
	write(1)
	if pages := w.walPages.Load(); pages >= 100 {
		t.Errorf("the WAL has %d pages; want it to start over", pages)
	}
}

func TestWriterWaitsForASlowCheckpoint(t *testing.T) {
	dir, src := t.TempDir(), newSource(1)
	l := openLog(t, dir, Options{})
	l.writer.checkpointMu.Lock() // maintenance cannot checkpoint
	body, done := make([]byte, 4<<20), make(chan struct{})
	go func() {
		defer close(done)
		for range 20 {
			record(t, l, src.next(func(d *webhook.Delivery) { d.Body = body }))
		}
	}()
	for l.writer.walPages.Load() < stallPages {
		runtime.Gosched()
	}
	select {
	case <-done:
		t.Error("the writer did not wait")
	case <-time.After(50 * time.Millisecond):
	}
	if info, err := os.Stat(filepath.Join(dir, FileName+"-wal")); err != nil || info.Size() > maxWAL {
		t.Errorf("the WAL has %d bytes, %v, want at most %d", info.Size(), err, maxWAL)
	}
	l.writer.checkpointMu.Unlock()
	<-done
}

func TestIdleLogTruncatesItsWAL(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l, err := Open(t.Context(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer closeLog(t, l)
		record(t, l, newSource(1).next(func(d *webhook.Delivery) { d.Body = make([]byte, 6<<20) }))
		size := func() int64 {
			info, err := os.Stat(filepath.Join(dir, FileName+"-wal"))
			if err != nil {
				t.Fatal(err)
			}
			return info.Size()
		}
		time.Sleep(truncateTicks * maintenanceInterval) // fake time
		synctest.Wait()
		if got := size(); got < 6<<20 {
			t.Errorf("the WAL has %d bytes too early, want it not yet truncated", got)
		}
		time.Sleep(maintenanceInterval) // fake time
		synctest.Wait()
		if got := size(); got != 0 {
			t.Errorf("the WAL has %d bytes, want 0", got)
		}
		record(t, l, newSource(2).next()) // the log is still usable
	})
}

// After the first plan, maintenance plans again when one is due, not at every tick.
func TestMaintenancePlansWhenDue(t *testing.T) {
	for name, c := range map[string]struct {
		retention Retention
		write     int // deliveries of 10 KB
		wait      time.Duration
		want      bool
	}{
		"nothing happened":   {Retention{}, 0, 10 * maintenanceInterval, false},
		"a little happened":  {Retention{}, 100, 10 * maintenanceInterval, false},
		"many deliveries":    {Retention{Deliveries: 1000}, 51, maintenanceInterval, true},
		"not so many":        {Retention{Deliveries: 1000}, 40, maintenanceInterval, false},
		"many bytes":         {Retention{Bytes: 20 << 20}, 100, maintenanceInterval, true},
		"an hour has passed": {Retention{}, 1, time.Hour + maintenanceInterval, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				l, err := Open(t.Context(), dir, Options{Retention: c.retention})
				if err != nil {
					t.Fatal(err)
				}
				defer closeLog(t, l)
				src := newSource(1)
				time.Sleep(maintenanceInterval) // fake time
				synctest.Wait()
				first := l.maintenance.planner.Last.At
				if first.IsZero() {
					t.Fatal("no plan at the first tick")
				}
				for range c.write {
					record(t, l, src.next(func(d *webhook.Delivery) { d.Body = make([]byte, 10<<10) }))
				}
				time.Sleep(c.wait) // fake time
				synctest.Wait()
				if got := l.maintenance.planner.Last.At.After(first); got != c.want {
					t.Errorf("planned again: %v, want %v", got, c.want)
				}
			})
		})
	}
}

func TestMaintenanceContinuesUntilNothingIsLeft(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l, err := Open(t.Context(), dir, Options{Retention: Retention{Bytes: 1 << 20}})
		if err != nil {
			t.Fatal(err)
		}
		defer closeLog(t, l)
		src := newSource(1)
		for range 40 {
			record(t, l, src.next(func(d *webhook.Delivery) { d.Body = make([]byte, 1<<20) }))
		}
		time.Sleep(10 * maintenanceInterval) // fake time
		synctest.Wait()
		used, free, err := sqlite.CountPages(l.maintenance.planner.Conn)
		if err != nil || used*sqlite.PageBytes > 1<<20 || free*sqlite.PageBytes > 16<<20 {
			t.Errorf("%d pages are in use and %d are free, %v, want less than 1 MiB and 16 MiB", used, free, err)
		}
	})
}

func TestMaintenanceReportsErrors(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		failed := make(chan error, 1)
		l, err := Open(t.Context(), dir, Options{OnError: func(err error) { failed <- err }})
		if err != nil {
			t.Fatal(err)
		}
		defer closeLog(t, l)
		breakFeed(t, dir)
		time.Sleep(maintenanceInterval) // fake time
		synctest.Wait()
		select {
		case err := <-failed:
			if !strings.Contains(err.Error(), "no such table") {
				t.Errorf("OnError got %v, want an error about the missing table", err)
			}
		default:
			t.Error("OnError got nothing")
		}
	})
}

// breakFeed renames a table that everything needs.
func breakFeed(t *testing.T, dir string) {
	t.Helper()
	c, err := database.Open(filepath.Join(dir, FileName), sqlite.Options{})
	if err == nil {
		err = errors.Join(c.Script("ALTER TABLE change RENAME TO gone"), c.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}
