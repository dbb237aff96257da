package store

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/store/database"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// max_page_count makes SQLite report a full disk on every machine. TestFullDisk uses a disk that is really full.
func TestFullDatabaseIsReportedAndLosesNothing(t *testing.T) {
	dir, src := t.TempDir(), newSource(1)
	failed := make(chan error, 100)
	l := openLog(t, dir, Options{OnError: func(err error) { failed <- err }})
	kept := src.next()
	record(t, l, kept)
	limitPages(t, l, "10")
	acknowledged := []webhook.ID{kept.ID}
	var err error
	for err == nil {
		d := src.next()
		if err = l.Record(t.Context(), d); err == nil {
			acknowledged = append(acknowledged, d.ID)
		}
	}
	if !errors.Is(err, ErrFull) {
		t.Errorf("Record got %v, want ErrFull", err)
	}
	large := answered(500)
	large.Response = bytes.Repeat([]byte("x"), 64<<10)
	if _, err := l.AddAttempts(kept.ID, []webhook.Attempt{large}, nil); !errors.Is(err, ErrFull) {
		t.Errorf("AddAttempts got %v, want ErrFull", err)
	}
	if err := l.QueueAttempts(kept.ID, []webhook.Attempt{large}, nil); err != nil {
		t.Errorf("QueueAttempts got %v, want no error", err)
	}
	if err := l.Flush(t.Context()); !errors.Is(err, ErrFull) {
		t.Errorf("Flush got %v, want ErrFull", err)
	}
	if err := <-failed; !errors.Is(err, ErrFull) || len(failed) > 0 {
		t.Errorf("OnError got %v and %d more, want ErrFull once", err, len(failed))
	}
	limitPages(t, l, "100000") // there is space again
	flush(t, l)
	if diff := cmp.Diff(acknowledged, list(t, l.Reader(), Query{})); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
	if got := get(t, l.Reader(), kept.ID).Attempts; got != 2 {
		t.Errorf("%d attempts, want 2", got)
	}
	record(t, l, src.next())
	eachIsWhole(t, l.Reader())
	checkIntegrity(t, dir)
}

func TestFailedTransactionIsRolledBack(t *testing.T) {
	dir, src := t.TempDir(), newSource(1)
	failed := make(chan error, 10)
	l := openLog(t, dir, Options{OnError: func(err error) { failed <- err }})
	kept, torn := src.next(), src.next()
	record(t, l, kept)
	alter := func(text string) {
		c, err := database.Open(filepath.Join(dir, FileName), sqlite.Options{})
		if err == nil {
			err = errors.Join(c.Script(text), c.Close())
		}
		if err != nil {
			t.Fatalf("%s: %v; the failed transaction still holds the lock", text, err)
		}
	}
	alter("ALTER TABLE content RENAME TO gone") // which is written after delivery
	if err := l.Record(t.Context(), torn); err != nil {
		t.Error(err)
	}
	if err := <-failed; !strings.Contains(err.Error(), "no such table") {
		t.Errorf("OnError got %v, want an error about the missing table", err)
	}
	if got := list(t, openReader(t, dir), Query{}); len(got) != 1 {
		t.Errorf("the log has %v, want nothing of %s", got, torn.ID)
	}
	alter("ALTER TABLE gone RENAME TO content")
	flush(t, l)
	record(t, l, src.next())
	if got := list(t, l.Reader(), Query{}); len(got) != 3 || got[0] != kept.ID || got[1] != torn.ID {
		t.Errorf("the log has %v, want %s and %s", got, kept.ID, torn.ID)
	}
}

func limitPages(t *testing.T, l *Log, max string) {
	t.Helper()
	l.writer.txMu.Lock()
	defer l.writer.txMu.Unlock()
	if err := l.writer.conn.Script("PRAGMA max_page_count = " + max); err != nil {
		t.Fatal(err)
	}
}

func TestFullDisk(t *testing.T) {
	expectRole(t, "full", t.TempDir())
}

// expectRole runs a role in its own file system, or skips the test if the machine cannot mount one.
func expectRole(t *testing.T, role, dir string) {
	t.Helper()
	child, out := startRole(t, role, dir, 1, 0)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), errNoMount.Error()) {
			_ = child.Wait()
			t.Skip(lines.Text())
		}
		t.Error(lines.Text())
	}
	if err := child.Wait(); err != nil {
		t.Errorf("role %s: %v", role, err)
	}
}

