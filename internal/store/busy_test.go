package store

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/database"
	"github.com/vidiking/vidiking-cli/internal/store/journal"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// holdLock keeps every other connection from writing.
func holdLock(t *testing.T, dir string) (release func()) {
	t.Helper()
	c, err := database.Open(filepath.Join(dir, FileName), sqlite.Options{})
	if err == nil {
		err = c.Script("BEGIN IMMEDIATE")
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := errors.Join(c.Script("ROLLBACK"), c.Close()); err != nil {
			t.Error(err)
		}
	}
}

func setBusyTimeout(l *Log, timeout time.Duration) {
	l.writer.txMu.Lock()
	defer l.writer.txMu.Unlock()
	l.writer.conn.SetBusyTimeout(timeout)
}

func TestRecordDoesNotWaitForALockedLog(t *testing.T) {
	dir, src := t.TempDir(), newSource(1)
	l := openLog(t, dir, Options{})
	before, after := src.next(), src.next()
	record(t, l, before)
	setBusyTimeout(l, 10*time.Millisecond)
	release := holdLock(t, dir)
	if err := l.Record(t.Context(), after); err != nil {
		t.Errorf("Record got %v, want no error", err)
	}
	if got := list(t, openReader(t, dir), Query{}); len(got) != 1 {
		t.Errorf("another reader sees %v, want 1 delivery", got)
	}
	if err := l.QueueAttempts(before.ID, []webhook.Attempt{answered(200)}, nil); err != nil {
		t.Fatal(err)
	}
	if err := l.Flush(t.Context()); !errors.Is(err, ErrBusy) {
		t.Errorf("Flush got %v, want ErrBusy", err)
	}
	release()
	if err := l.Reader().Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if got := get(t, l.Reader(), before.ID).Status; got != webhook.StatusDelivered {
		t.Errorf("status %q, want delivered", got)
	}
	get(t, l.Reader(), after.ID)
}

func TestAttemptIsFiledWhenTheLogIsNoLongerBusy(t *testing.T) {
	dir := t.TempDir()
	l, d := openLog(t, dir, Options{}), newSource(1).next()
	record(t, l, d)
	setBusyTimeout(l, 0)
	release := holdLock(t, dir)
	due := []Due{{Target: "http://localhost:4000/"}}
	if _, err := l.AddAttempts(d.ID, []webhook.Attempt{answered(200)}, due); !errors.Is(err, ErrBusy) {
		t.Errorf("AddAttempts got %v, want ErrBusy after the first try", err)
	}
	release()
	flush(t, l)
	if got := get(t, l.Reader(), d.ID); got.Status != webhook.StatusDelivered || len(got.History) != 1 {
		t.Errorf("%s with %d attempts, want delivered with one", got.Status, len(got.History))
	}
	if isDue, err := l.Reader().IsDue(t.Context(), d.ID); err != nil || !isDue {
		t.Errorf("is due: %v, %v; want true, because it was written with the attempt", isDue, err)
	}
}

func TestCloseLeavesTheJournalOfABusyLog(t *testing.T) {
	dir, src := t.TempDir(), newSource(1)
	l := openLog(t, dir, Options{})
	d := src.next()
	record(t, l, d)
	setBusyTimeout(l, 0)
	release := holdLock(t, dir)
	if err := l.QueueAttempts(d.ID, []webhook.Attempt{answered(200)}, nil); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); !errors.Is(err, ErrBusy) {
		t.Errorf("Close got %v, want ErrBusy", err)
	}
	release()
	if got := get(t, openReader(t, dir), d.ID); got.Status != webhook.StatusDelivered {
		t.Errorf("status %q, want delivered: the next reader files the journal", got.Status)
	}
	if journal.Exists(dir) {
		t.Error("the journal still exists")
	}
}

// A backlog that is full makes Record wait, and then fail.
func TestRecordFailsIfTheBacklogIsFull(t *testing.T) {
	dir, src := t.TempDir(), newSource(1)
	l := openLog(t, dir, Options{})
	record(t, l, src.next())
	l.writer.txMu.Lock()
	large := func(d *webhook.Delivery) { d.Body = make([]byte, 8<<20) }
	for range journal.BacklogBytes / (8 << 20) {
		if err := l.Record(t.Context(), src.next(large)); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := l.Record(ctx, src.next()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Record got %v, want it to wait until its context ends", err)
	}
	l.writer.txMu.Unlock()
	record(t, l, src.next())
	if n, err := l.Reader().Count(t.Context(), Query{}); err != nil || n != 2+journal.BacklogBytes/(8<<20) {
		t.Errorf("Count = %d, %v", n, err)
	}
}
