package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/store/database"
	"github.com/vidiking/vidiking-cli/internal/store/journal"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// crash copies the files of a log. The copy is what the next process finds if this one is killed now: the locks are gone, and so is the
// -shm file, which SQLite rebuilds from the -wal file.
func crash(t *testing.T, dir string) (copied string) {
	t.Helper()
	copied = t.TempDir()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), "-shm") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err == nil {
			err = os.WriteFile(filepath.Join(copied, e.Name()), content, sqlite.FileMode)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return copied
}

// checkRecovered opens a crashed log and expects these deliveries, each once and with one attempt.
func checkRecovered(t *testing.T, dir string, want ...*webhook.Delivery) {
	t.Helper()
	r := openReader(t, dir)
	if got := list(t, r, Query{}); !slices.Equal(got, idsOf(want)) {
		t.Errorf("the log has %v, want %v", got, idsOf(want))
	}
	for _, d := range want {
		if got := get(t, r, d.ID); len(got.History) != 1 || got.Status != webhook.StatusDelivered || string(got.Body) != string(d.Body) {
			t.Errorf("%s has %d attempts and is %s, want one and delivered", d.ID, len(got.History), got.Status)
		}
	}
	if n, err := r.Count(t.Context(), Query{}); err != nil || n != len(want) {
		t.Errorf("Count = %d, %v, want %d", n, err, len(want))
	}
	if journal.Exists(dir) {
		t.Error("the journal still exists")
	}
	checkIntegrity(t, dir)
}

func idsOf(deliveries []*webhook.Delivery) (all []webhook.ID) {
	for _, d := range deliveries {
		all = append(all, d.ID)
	}
	return all
}

// startFiling records deliveries with an attempt each, which the writer does not file before release is called.
func startFiling(t *testing.T, l *Log, n int) (deliveries []*webhook.Delivery, release func()) {
	t.Helper()
	src := newSource(1)
	l.writer.txMu.Lock()
	for range n {
		d := src.next()
		err := l.Record(t.Context(), d)
		if err == nil {
			err = l.QueueAttempts(d.ID, []webhook.Attempt{answered(200)}, nil)
		}
		if err != nil {
			t.Error(err)
		}
		deliveries = append(deliveries, d)
	}
	return deliveries, l.writer.txMu.Unlock
}

func TestKillBeforeFiling(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, Options{})
	want, release := startFiling(t, l, 5)
	crashed := crash(t, dir)
	release()
	checkRecovered(t, crashed, want...)
}

// hookedSource calls a function after each frame.
type hookedSource struct {
	frameSource
	after func()
}

func (s hookedSource) Read(after journal.Position, f func(journal.Position, []byte) error) error {
	return s.frameSource.Read(after, func(end journal.Position, payload []byte) error {
		err := f(end, payload)
		s.after()
		return err
	})
}

func TestKillInTheMiddleOfFiling(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, Options{})
	want, release := startFiling(t, l, 3)
	var crashed []string
	f := &l.recorder.get().filing
	f.source = hookedSource{f.source, func() { crashed = append(crashed, crash(t, dir)) }}
	release()
	flush(t, l)
	if len(crashed) != 12 { // each frame is read twice
		t.Fatalf("%d frames were read, want 12", len(crashed))
	}
	for _, dir := range crashed {
		checkRecovered(t, dir, want...)
	}
}

// The position up to which the journal is filed is committed with the entries. Whatever the writer does after the commit, the next process
// does not file them again.
func TestKillAfterTheCommit(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, Options{})
	want, release := startFiling(t, l, 3)
	var crashed []string
	l.writer.conn.OnCommit(func(int) { crashed = append(crashed, crash(t, dir)) })
	release()
	flush(t, l)
	if len(crashed) == 0 {
		t.Fatal("nothing was committed")
	}
	for _, dir := range crashed {
		checkRecovered(t, dir, want...)
	}
}

// A process that dies while it appends leaves a part of a frame, which was not acknowledged.
func TestKillDuringAnAppend(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, Options{})
	want, release := startFiling(t, l, 2)
	defer release()
	path := journalFile(t, dir)
	before := fileSize(t, path)
	torn := newSource(2).next()
	if err := l.Record(t.Context(), torn); err != nil {
		t.Fatal(err)
	}
	for _, size := range []int64{before, before + 1, before + 8, before + 100, fileSize(t, path) - 1} {
		crashed := crash(t, dir)
		if err := os.Truncate(journalFile(t, crashed), size); err != nil {
			t.Fatal(err)
		}
		checkRecovered(t, crashed, want...)
	}
}

func journalFile(t *testing.T, dir string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "journal-*-000001"))
	if err != nil || len(found) != 1 {
		t.Fatalf("the journal files are %v, %v, want one", found, err)
	}
	return found[0]
}

func fileSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func TestKillDuringRotation(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, Options{})
	want, release := startFiling(t, l, 2)
	defer release()
	header, err := os.ReadFile(journalFile(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"empty": nil, "half of the header": header[:10], "the header": header[:24]} {
		t.Run(name, func(t *testing.T) {
			crashed := crash(t, dir)
			next := strings.TrimSuffix(journalFile(t, crashed), "000001") + "000002"
			if err := os.WriteFile(next, content, sqlite.FileMode); err != nil {
				t.Fatal(err)
			}
			checkRecovered(t, crashed, want...)
		})
	}
}

