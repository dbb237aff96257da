package editor

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
)

// File is where a body stands while it is edited: for its owner only (0600), in a directory of its own (0700), so that the copies and
// swap files that editors put beside it are as private and go with it.
type File struct {
	dir  string
	path string
}

// NewFile makes a file with that ending, by which editors know what is in it, in the system's directory for temporary files. Remove it.
func NewFile(ending string) (*File, error) {
	dir, err := os.MkdirTemp("", "vidiking-")
	if err != nil {
		return nil, err
	}
	return &File{dir: dir, path: filepath.Join(dir, "payload"+ending)}, nil
}

// Path is what the editor is to open.
func (f *File) Path() string { return f.path }

// Write replaces what is in it.
func (f *File) Write(text []byte) error {
	if err := os.WriteFile(f.path, text, 0o600); err != nil {
		return err
	}
	return os.Chmod(f.path, 0o600) // an editor may have put another in its place
}

// Read returns what was saved, at most that many bytes and one. A file that is gone is an empty one.
func (f *File) Read(most int) (_ []byte, err error) {
	file, err := atomicfile.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return io.ReadAll(io.LimitReader(file, int64(most)+1))
}

// Remove removes it with all that stands beside it.
func (f *File) Remove() error { return os.RemoveAll(f.dir) }