// fillDisk is the role "full". It returns the first problem as an error.
func fillDisk(dir string) error {
	if err := mountSmall(dir, "8m"); err != nil {
		fmt.Println(err)
		return nil
	}
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 5<<20), 0o600); err != nil {
		return err
	}
	l, err := Open(context.Background(), dir, atStart())
	if err != nil {
		return err
	}
	src := newSource(1)
	var acknowledged int
	for err == nil {
		if err = l.Record(context.Background(), src.next()); err == nil {
			acknowledged++
		}
	}
	if !errors.Is(err, ErrFull) {
		fmt.Println("Record got", err, "want ErrFull")
	}
	huge := src.next(func(d *webhook.Delivery) { d.Body = make([]byte, 4<<20) })
	if err := l.Record(context.Background(), huge); !errors.Is(err, ErrFull) {
		fmt.Println("Record of 4 MiB got", err, "want ErrFull")
	}
	count, err := l.Reader().Count(context.Background(), Query{})
	if err != nil || count > acknowledged {
		fmt.Println("Count got", count, err, "want up to", acknowledged)
	}
	if err := os.Remove(ballast); err != nil {
		return err
	}
	if err := l.Flush(context.Background()); err != nil {
		fmt.Println("Flush with space got", err)
	}
	count, err = l.Reader().Count(context.Background(), Query{})
	if err != nil || count != acknowledged {
		fmt.Println("with space, Count got", count, err, "want", acknowledged)
	}
	if _, err := OpenReader(context.Background(), dir); err != nil {
		fmt.Println("OpenReader got", err)
	}
	if err := l.Close(); err != nil && !errors.Is(err, ErrFull) {
		fmt.Println("Close got", err)
	}
	fresh := filepath.Join(dir, "fresh")
	if err := os.WriteFile(filepath.Join(dir, "rest"), make([]byte, 8<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		fmt.Println("the rest of the disk:", err)
	}
	if _, err := Open(context.Background(), fresh, Options{}); !errors.Is(err, ErrFull) {
		fmt.Println("Open of a new log got", err, "want ErrFull")
	}
	return nil
}

func TestReadOnlyDisk(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, filepath.Join(dir, "closed"), Options{})
	record(t, l, newSource(1).next())
	closeLog(t, l)
	record(t, openLog(t, filepath.Join(dir, "in use"), Options{}), newSource(1).next())
	if err := os.Mkdir(filepath.Join(dir, "crashed"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{FileName, FileName + "-wal"} { // and no -shm
		content, err := os.ReadFile(filepath.Join(dir, "in use", name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "crashed", name), content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(dir, "in use", FileName), 0o644); err != nil { // its mode cannot be changed later
		t.Fatal(err)
	}
	expectRole(t, "read-only", dir)
}

// openOnReadOnlyDisk is the role "read-only".
func openOnReadOnlyDisk(dir string) error {
	if err := remountReadOnly(dir); err != nil {
		fmt.Println(err)
		return nil
	}
	if _, err := OpenReader(context.Background(), filepath.Join(dir, "crashed")); !errors.Is(err, ErrReadOnly) {
		fmt.Println("OpenReader of one that was not closed got", err, "want ErrReadOnly")
	}
	for _, name := range []string{"closed", "in use", "crashed", "not there", "."} {
		_, err := Open(context.Background(), filepath.Join(dir, name), Options{})
		if !errors.Is(err, ErrReadOnly) {
			fmt.Printf("Open of %q got %v, want ErrReadOnly\n", name, err)
		}
	}
	if _, err := OpenReader(context.Background(), filepath.Join(dir, "not there")); !errors.Is(err, ErrNoLog) {
		fmt.Println("OpenReader without a log got", err, "want ErrNoLog")
	}
	for _, name := range []string{"closed", "in use"} {
		r, err := OpenReader(context.Background(), filepath.Join(dir, name))
		if err != nil {
			fmt.Printf("OpenReader of %q got %v, want it to read\n", name, err)
			continue
		}
		if count, err := r.Count(context.Background(), Query{}); err != nil || count != 1 {
			fmt.Printf("Count of %q got %d, %v, want 1\n", name, count, err)
		}
		if err := r.Close(); err != nil {
			fmt.Println("Close got", err)
		}
	}
	return nil
}
