//go:build unix

package atomicfile_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
)

func TestOnlyRegularFilesAreOpened(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "link")
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.Symlink(pipe, link)); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{
		pipe: atomicfile.ErrNotRegular, link: atomicfile.ErrNotRegular, "/dev/zero": atomicfile.ErrNotRegular, dir: syscall.EISDIR,
	} {
		_, opened := atomicfile.Open(path)
		_, input := atomicfile.OpenInput(path)
		_, read := atomicfile.Read(path, 10)
		_, created := atomicfile.Create(path, 0o600)
		for call, err := range map[string]error{
			"Open": opened, "OpenInput": input, "Read": read, "Create": created, "CheckRegular": atomicfile.CheckRegular(path),
		} {
			if !errors.Is(err, want) {
				t.Errorf("%s(%s): got %v, want %v", call, path, err, want)
			}
		}
	}
	if info, err := os.Lstat(pipe); err != nil || info.Mode().IsRegular() {
		t.Errorf("the pipe is %v, %v; want it untouched", info.Mode(), err)
	}
}

func TestOpenInputAcceptsAnOpenFile(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	_, _ = w.WriteString("a payload")
	_ = w.Close()
	f, err := atomicfile.OpenInput("/dev/fd/" + strconv.Itoa(int(r.Fd())))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if text, err := io.ReadAll(f); err != nil || string(text) != "a payload" {
		t.Errorf("got %q, %v; want the written text", text, err)
	}
	null, err := atomicfile.OpenInput(os.DevNull)
	if err != nil {
		t.Fatalf("the null device: %v", err)
	}
	_ = null.Close()
}
