package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestRecentChangesAreThoseOfTheLog(t *testing.T) {
	served := 0
	for seed := range uint64(8) {
		served += compareRecent(t, seed)
	}
	if served < 100 {
		t.Errorf("memory had the changes %d times, want 100 at least", served)
	}
}

// compareRecent compares changes in memory with those in the log, and returns how often memory had them.
func compareRecent(t *testing.T, seed uint64) (served int) {
	t.Helper()
	dir := t.TempDir()
	l := openLog(t, dir, Options{})
	memory, file := l.Reader(), openReader(t, dir)
	cursor, n := int64(0), 0
	memory.recent.wanted.Store(true)
	l.writer.txMu.Lock()
	defer l.writer.txMu.Unlock()
	writeRandomly(t, l, seed, func() {
		if n++; n%int(seed+1) != 0 {
			return // several entries in a transaction
		}
		l.writer.txMu.Unlock()
		defer l.writer.txMu.Lock()
		flush(t, l)
		for _, q := range []Query{{Probes: true}, {}, {Session: "ses_7k3mq9z0ab", Not: "/home/dev/shop"}} {
			got := memory.recentOf(q, cursor, 1000)
			if len(got) == 0 {
				continue
			}
			served++
			want, err := file.ChangesOf(t.Context(), q, cursor, 1000)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(Cursor{}), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("seed %d: changes after %d (-log +memory):\n%s", seed, cursor, diff)
			}
		}
		var err error
		if cursor, err = file.LastSeq(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	return served
}

func TestRecentChangesOfAnotherProcessAreReadFromTheLog(t *testing.T) {
	dir := t.TempDir()
	one, other := openLog(t, dir, Options{}), openLog(t, dir, Options{})
	src := newSource(1)
	changes(t, one.Reader(), 0, 10) // somebody reads
	var want []webhook.ID
	cursor := int64(0)
	for _, l := range []*Log{one, other, one, one, other, other, one} {
		d := src.next()
		record(t, l, d)
		flush(t, l)
		want = append(want, d.ID)
		for _, ch := range changes(t, one.Reader(), cursor, 10) {
			if ch.Summary.ID != want[0] {
				t.Fatalf("got %s, want %s", ch.Summary.ID, want[0])
			}
			want, cursor = want[1:], ch.Seq
		}
	}
	if len(want) > 0 {
		t.Errorf("no change of %v was read", want)
	}
}

// What comes from a request counts, too: a path and a query can have 64 KiB.
func TestRecentChangesOfLongRequestsAreBounded(t *testing.T) {
	long := strings.Repeat("x", 60<<10)
	for name, change := range map[string]func(*webhook.Summary, *webhook.Attempt){
		"path":     func(s *webhook.Summary, _ *webhook.Attempt) { s.Path = long },
		"rest":     func(s *webhook.Summary, _ *webhook.Attempt) { s.Rest = long },
		"query":    func(s *webhook.Summary, _ *webhook.Attempt) { s.Query = long },
		"host":     func(s *webhook.Summary, _ *webhook.Attempt) { s.Host = long },
		"url":      func(_ *webhook.Summary, a *webhook.Attempt) { a.URL = long },
		"target":   func(_ *webhook.Summary, a *webhook.Attempt) { a.Target = long },
		"error":    func(_ *webhook.Summary, a *webhook.Attempt) { a.Error = long },
		"response": func(_ *webhook.Summary, a *webhook.Attempt) { a.Response = []byte(long) },
	} {
		var to recent
		to.wanted.Store(true)
		r, src := recentChanges{to: &to}, newSource(1)
		for n := range int64(100) {
			d, a := src.next(), answered(200)
			d.Status = webhook.StatusPending
			change(&d.Summary, &a)
			r.begin()
			r.record(n, &recordedBody{delivery: d})
			r.commit(3*n, 3*n+1)
			r.begin()
			r.attempt(d.ID, &attemptsToAdd{list: []webhook.Attempt{a}, headers: [][]byte{nil}}, d.Summary)
			r.commit(3*n+1, 3*n+2)
			for _, row := range r.open {
				if len(row.Path)+len(row.Rest)+len(row.Query)+len(row.Host) > recentOpenBytes {
					t.Fatalf("%s: a long request waits for its attempt in memory", name)
				}
			}
		}
		if kept := len(to.list) * len(long); kept > 2*recentBytes {
			t.Errorf("%s: about %d bytes are kept, want %d at most", name, kept, recentBytes)
		}
		r.begin()
		for n := range int64(100) { // in one transaction
			d, a := src.next(), answered(200)
			change(&d.Summary, &a)
			r.record(n, &recordedBody{delivery: d})
			r.attempt(d.ID, &attemptsToAdd{list: []webhook.Attempt{a}, headers: [][]byte{nil}}, d.Summary)
		}
		if len(r.batch.changes) > 0 {
			t.Errorf("%s: a transaction of %d bytes is kept", name, r.batch.bytes)
		}
	}
}

// An attempt at a delivery can end after a replay has resolved the delivery.
func TestRecentChangesOfResolvedDeliveriesAreThoseOfTheLog(t *testing.T) {
	for name, isOther := range map[string]bool{"by this process": false, "by another process": true} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l, src := openLog(t, dir, Options{}), newSource(1)
			by := l
			if isOther {
				by = openLog(t, dir, Options{})
			}
			changes(t, l.Reader(), 0, 10) // somebody reads
			d := src.next()
			record(t, l, d)
			replay := src.next(func(r *webhook.Delivery) { r.Body, r.ReplayOf, r.Routed = d.Body, d.ID, true })
			record(t, by, replay)
			attempt(t, by, replay.ID, answered(200))
			cursor, err := l.Reader().LastSeq(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			late := answered(0)
			late.Failure = webhook.FailureTimeout
			attempt(t, l, d.ID, late)
			got := changes(t, l.Reader(), cursor, 10)
			if len(got) != 1 || got[0].Summary.ResolvedBy != replay.ID {
				t.Errorf("got %+v, want one change of a delivery that %s resolved", got, replay.ID)
			}
		})
	}
}

