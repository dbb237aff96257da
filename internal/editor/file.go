package editor

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
)

// File is the temporary file for editing a body. The file (0600) is in its own directory (0700), which keeps copies and swap files of editors
// private, and they are removed with it.
type File struct {
	dir  string
	path string
}

// NewFile creates a file with the given extension in the system's directory for temporary files. The caller must call Remove.
func NewFile(extension string) (*File, error) {
	dir, err := os.MkdirTemp("", "vidiking-")
	if err != nil {
		return nil, err
	}
	return &File{dir: dir, path: filepath.Join(dir, "payload"+extension)}, nil
}

// Path returns the path for the editor.
func (f *File) Path() string { return f.path }

// Write replaces the content.
func (f *File) Write(text []byte) error {
	if err := os.WriteFile(f.path, text, 0o600); err != nil {
		return err
	}
	return os.Chmod(f.path, 0o600) // an editor may have replaced the file
}

// Read returns the saved content, but not more than maxBytes+1 bytes. A missing file counts as empty.
func (f *File) Read(maxBytes int) (_ []byte, err error) {
	file, err := atomicfile.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return io.ReadAll(io.LimitReader(file, int64(maxBytes)+1))
}

// Remove removes the file and everything else in its directory.
func (f *File) Remove() error { return os.RemoveAll(f.dir) }
