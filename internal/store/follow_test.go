package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// formatChanges formats changes: the number, the kind, the delivery and the attempt.
func formatChanges(list []Change) []string {
	names := map[ChangeKind]string{
		ChangeRecorded: "recorded", ChangeAttempted: "attempted", ChangeResolved: "mended", ChangeGap: "gap",
	}
	out := []string{}
	for _, ch := range list {
		out = append(out, fmt.Sprintf("%d %s %s %d", ch.Seq, names[ch.Kind], ch.Summary.ID, ch.Attempt.N))
	}
	return out
}

func TestChangesAreInOrder(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	r := l.Reader()
	if got, err := r.LastSeq(t.Context()); got != 0 || err != nil {
		t.Errorf("Cursor of an empty log: %d, %v, want 0", got, err)
	}
	a, b := src.next(), src.next()
	record(t, l, a)
	attempt(t, l, a.ID, answered(500))
	record(t, l, b)
	attempt(t, l, a.ID, answered(200))
	all := []string{
		fmt.Sprintf("1 recorded %s 0", a.ID), fmt.Sprintf("2 attempted %s 1", a.ID),
		fmt.Sprintf("3 recorded %s 0", b.ID), fmt.Sprintf("4 attempted %s 2", a.ID),
	}
	for after := range 5 {
		got := changes(t, r, int64(after), 10)
		if diff := cmp.Diff(all[after:], formatChanges(got), whole()); diff != "" {
			t.Errorf("after %d (-want +got):\n%s", after, diff)
		}
	}
	if got, err := r.LastSeq(t.Context()); got != 4 || err != nil {
		t.Errorf("Cursor: %d, %v, want 4", got, err)
	}
	first := changes(t, r, 0, 2)
	if diff := cmp.Diff(all[:2], formatChanges(first)); diff != "" {
		t.Errorf("the first two (-want +got):\n%s", diff)
	}
	want := get(t, r, a.ID)
	if diff := cmp.Diff(want.Summary, first[0].Summary); diff != "" {
		t.Errorf("summary as it is now (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want.History[0], first[1].Attempt, whole()); diff != "" {
		t.Errorf("attempt (-want +got):\n%s", diff)
	}
}

func TestChangesOfOneTransactionAreNotSplit(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	record(t, l, src.next())
	recordTogether(t, l, src.next(), src.next(), src.next(), src.next())
	record(t, l, src.next())
	var seqs []int64
	for cursor := int64(0); ; {
		got := changes(t, l.Reader(), cursor, 2)
		if len(got) == 0 {
			break
		}
		for _, ch := range got {
			seqs = append(seqs, ch.Seq)
		}
		cursor = got[len(got)-1].Seq
	}
	if diff := cmp.Diff([]int64{1, 5, 5, 5, 5, 6}, seqs); diff != "" {
		t.Errorf("numbers read two at a time (-want +got):\n%s", diff)
	}
}

func TestPrunedChangesLeaveAGap(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	a, b, c := src.next(), src.next(), src.next()
	record(t, l, a, b, c)
	attempt(t, l, b.ID, answered(200))
	prune := func(text string, args ...any) {
		l.writer.txMu.Lock()
		defer l.writer.txMu.Unlock()
		if err := l.writer.conn.Exec(text, args...); err != nil {
			t.Fatal(err)
		}
	}
	prune("DELETE FROM change WHERE row <= ?", 1)
	rest := []string{fmt.Sprintf("2 recorded %s 0", b.ID), fmt.Sprintf("3 recorded %s 0", c.ID), fmt.Sprintf("4 attempted %s 1", b.ID)}
	if diff := cmp.Diff(append([]string{"1 gap  0"}, rest...), formatChanges(changes(t, l.Reader(), 0, 10))); diff != "" {
		t.Errorf("from before the pruned changes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(rest, formatChanges(changes(t, l.Reader(), 1, 10))); diff != "" {
		t.Errorf("from the end of the gap (-want +got):\n%s", diff)
	}
	prune("DELETE FROM delivery WHERE id = ?", string(b.ID))
	want := []string{"2 gap  0", fmt.Sprintf("3 recorded %s 0", c.ID), "4 gap  0"}
	if diff := cmp.Diff(want, formatChanges(changes(t, l.Reader(), 0, 10))); diff != "" {
		t.Errorf("with a deleted delivery in the middle (-want +got):\n%s", diff)
	}
	prune("DELETE FROM delivery WHERE id = ?", string(c.ID))
	if diff := cmp.Diff([]string{"4 gap  0"}, formatChanges(changes(t, l.Reader(), 0, 10))); diff != "" {
		t.Errorf("without any delivery (-want +got):\n%s", diff)
	}
}

func TestWaitReturnsAtOnceIfThereAreChanges(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	record(t, l, src.next())
	if err := l.Reader().Wait(t.Context(), 0); err != nil {
		t.Errorf("Wait(0) got %v", err)
	}
}

func TestWaitIsWokenByTheWriter(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l, err := Open(t.Context(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer closeLog(t, l)
		began := time.Now()
		woken := make(chan error)
		for range 3 {
			go func() { woken <- l.Reader().Wait(t.Context(), 0) }()
		}
		synctest.Wait() // until all of them wait
		record(t, l, newSource(1).next())
		for range 3 {
			if err := <-woken; err != nil {
				t.Errorf("Wait got %v", err)
			}
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("Wait took %v, want less than one poll interval", took)
		}
	})
}

func TestWaitEndsWithItsContextOrReader(t *testing.T) {
	dir := t.TempDir()
	openLog(t, dir, Options{})
	r, err := OpenReader(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	woken := make(chan error)
	go func() { woken <- r.Wait(ctx, 0) }()
	cancel()
	if err := <-woken; !errors.Is(err, context.Canceled) {
		t.Errorf("Wait got %v, want context.Canceled", err)
	}
	go func() { woken <- r.Wait(t.Context(), 0) }()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-woken; !errors.Is(err, ErrClosed) {
		t.Errorf("Wait got %v, want ErrClosed", err)
	}
}

// The test uses another connection instead of another process. TestFollowAcrossProcesses uses a real one.
func TestWaitPollsEvery15Milliseconds(t *testing.T) {
	dir := t.TempDir()
	l, src := openLog(t, dir, Options{}), newSource(1)
	synctest.Test(t, func(t *testing.T) {
		r, err := OpenReader(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		began := time.Now()
		time.AfterFunc(110*time.Millisecond, func() { writeBeside(t, l, src.next()) })
		if err := r.Wait(t.Context(), 0); err != nil {
			t.Errorf("Wait got %v", err)
		}
		if took := time.Since(began); took != 120*time.Millisecond {
			t.Errorf("Wait took %v, want 120ms, at the eighth poll", took)
		}
	})
}

// writeBeside writes through its own connection.
func writeBeside(t *testing.T, l *Log, d *webhook.Delivery) {
	if err := writeDirectly(&transaction{}, l.writer.conn, d); err != nil {
		t.Errorf("write: %v", err)
	}
}
