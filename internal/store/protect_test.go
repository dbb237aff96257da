package store

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// stepInto panics in the middle of a transaction, while a statement still has rows.
func stepInto(c *sqlite.Conn) error {
	return c.Transact(func() error {
		return c.Rows("SELECT 1 UNION ALL SELECT 2", nil, func(*sqlite.Row) error { panic("sqlite3: out of memory") })
	})
}

func TestPanicFailsOnlyItsJob(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{})
	broken := l.newJob(jobAdopt) // without an adoption it dereferences nil in the transaction
	d := newSource(1).next()
	record(t, l, d)
	l.writer.txMu.Lock() // puts all three jobs into one batch
	errs := make(chan error, 3)
	for _, do := range []func() error{
		func() error { return l.Hold(Due{ID: d.ID, Target: "http://localhost:1/"}, "") },
		func() error { return l.do(t.Context(), broken) },
		func() error { return l.Hold(Due{ID: d.ID, Target: "http://localhost:2/"}, "") },
	} {
		go func() { errs <- do() }()
	}
	l.writer.txMu.Unlock()
	var failed []string
	for range 3 {
		if err := <-errs; err != nil {
			failed = append(failed, err.Error())
		}
	}
	if len(failed) != 1 || !strings.HasPrefix(failed[0], "the database panicked: ") {
		t.Errorf("errors %q, want one for the job that panics", failed)
	}
	if due, err := l.Reader().Due(t.Context()); err != nil || len(due) != 2 {
		t.Errorf("due: %v, %v, want the 2 of the other jobs", due, err)
	}
}

// An entry that can never be filed does not keep the others in the journal.
func TestEntryThatPanicsIsSkipped(t *testing.T) {
	failed := make(chan error, 10)
	l, src := openLog(t, t.TempDir(), Options{OnError: func(err error) { failed <- err }}), newSource(1)
	before, broken, after := src.next(), src.next(), src.next()
	l.writer.txMu.Lock()
	err := l.writer.conn.Script("PRAGMA hard_heap_limit = 16777216")
	l.writer.txMu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	broken.Header = webhook.Header{{Name: "X", Value: strings.Repeat("x", 17<<20)}} // binding it panics
	recordTogether(t, l, before, broken, after)
	if err := <-failed; !errors.Is(err, sqlite.ErrPanic) || !strings.Contains(err.Error(), string(broken.ID)) {
		t.Errorf("OnError got %v, want the panic and %s", err, broken.ID)
	}
	if got := list(t, l.Reader(), Query{}); !slices.Equal(got, []webhook.ID{before.ID, after.ID}) {
		t.Errorf("the log has %v, want %s and %s", got, before.ID, after.ID)
	}
}

func TestConnectionCanBeUsedAfterAPanic(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, Options{})
	l.writer.txMu.Lock()
	err := sqlite.Protect(l.writer.conn, func() error { return stepInto(l.writer.conn) })
	l.writer.txMu.Unlock()
	if err == nil || err.Error() != "the database panicked: sqlite3: out of memory" {
		t.Errorf("got %v, want the panic as an error", err)
	}
	record(t, l, newSource(1).next())
	checkIntegrity(t, dir)
}

func TestImportThatPanicsImportsNothing(t *testing.T) {
	dir := t.TempDir()
	i, err := OpenImport(t.Context(), dir, atStart())
	if err != nil {
		t.Fatal(err)
	}
	all := recorded(1, 2)
	if err := i.Add(t.Context(), all[0]); err != nil {
		t.Fatal(err)
	}
	if err := i.conn.Script("PRAGMA hard_heap_limit = 16777216"); err != nil {
		t.Fatal(err)
	}
	all[1].Header = webhook.Header{{Name: "X", Value: strings.Repeat("x", 17<<20)}} // binding it panics
	if err := i.Add(t.Context(), all[1]); err == nil || !strings.Contains(err.Error(), "the database panicked: ") {
		t.Errorf("Add got %v, want the panic as an error", err)
	}
	if err := i.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	wantNothingAhead(t, openReader(t, dir), 0)
	checkIntegrity(t, dir)
}
