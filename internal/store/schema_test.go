package store

import (
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/store/database"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

func TestNewLogIsCreatedOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	var all sync.WaitGroup
	for range 8 { // eight connections, as from eight processes
		all.Go(func() {
			l, err := Open(t.Context(), dir, Options{})
			if err != nil {
				t.Errorf("Open: %v", err)
				return
			}
			closeLog(t, l)
		})
	}
	all.Wait()
	l := openLog(t, dir, Options{})
	for pragma, want := range map[string]int64{
		"user_version": database.Version, "application_id": 0x56444b4c, "auto_vacuum": 2, "synchronous": 1,
		"page_size": sqlite.PageBytes,
	} {
		got, err := l.writer.conn.Number("PRAGMA " + pragma)
		if err != nil || got != want {
			t.Errorf("PRAGMA %s is %d, %v, want %d", pragma, got, err, want)
		}
	}
}

func TestMigrationOfAnotherProcessIsNotRepeated(t *testing.T) {
	dir := t.TempDir()
	closeLog(t, openLog(t, dir, Options{}))
	c, err := database.Open(filepath.Join(dir, FileName), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for version := range database.Version {
		if err := database.MigrateTo(c, version+1); err != nil {
			t.Errorf("migrate to %d again: %v", version+1, err)
		}
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func TestSwitchToWALWaitsForAnotherProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	other, err := database.Open(path, sqlite.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Script("BEGIN IMMEDIATE; CREATE TABLE theirs (x)"); err != nil { // SQLite does not call the busy handler for this lock
		t.Fatal(err)
	}
	c, err := database.Open(path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c.SetBusyTimeout(database.BusyTimeout)
	switched := make(chan error)
	go func() { switched <- sqlite.UseWAL(t.Context(), c) }()
	select {
	case err := <-switched:
		t.Errorf("switchToWAL got %v while another connection writes", err)
	case <-time.After(30 * time.Millisecond):
	}
	if err := other.Script("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := <-switched; err != nil {
		t.Errorf("switchToWAL got %v, want no error after the other connection has committed", err)
	}
	if err := errors.Join(other.Close(), c.Close()); err != nil {
		t.Error(err)
	}
}

// SQLite extends a new file to its full length before it writes the first page. A process that opens the file in between must wait.
func TestLogInCreationIsNotCorrupt(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	other, err := database.Open(path, sqlite.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(other.Script("BEGIN EXCLUSIVE; CREATE TABLE theirs (x)"), os.Truncate(path, 2*sqlite.PageBytes)); err != nil {
		t.Fatal(err)
	}
	if version, err := sqlite.UserVersion(path); version != 0 || err != nil {
		t.Errorf("before the first page is written: got version %d, %v; want 0", version, err)
	}
	opened := make(chan error)
	go func() {
		_, err := OpenReader(t.Context(), dir)
		opened <- err
	}()
	if err := other.Script("COMMIT"); err != nil {
		t.Error(err)
	}
	if err := <-opened; !errors.Is(err, ErrNoLog) {
		t.Errorf("OpenReader got %v, want ErrNoLog", err)
	}
	if err := other.Close(); err != nil {
		t.Error(err)
	}
}

// SQLite extends a new file to its full length before it writes the first page, and has a rollback journal by then.
func TestLogOfAProcessThatWasKilledInCreationIsNotCorrupt(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	rollback := append([]byte("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"), make([]byte, 512-8)...) // of an empty file
	rollback[22], rollback[26] = 2, 0x10                                                   // sectors of 512 bytes, pages of 4096
	for name, content := range map[string][]byte{path: make([]byte, 8192), path + "-journal": rollback} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := OpenReader(t.Context(), dir); !errors.Is(err, ErrNoLog) {
		t.Errorf("OpenReader: got %v, want ErrNoLog", err)
	}
	l := openLog(t, dir, Options{})
	record(t, l, newSource(1).next())
}

func TestFilesArePrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no file modes; the user's directories are private there")
	}
	parent := t.TempDir()
	dir := filepath.Join(parent, "data")
	l := openLog(t, dir, Options{})
	record(t, l, newSource(1).next())
	check := func(who string) {
		for name, want := range map[string]fs.FileMode{
			"": fs.ModeDir | 0o700, FileName: 0o600, FileName + "-wal": 0o600, FileName + "-shm": 0o600,
		} {
			info, err := os.Stat(filepath.Join(dir, name))
			if err != nil || info.Mode() != want {
				t.Errorf("opened by %s: mode of %q: %v, %v, want %v", who, name, info.Mode(), err, want)
			}
		}
	}
	check("a writer")
	closeLog(t, l)
	openReader(t, dir)
	check("a reader")
}

func TestExistingDirectoryKeepsItsMode(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	openLog(t, dir, Options{})
	if info, err := os.Stat(dir); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o755 {
		t.Errorf("mode %v, %v, want it unchanged", info.Mode(), err)
	}
}

func TestReaderReturnsErrNoLog(t *testing.T) {
	empty := t.TempDir()
	if err := os.WriteFile(filepath.Join(empty, FileName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, dir := range map[string]string{
		"no directory": filepath.Join(t.TempDir(), "none"), "no file": t.TempDir(), "a file that a writer just made": empty,
	} {
		before := snapshot(t, dir)
		if _, err := OpenReader(t.Context(), dir); !errors.Is(err, ErrNoLog) {
			t.Errorf("%s: got %v, want ErrNoLog", name, err)
		}
		if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
			t.Errorf("%s: OpenReader changed the directory:\n%s", name, diff)
		}
	}
}

// snapshot returns the names, times and contents of a directory. It leaves out the -shm file, which SQLite
// rebuilds from the -wal file.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range entries {
		if filepath.Ext(e.Name()) == ".db-shm" {
			continue
		}
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		found[e.Name()] = info.ModTime().String() + " " + hex.EncodeToString(content)
	}
	return found
}

// makeNewer gives the log a newer schema version, in the database file or only in the -wal file.
func makeNewer(t *testing.T, dir string, inWALOnly bool) {
	t.Helper()
	c, err := database.Open(filepath.Join(dir, FileName), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.CheckpointOnClose(!inWALOnly); err != nil {
		t.Fatal(err)
	}
	if err := c.Script("PRAGMA user_version = 99; CREATE TABLE future (x)"); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestNewerSchemaIsNotTouched(t *testing.T) {
	for name, inWALOnly := range map[string]bool{"in the file": false, "in the WAL only": true} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			closeLog(t, openLog(t, dir, Options{}))
			makeNewer(t, dir, inWALOnly)
			before := snapshot(t, dir)
			if _, err := Open(context.Background(), dir, Options{}); !errors.Is(err, ErrNewerSchema) {
				t.Errorf("Open got %v, want ErrNewerSchema", err)
			}
			if _, err := OpenReader(context.Background(), dir); !errors.Is(err, ErrNewerSchema) {
				t.Errorf("OpenReader got %v, want ErrNewerSchema", err)
			}
			if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
				t.Errorf("a file was changed:\n%s", diff)
			}
		})
	}
}

