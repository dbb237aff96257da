package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// mislaid is a log that is written and that somebody takes away.
type mislaid struct {
	*Log
	dir  string
	told chan error // what OnError was told
}

func openMislaid(t *testing.T) *mislaid {
	t.Helper()
	if !canBeReplaced {
		t.Skip("nobody can take an open file away here")
	}
	m := &mislaid{dir: filepath.Join(t.TempDir(), "data"), told: make(chan error, 16)}
	m.Log = openLog(t, m.dir, Options{OnError: func(err error) { m.told <- err }})
	return m
}

// away takes the whole data directory away, and returns where it is now.
func (m *mislaid) away(t *testing.T) string {
	t.Helper()
	aside := m.dir + ".aside"
	if err := os.Rename(m.dir, aside); err != nil {
		t.Fatal(err)
	}
	return aside
}

func TestWhatIsRecordedAfterTheLogWasTakenAwayIsInANewOne(t *testing.T) {
	t.Parallel()
	m := openMislaid(t)
	deliveries := newSource(1)
	before, after := deliveries.next(), deliveries.next()
	record(t, m.Log, before)
	cursor := cursorOfReader(t, m.Reader())
	aside := m.away(t)
	record(t, m.Log, after)
	if got := list(t, openReader(t, m.dir), Query{}); !slices.Equal(got, []webhook.ID{after.ID}) {
		t.Errorf("the new log has %v, want %s", got, after.ID)
	}
	if err := <-m.told; !errors.Is(err, ErrReplaced) {
		t.Errorf("got %v told, want that it was taken away", err)
	}
	// Who follows this Log goes on, and misses nothing.
	if got := changes(t, m.Reader(), cursor, 10); len(got) != 1 || got[0].Kind != ChangeRecorded || got[0].Summary.ID != after.ID {
		t.Errorf("after the change %d: got %+v, want that %s was recorded", cursor, got, after.ID)
	}
	attempt(t, m.Log, after.ID, answered(200))
	closeLog(t, m.Log)
	// The old log's own files are left as they were, and closing it took none of the new one's.
	for dir, want := range map[string]webhook.ID{aside: before.ID, m.dir: after.ID} {
		if got := list(t, openReader(t, dir), Query{}); !slices.Equal(got, []webhook.ID{want}) {
			t.Errorf("in %s: got %v, want %s", dir, got, want)
		}
		checkIntegrity(t, dir)
	}
}

func TestTheLogOfAnotherThatTookItsPlaceIsWritten(t *testing.T) {
	t.Parallel()
	m := openMislaid(t)
	deliveries := newSource(1)
	record(t, m.Log, deliveries.next(), deliveries.next(), deliveries.next())
	cursor := cursorOfReader(t, m.Reader())
	m.away(t)
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

func TestALogThatIsTakenAwayIsNoticedWithoutADelivery(t *testing.T) {
	t.Parallel()
	m := openMislaid(t)
	record(t, m.Log, newSource(1).next())
	m.away(t)
	if err := <-m.told; !errors.Is(err, ErrReplaced) {
		t.Errorf("got %v told, want that it was taken away", err)
	}
	if got := list(t, openReader(t, m.dir), Query{}); len(got) != 0 {
		t.Errorf("the new log has %v, want nothing", got)
	}
	// What is to be pruned is looked for in the new one.
	record(t, m.Log, newSource(2).next())
	tidy(t, m.Log)
	if got := list(t, m.Reader(), Query{}); len(got) != 1 {
		t.Errorf("got %v, want what was recorded", got)
	}
}

func TestWhereNoNewLogCanBeginNothingIsAcknowledged(t *testing.T) {
	t.Parallel()
	m := openMislaid(t)
	record(t, m.Log, newSource(1).next())
	m.away(t)
	if err := os.WriteFile(m.dir, []byte("in its place"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := newSource(2).next()
	if err := m.Record(t.Context(), d); err == nil {
		t.Error("it was recorded where there is no log")
	}
	if err := os.Remove(m.dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	record(t, m.Log, d)
	if got := list(t, openReader(t, m.dir), Query{}); !slices.Equal(got, []webhook.ID{d.ID}) {
		t.Errorf("got %v, want %s", got, d.ID)
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
