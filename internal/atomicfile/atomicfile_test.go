package atomicfile_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
)

func TestWriteReplacesAFileCompletelyOrNotAtAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := atomicfile.WriteBytes(path, 0o600, []byte("one")); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	err := atomicfile.Write(path, 0o600, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("Write with a failing function: got %v, want its error", err)
	}
	wantFile(t, path, "one")
	f, err := atomicfile.Create(path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.WriteString("two")
	wantFile(t, path, "one")
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	f.Discard() // after Commit it does nothing
	wantFile(t, path, "two")
	if f, err = atomicfile.Create(path, 0o600); err != nil {
		t.Fatal(err)
	}
	f.Discard()
	wantFile(t, path, "two")
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("got the files %v, %v; want only the file", entries, err)
	}
	for range 2 { // the second time there is nothing to remove
		if err := atomicfile.Remove(path); err != nil {
			t.Errorf("Remove: %v", err)
		}
	}
}

func TestCreateSetsThePermissions(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such permissions")
	}
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.WriteBytes(path, 0o600, []byte("secret")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v; want 0600", info.Mode(), err)
	}
}

func TestCreateRefusesADirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if f, err := atomicfile.Create(dir, 0o600); err == nil {
		f.Discard()
		t.Error("Create at the path of a directory: no error")
	}
	if _, err := atomicfile.Create(filepath.Join(dir, "missing", "file"), 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Create in a missing directory: got %v, want ErrNotExist", err)
	}
}

func wantFile(t *testing.T, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s: got %q, %v; want %q", path, got, err, want)
	}
}

func TestReadRefusesALargeFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	if err := atomicfile.WriteBytes(path, 0o600, []byte("12345")); err != nil {
		t.Fatal(err)
	}
	if text, err := atomicfile.Read(path, 5); err != nil || string(text) != "12345" {
		t.Errorf("got %q, %v; want all of it", text, err)
	}
	if _, err := atomicfile.Read(path, 4); !errors.Is(err, atomicfile.ErrTooLarge) {
		t.Errorf("a byte too many: got %v, want ErrTooLarge", err)
	}
	if _, err := atomicfile.Read(path+"x", 4); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: got %v, want fs.ErrNotExist", err)
	}
	if err := atomicfile.CheckRegular(path + "x"); err != nil {
		t.Errorf("CheckRegular of a missing file: got %v, want none", err)
	}
}