// A journal of several files is filed, and its files are removed, while the process continues to write.
func TestRotatedFilesAreRemoved(t *testing.T) {
	dir := t.TempDir()
	l, src := openLog(t, dir, Options{}), newSource(1)
	var want []*webhook.Delivery
	for range 20 {
		d := src.next(func(d *webhook.Delivery) { d.Body = make([]byte, 2<<20) })
		record(t, l, d)
		attempt(t, l, d.ID, answered(200))
		want = append(want, d)
	}
	if err := l.maintenance.keepJournal(); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "journal-*-*")); err != nil || len(left) != 1 {
		t.Errorf("the journal files are %v, %v, want one", left, err)
	}
	checkRecovered(t, crash(t, dir), want...)
}

// A process that dies while it recovers a journal leaves it to the next one.
func TestKillDuringRecovery(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, Options{})
	want, release := startFiling(t, l, 4)
	defer release()
	for frames := range 9 {
		crashed := crash(t, dir)
		path := filepath.Join(crashed, FileName)
		c, err := database.OpenWriting(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		died := errors.New("the process dies here")
		err = journal.Recover(t.Context(), crashed, func(d *journal.Dead) error {
			f, err := filingOf(c, d)
			if err != nil {
				return err
			}
			if _, err := (&transaction{}).fileBatch(c, f, journal.Batch{Frames: frames, Bytes: filingBatch.Bytes}); err != nil {
				return err
			}
			return died
		})
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		if !errors.Is(err, died) {
			t.Fatalf("Recover got %v", err)
		}
		checkRecovered(t, crashed, want...)
	}
}

func TestJournalIsRecoveredOnceByManyProcesses(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, Options{})
	want, release := startFiling(t, l, 50)
	defer release()
	crashed := crash(t, dir)
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			if i%2 == 0 {
				closeLog(t, openLog(t, crashed, Options{}))
				return
			}
			r, err := OpenReader(t.Context(), crashed)
			if err != nil {
				t.Errorf("OpenReader: %v", err)
				return
			}
			if n, err := r.Count(t.Context(), Query{}); err != nil || n != len(want) {
				t.Errorf("a reader counts %d, %v, want %d", n, err, len(want))
			}
			_ = r.Close()
		})
	}
	all.Wait()
	checkRecovered(t, crashed, want...)
}

// A journal whose log was deleted is filed into the log that replaced it, except for the entries that the old log had.
func TestJournalOfADeletedLogIsFiledIntoTheNewOne(t *testing.T) {
	dir := t.TempDir()
	l, src := openLog(t, dir, Options{}), newSource(7)
	old := src.next()
	record(t, l, old)
	want, release := startFiling(t, l, 2) // the first append also writes that the old delivery is filed
	defer release()
	crashed := crash(t, dir)
	for _, name := range []string{FileName, FileName + "-wal"} {
		if err := os.Remove(filepath.Join(crashed, name)); err != nil {
			t.Fatal(err)
		}
	}
	closeLog(t, openLog(t, crashed, Options{}))
	checkRecovered(t, crashed, want...)
}

func TestStateAndDueTimesAreRecordedWithTheDelivery(t *testing.T) {
	dir := t.TempDir()
	l, src := openLog(t, dir, Options{}), newSource(1)
	first, second := src.next(), src.next()
	due := Due{Target: "http://localhost:3000/", At: start.Add(time.Hour)}
	if err := l.RecordWith(t.Context(), first, Extra{[]State{{"job_1", []byte("queued")}, {"job_2", []byte("x")}, {"other", []byte("y")}}, nil}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := l.Reader().State(t.Context(), "job_1"); err != nil {
		t.Fatal(err)
	}
	l.writer.txMu.Lock()
	err := errors.Join(
		l.RecordWith(t.Context(), second, Extra{[]State{{"job_1", []byte("done\x00")}}, []Due{due}}),
		l.SetState(t.Context(), State{"job_2", nil}, State{"job_3", []byte("new")}),
	)
	crashed := crash(t, dir)
	l.writer.txMu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	r := openReader(t, crashed)
	got, err := r.States(t.Context(), "job_")
	if diff := cmp.Diff([]State{{"job_1", []byte("done\x00")}, {"job_3", []byte("new")}}, got); diff != "" || err != nil {
		t.Errorf("states (-want +got), %v:\n%s", err, diff)
	}
	if _, ok, err := r.State(t.Context(), "job_2"); ok || err != nil {
		t.Errorf("State of a deleted key: %v, %v", ok, err)
	}
	if got, ok, err := r.State(t.Context(), "other"); string(got) != "y" || !ok || err != nil {
		t.Errorf("State(other) = %q, %v, %v", got, ok, err)
	}
	all, err := r.Due(t.Context())
	due.ID, due.Event, due.Project, due.Session = second.ID, second.Event, second.Project, second.Session
	if diff := cmp.Diff([]Due{due}, all); diff != "" || err != nil {
		t.Errorf("due (-want +got), %v:\n%s", err, diff)
	}
}
