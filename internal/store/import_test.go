package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/store/encoding"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// recorded returns the deliveries of a recording, some of them with attempts.
func recorded(seed byte, n int) []*webhook.Delivery {
	s := newSource(seed)
	var all []*webhook.Delivery
	for i := range n {
		d := s.next(func(d *webhook.Delivery) {
			d.ReceivedAt = start.Add(time.Duration(i/2) * time.Millisecond) // two at the same time
			d.BodyBytes, d.Status = int64(len(d.Body)), webhook.StatusPending
			for tries := range i % 3 {
				a := answered(200 + 200*((i+tries)%2))
				a.N = tries + 1
				d.History = append(d.History, a)
			}
			if i == 7 {
				d.Body = make([]byte, 3*encoding.PartBytes+1)
				d.BodyBytes, d.Masked = int64(len(d.Body)), []string{"Cookie"}
			}
			if last := webhook.Deciding(d.History); len(d.History) > 0 {
				d.Status, d.Attempts = last.Status(), len(d.History)
				d.Target, d.Code, d.Duration, d.Failure = last.Target, last.Code, last.Duration, last.Failure
			}
		})
		all = append(all, d)
	}
	return all
}

func importAll(t testing.TB, dir string, o Options, all ...*webhook.Delivery) Imported {
	t.Helper()
	i, err := OpenImport(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := i.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}()
	for _, d := range all {
		if err := i.Add(t.Context(), d); err != nil {
			t.Fatalf("Add(%s): %v", d.ID, err)
		}
	}
	done, err := i.Commit(t.Context())
	if err != nil {
		t.Fatalf("Commit: %v", err)
	}
	return done
}

// atStart sets the log's clock to the time of the deliveries, because real time would make them too old to keep.
func atStart() Options {
	return Options{Now: func() time.Time { return start.Add(time.Hour) }}
}

func TestImportKeepsDeliveriesUnchanged(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	want := recorded(1, 1200) // more than one transaction
	if done := importAll(t, dir, atStart(), want...); done != (Imported{Added: len(want)}) {
		t.Errorf("Import = %+v, want %d added", done, len(want))
	}
	r := openReader(t, dir)
	at := 0
	err := r.Each(t.Context(), Query{}, func(got webhook.Delivery) error {
		if diff := cmp.Diff(*want[at], got, whole()); diff != "" {
			return fmt.Errorf("delivery %d (-want +got):\n%s", at, diff)
		}
		at++
		return nil
	})
	if err != nil || at != len(want) {
		t.Errorf("read %d of %d: %v", at, len(want), err)
	}
	if _, err := os.Stat(filepath.Join(dir, importMarker)); err == nil {
		t.Error("the import has left its marker")
	}
	checkIntegrity(t, dir)
}