func TestOtherFileIsCorrupt(t *testing.T) {
	src := newSource(1)
	foreign := func(dir string) error {
		c, err := database.Open(filepath.Join(dir, FileName), sqlite.Options{Create: true})
		if err != nil {
			return err
		}
		return errors.Join(c.Script("PRAGMA user_version = 1; CREATE TABLE theirs (x)"), c.Close())
	}
	text := func(dir string) error {
		return os.WriteFile(filepath.Join(dir, FileName), []byte("just a text, and by no means a database, however long it may become: "+
			"a hundred characters and more"), 0o600)
	}
	short := func(dir string) error {
		return os.WriteFile(filepath.Join(dir, FileName), []byte("SQLite format 3\x00"), 0o600)
	}
	zeros := func(dir string) error {
		return os.WriteFile(filepath.Join(dir, FileName), make([]byte, 2*sqlite.PageBytes), 0o600)
	}
	for name, make := range map[string]func(string) error{"another program's": foreign, "a text": text, "cut off": short, "zeros": zeros} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := make(dir); err != nil {
				t.Fatal(err)
			}
			before := snapshot(t, dir)
			if _, err := Open(t.Context(), dir, Options{}); !errors.Is(err, ErrCorrupt) {
				t.Errorf("Open got %v, want ErrCorrupt", err)
			}
			if _, err := OpenReader(t.Context(), dir); !errors.Is(err, ErrCorrupt) {
				t.Errorf("OpenReader got %v, want ErrCorrupt", err)
			}
			if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
				t.Errorf("a file was changed:\n%s", diff)
			}
		})
	}
	t.Run("overwritten in the middle", func(t *testing.T) {
		dir := t.TempDir()
		l := openLog(t, dir, Options{})
		for range 100 {
			record(t, l, src.next())
		}
		pages := rootPages(t, l.Reader())
		closeLog(t, l)
		path := filepath.Join(dir, FileName)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range pages {
			for i := range content[(page-1)*sqlite.PageBytes : page*sqlite.PageBytes] {
				content[(page-1)*sqlite.PageBytes+int64(i)] ^= 0x5a
			}
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openReader(t, dir).List(t.Context(), Query{}); !errors.Is(err, ErrCorrupt) {
			t.Errorf("List got %v, want ErrCorrupt", err)
		}
		if _, err := Open(t.Context(), dir, Options{}); !errors.Is(err, ErrCorrupt) {
			t.Errorf("Open got %v, want ErrCorrupt", err)
		}
	})
}

// rootPages returns the numbers of the first pages of all tables and indexes, from 1.
func rootPages(t *testing.T, r *Reader) (pages []int64) {
	t.Helper()
	err := r.with(t.Context(), func(c *sqlite.Conn) error {
		return c.Rows("SELECT rootpage FROM sqlite_schema", nil, func(q *sqlite.Row) error {
			pages = append(pages, q.Int())
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}
