package store

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// holdLock keeps every other connection from writing.
func holdLock(t *testing.T, dir string) (release func()) {
	t.Helper()
	c, err := openConn(filepath.Join(dir, FileName), sqlite.Options{})
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

func TestLogLockedByAnotherProcessIsBusy(t *testing.T) {
	dir, src := t.TempDir(), newSource(1)
	l := openLog(t, dir, Options{})
	before := src.next()
	record(t, l, before)
	setBusyTimeout(l, 10*time.Millisecond)
	release := holdLock(t, dir)
	if err := l.Record(t.Context(), src.next()); !errors.Is(err, ErrBusy) {
		t.Errorf("Record got %v, want ErrBusy", err)
	}
	if got := list(t, openReader(t, dir), Query{}); len(got) != 1 {
		t.Errorf("a reader sees %v, want 1 delivery", got)
	}
	// A queued attempt is retried until the log is unlocked or the retries are used up.
	setBusyTimeout(l, 500*time.Millisecond)
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
}

func TestAttemptIsRetriedWhenTheLogIsBusy(t *testing.T) {
	dir := t.TempDir()
	l, d := openLog(t, dir, Options{}), newSource(1).next()
	record(t, l, d)
	setBusyTimeout(l, 300*time.Millisecond) // the twelve retries last much longer than it takes to release the lock
	release := holdLock(t, dir)
	due := []Due{{Target: "http://localhost:4000/"}}
	if _, err := l.AddAttempts(d.ID, []webhook.Attempt{answered(200)}, due); !errors.Is(err, ErrBusy) {
		t.Errorf("AddAttempts got %v, want ErrBusy after the first try", err)
	}
	setBusyTimeout(l, busyTimeout)
	release()
	if err := l.Flush(t.Context()); err != nil { // the attempt is in the batch of the flush, or in an earlier one
		t.Fatal(err)
	}
	if got := get(t, l.Reader(), d.ID); got.Status != webhook.StatusDelivered || len(got.History) != 1 {
		t.Errorf("%s with %d attempts, want delivered with one", got.Status, len(got.History))
	}
	if isDue, err := l.Reader().IsDue(t.Context(), d.ID); err != nil || !isDue {
		t.Errorf("is due: %v, %v; want true, because it was written with the attempt", isDue, err)
	}
}

func TestRecordWaitsForALockedLog(t *testing.T) {
	dir, src := t.TempDir(), newSource(1)
	l := openLog(t, dir, Options{})
	release := holdLock(t, dir)
	recorded := make(chan error)
	go func() { recorded <- l.Record(t.Context(), src.next()) }()
	timer := time.NewTimer(30 * time.Millisecond)
	select {
	case err := <-recorded:
		t.Errorf("Record got %v while another process holds the lock", err)
	case <-timer.C:
	}
	release()
	if err := <-recorded; err != nil {
		t.Errorf("Record got %v", err)
	}
}

func TestAttemptIsDroppedAfterTheLastRetry(t *testing.T) {
	dir, src := t.TempDir(), newSource(1)
	failed := make(chan error, 1)
	l := openLog(t, dir, Options{OnError: func(err error) { failed <- err }})
	d := src.next()
	record(t, l, d)
	setBusyTimeout(l, 0)
	release := holdLock(t, dir)
	defer release()
	if err := l.QueueAttempts(d.ID, []webhook.Attempt{answered(200)}, nil); err != nil {
		t.Fatal(err)
	}
	if err := <-failed; !errors.Is(err, ErrBusy) {
		t.Errorf("OnError got %v, want ErrBusy", err)
	}
	if err := l.QueueAttempts(d.ID, []webhook.Attempt{answered(200)}, nil); err != nil {
		t.Fatal(err)
	}
	setBusyTimeout(l, 0)
	closeLog(t, l)
	if err := <-failed; !errors.Is(err, ErrBusy) {
		t.Errorf("OnError at the end got %v, want ErrBusy", err)
	}
}