func TestFollowerSeesAnImport(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, atStart())
	record(t, l, newSource(9).next())
	before, err := l.Reader().LastSeq(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := recorded(1, 600)
	importAll(t, dir, atStart(), all...)
	if err := l.Reader().Wait(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for cursor, most := before, 0; ; {
		some := changes(t, l.Reader(), cursor, 100)
		if most = max(most, len(some)); most > 600 {
			t.Fatalf("%d changes share a transaction", most)
		}
		if len(some) == 0 {
			break
		}
		for _, c := range some {
			got = append(got, fmt.Sprint(c.Kind, c.Summary.ID, c.Attempt.N))
		}
		cursor = some[len(some)-1].Seq
	}
	for _, d := range all {
		want = append(want, fmt.Sprint(ChangeRecorded, d.ID, 0))
		for _, a := range d.History {
			want = append(want, fmt.Sprint(ChangeAttempted, d.ID, a.N))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	record(t, l, newSource(8).next()) // change numbers continue after the import
	checkIntegrity(t, dir)
}

func TestImportOfPresentDeliveriesChangesNothing(t *testing.T) {
	dir := t.TempDir()
	all := recorded(2, 30)
	importAll(t, dir, atStart(), all...)
	more := recorded(3, 2)
	if done := importAll(t, dir, atStart(), slices.Concat(all, more, more)...); done != (Imported{Added: 2, Present: 32}) {
		t.Errorf("Import = %+v, want 2 added, 32 present", done)
	}
	if got := list(t, openReader(t, dir), Query{}); len(got) != 32 {
		t.Errorf("the log has %d, want 32", len(got))
	}
}

func TestClashImportsNothing(t *testing.T) {
	dir := t.TempDir()
	all := recorded(4, 900)
	importAll(t, dir, atStart(), all[0])
	i, err := OpenImport(t.Context(), dir, atStart())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all[1:] {
		if err := i.Add(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	other := *all[0]
	other.Body = []byte("another")
	var clash *ClashError
	if err := i.Add(t.Context(), &other); !errors.As(err, &clash) || clash.ID != other.ID || clash.Reason != "another payload" {
		t.Errorf("Add got %v, want a clash", err)
	}
	twice := *all[5]
	twice.Event = "other"
	if err := i.Add(t.Context(), &twice); !errors.As(err, &clash) {
		t.Errorf("Add of another delivery with the same id got %v, want a clash", err)
	}
	if err := i.Close(); err != nil {
		t.Fatal(err)
	}
	r := openReader(t, dir)
	if got := list(t, r, Query{}); !slices.Equal(got, []webhook.ID{all[0].ID}) {
		t.Errorf("the log has %d deliveries, want 1", len(got))
	}
	wantNothingAhead(t, r, 1)
}

// wantNothingAhead fails if the log has contents or attempts of more deliveries than it should have.
func wantNothingAhead(t *testing.T, r *Reader, deliveries int64) {
	t.Helper()
	err := r.with(t.Context(), func(c *sqlite.Conn) error {
		for _, text := range []string{"SELECT count(*) FROM content", "SELECT count(DISTINCT delivery) FROM attempt", "SELECT count(DISTINCT delivery) FROM part"} {
			if n, err := c.Number(text); err != nil || n > deliveries {
				t.Errorf("%s gives %d, %v, want at most %d", text, n, err, deliveries)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestNextImportCleansUpAfterAKilledOne(t *testing.T) {
	dir := t.TempDir()
	i, err := OpenImport(t.Context(), dir, atStart())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range recorded(5, 1100) {
		if err := i.Add(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if err := i.close(); err != nil { // as when the process ends
		t.Fatal(err)
	}
	r := openReader(t, dir)
	if got := list(t, r, Query{}); len(got) != 0 {
		t.Fatalf("the log shows %d deliveries of an uncommitted import", len(got))
	}
	importAll(t, dir, atStart(), recorded(6, 3)...)
	wantNothingAhead(t, r, 3)
	checkIntegrity(t, dir)
}

func TestPruneCleansUpAfterAKilledImport(t *testing.T) {
	dir := t.TempDir()
	kept := recorded(6, 1)
	importAll(t, dir, atStart(), kept...)
	i, err := OpenImport(t.Context(), dir, atStart())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range recorded(5, 1100) {
		if err := i.Add(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if err := i.flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := Prune(t.Context(), dir, nil); err != nil {
		t.Errorf("Prune during an import: %v", err)
	}
	if i.staged != 1100 {
		t.Fatal("the import has written nothing")
	}
	if err := i.close(); err != nil { // as when the process ends
		t.Fatal(err)
	}
	before := logSize(t, dir)
	done, err := Prune(t.Context(), dir, nil)
	if err != nil || logSize(t, dir) > before/2 {
		t.Errorf("Prune = %+v, %v; the log had %d bytes and has %d", done, err, before, logSize(t, dir))
	}
	wantNothingAhead(t, openReader(t, dir), 1)
}

func TestSecondImportIsRefused(t *testing.T) {
	dir := t.TempDir()
	i, err := OpenImport(t.Context(), dir, atStart())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenImport(t.Context(), dir, atStart()); !errors.Is(err, ErrImporting) {
		t.Errorf("a second import got %v, want ErrImporting", err)
	}
	if err := i.Close(); err != nil {
		t.Fatal(err)
	}
	importAll(t, dir, atStart())
}

func TestImportCountsDeliveriesBeyondTheRetention(t *testing.T) {
	dir := t.TempDir()
	o := Options{Now: func() time.Time { return start.Add(40 * 24 * time.Hour) }, Retention: Retention{Deliveries: 50}}
	fresh := recorded(7, 4)
	for _, d := range fresh {
		d.ReceivedAt = o.Now()
	}
	done := importAll(t, dir, o, slices.Concat(fresh, recorded(8, 6))...)
	if done != (Imported{Added: 10, Beyond: 6}) {
		t.Errorf("Import = %+v, want 6 of 10 beyond the retention", done)
	}
	l := openLog(t, dir, o)
	tidy(t, l)
	if n, err := l.Reader().Count(t.Context(), Query{}); err != nil || n != 4 {
		t.Errorf("after pruning, the log has %d, %v, want 4", n, err)
	}
}

// bystander records deliveries continuously, and counts those that start and end while another operation runs.
type bystander struct {
	recorded, during int // read only after stop
	busy             atomic.Bool
	few              atomic.Bool // fewer than five were recorded during the operation
	stop             func()
}

func newBystander(t *testing.T, l *Log) *bystander {
	ctx, cancel := context.WithCancel(t.Context())
	b := &bystander{}
	b.few.Store(true)
	var recording sync.WaitGroup
	recording.Go(func() {
		for live := newSource(9); ctx.Err() == nil; {
			begun := b.busy.Load()
			err := l.Record(context.Background(), live.next())
			if err = errors.Join(err, l.Flush(context.Background())); err != nil {
				t.Errorf("Record during the operation: %v", err)
				return
			}
			b.recorded++
			if begun && b.busy.Load() {
				b.during++
				b.few.Store(b.during < 5)
			}
		}
	})
	b.stop = func() { cancel(); recording.Wait() }
	return b
}

// runWhileRecording runs an operation while the bystander records.
func (b *bystander) runWhileRecording(do func()) {
	b.busy.Store(true)
	do()
	b.busy.Store(false)
}

// Deliveries of a listen are recorded during an import, without waiting for its end.
func TestImportDoesNotBlockAListen(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, atStart())
	other, imported := newBystander(t, l), 0
	for seed := byte(10); seed < 20 && other.few.Load(); seed++ { // on a slow machine, one import may be too short
		all := recorded(seed, 3000)
		other.runWhileRecording(func() { importAll(t, dir, atStart(), all...) })
		imported += len(all)
	}
	other.stop()
	if n, err := l.Reader().Count(t.Context(), Query{}); err != nil || n != imported+other.recorded || other.during < 5 {
		t.Errorf("the log has %d, %v, want %d and %d; %d were recorded during the import, want at least 5", n, err, imported, other.recorded, other.during)
	}
	checkIntegrity(t, dir)
}