func TestRecentChangesOfADeletedLogAreDropped(t *testing.T) {
	dir := t.TempDir()
	l, src := openLog(t, dir, Options{OnError: func(error) {}}), newSource(1)
	r := l.Reader()
	changes(t, r, 0, 10) // somebody reads
	for range 5 {
		record(t, l, src.next())
	}
	flush(t, l)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(filepath.Join(dir, FileName+suffix)); err != nil {
			t.Fatal(err)
		}
	}
	flush(t, l)
	if got := changes(t, r, 0, 10); len(got) > 0 {
		t.Errorf("got %d changes of the deleted log, want none", len(got))
	}
	if r.recent.hasAfter(0) {
		t.Error("memory has changes of the deleted log")
	}
}

func TestRecentChangesAreBounded(t *testing.T) {
	var r recent
	const transactions = 10 * recentBytes / 1000
	for n := range int64(transactions) {
		r.add(n, committed{seq: n + 1, changes: []recentChange{{row: &Row{}}}, bytes: 1000})
	}
	if r.bytes > recentBytes || len(r.list) > recentBytes/1000 {
		t.Errorf("%d bytes of %d transactions are kept, want %d bytes at most", r.bytes, len(r.list), recentBytes)
	}
	for _, dropped := range r.list[len(r.list):cap(r.list)] {
		if dropped.changes != nil {
			t.Error("a transaction that was dropped stays in memory")
			break
		}
	}
	if r.hasAfter(r.after-1) || !r.hasAfter(r.after) {
		t.Errorf("hasAfter does not say where memory begins, which is %d", r.after)
	}
	if got := r.read(r.after-1, 10); got != nil {
		t.Errorf("changes that were dropped: got %v, want none", got)
	}
	if got := r.read(r.after, 10); len(got) != 10 || got[0].Seq != r.after+1 {
		t.Errorf("got %v, want 10 changes after %d", got, r.after)
	}
	r.add(transactions+5, committed{seq: transactions + 6, changes: []recentChange{{row: &Row{}}}})
	if len(r.list) != 1 || r.after != transactions+5 {
		t.Errorf("after a change of another process: %d transactions after %d, want 1 after %d", len(r.list), r.after, transactions+5)
	}
}
