package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// movableLog is an open log whose directory can be moved.
type movableLog struct {
	*Log
	dir  string
	errs chan error // what OnError received
}

func openMovable(t *testing.T) *movableLog {
	t.Helper()
	if !canBeReplaced {
		t.Skip("an open file cannot be moved on this system")
	}
	m := &movableLog{dir: filepath.Join(t.TempDir(), "data"), errs: make(chan error, 16)}
	m.Log = openLog(t, m.dir, Options{OnError: func(err error) { m.errs <- err }})
	return m
}

// move moves the data directory and returns its new path.
func (m *movableLog) move(t *testing.T) string {
	t.Helper()
	aside := m.dir + ".aside"
	if err := os.Rename(m.dir, aside); err != nil {
		t.Fatal(err)
	}
	return aside
}

func TestRecordAfterTheLogWasMovedGoesToANewLog(t *testing.T) {
	t.Parallel()
	m := openMovable(t)
	deliveries := newSource(1)
	before, after := deliveries.next(), deliveries.next()
	record(t, m.Log, before)
	cursor := cursorOfReader(t, m.Reader())
	aside := m.move(t)
	record(t, m.Log, after)
	if got := list(t, openReader(t, m.dir), Query{}); !slices.Equal(got, []webhook.ID{after.ID}) {
		t.Errorf("the new log has %v, want %s", got, after.ID)
	}
	if err := <-m.errs; !errors.Is(err, ErrReplaced) {
		t.Errorf("OnError got %v, want ErrReplaced", err)
	}
	// A reader that follows this Log continues and misses nothing.
	if got := changes(t, m.Reader(), cursor, 10); len(got) != 1 || got[0].Kind != ChangeRecorded || got[0].Summary.ID != after.ID {
		t.Errorf("after the change %d: got %+v, want that %s was recorded", cursor, got, after.ID)
	}
	attempt(t, m.Log, after.ID, answered(200))
	closeLog(t, m.Log)
	// Close leaves the files of the old log as they are, and deletes none of the new log.
	for dir, want := range map[string]webhook.ID{aside: before.ID, m.dir: after.ID} {
		if got := list(t, openReader(t, dir), Query{}); !slices.Equal(got, []webhook.ID{want}) {
			t.Errorf("in %s: got %v, want %s", dir, got, want)
		}
		checkIntegrity(t, dir)
	}
}

func TestRecordGoesToTheLogThatReplacedTheOldOne(t *testing.T) {
	t.Parallel()
	m := openMovable(t)
	deliveries := newSource(1)
	record(t, m.Log, deliveries.next(), deliveries.next(), deliveries.next())
	cursor := cursorOfReader(t, m.Reader())
	m.move(t)
	other := openLog(t, m.dir, Options{})
	theirs, ours := deliveries.next(), deliveries.next()
	record(t, other, theirs)
	record(t, m.Log, ours)
	if got := list(t, openReader(t, m.dir), Query{}); !slices.Equal(got, []webhook.ID{theirs.ID, ours.ID}) {
		t.Errorf("got %v, want %s and %s", got, theirs.ID, ours.ID)
	}
	got := changes(t, m.Reader(), cursor, 10)
	if len(got) == 0 || got[len(got)-1].Summary.ID != ours.ID {
		t.Errorf("after the change %d: got %+v, want %s", cursor, got, ours.ID)
	}
	record(t, other, deliveries.next())
	checkIntegrity(t, m.dir)
}

// The writer checks the file again once it has read the entries: some of them may be younger than its first check.
func TestEntriesThatAreFiledWhileTheLogIsMovedGoToTheNewLog(t *testing.T) {
	t.Parallel()
	m := openMovable(t)
	record(t, m.Log, newSource(2).next())
	want, release := startFiling(t, m.Log, 3)
	f := &m.recorder.get().filing
	move := sync.OnceFunc(func() { m.move(t) })
	f.source = hookedSource{f.source, move}
	release()
	flush(t, m.Log)
	if err := <-m.errs; !errors.Is(err, ErrReplaced) {
		t.Errorf("OnError got %v, want ErrReplaced", err)
	}
	if got := list(t, openReader(t, m.dir), Query{}); !slices.Equal(got, idsOf(want)) {
		t.Errorf("the new log has %v, want %v", got, idsOf(want))
	}
}

func TestMovedLogIsNoticedWithoutADelivery(t *testing.T) {
	t.Parallel()
	m := openMovable(t)
	record(t, m.Log, newSource(1).next())
	m.move(t)
	if err := <-m.errs; !errors.Is(err, ErrReplaced) {
		t.Errorf("OnError got %v, want ErrReplaced", err)
	}
	if got := list(t, openReader(t, m.dir), Query{}); len(got) != 0 {
		t.Errorf("the new log has %v, want nothing", got)
	}
	// Maintenance plans for the new log.
	record(t, m.Log, newSource(2).next())
	tidy(t, m.Log)
	if got := list(t, m.Reader(), Query{}); len(got) != 1 {
		t.Errorf("got %v, want one delivery", got)
	}
}

func TestRecordFailsIfNoNewLogCanBeCreated(t *testing.T) {
	t.Parallel()
	m := openMovable(t)
	record(t, m.Log, newSource(1).next())
	m.move(t)
	if err := os.WriteFile(m.dir, []byte("in its place"), 0o600); err != nil {
		t.Fatal(err)
	}
	src := newSource(2)
	first, second := src.next(), src.next()
	if err := m.Record(t.Context(), first); err != nil { // the writer has not yet noticed that the log was moved
		t.Fatal(err)
	}
	if err := m.Flush(t.Context()); err == nil {
		t.Error("Flush got no error without a log")
	}
	if err := m.Record(t.Context(), second); err == nil {
		t.Error("Record got no error without a log")
	}
	if err := os.Remove(m.dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	flush(t, m.Log)
	record(t, m.Log, second)
	if got := list(t, openReader(t, m.dir), Query{}); !slices.Equal(got, []webhook.ID{first.ID, second.ID}) {
		t.Errorf("got %v, want %s and %s", got, first.ID, second.ID)
	}
}

func cursorOfReader(t *testing.T, r *Reader) int64 {
	t.Helper()
	cursor, err := r.LastSeq(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return cursor
}
