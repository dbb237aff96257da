// Package atomicfile replaces files atomically: it writes a temporary file in the same directory and renames it. After an interrupted
// write, the file has either the old or the new contents. The package reads only regular files.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// File is a temporary file that gets its final name when it is committed.
type File struct {
	*os.File

	path string
	done bool
}

// Create creates a temporary file for path, with permissions limited by the umask. It returns an error if path is not a regular file,
// because a rename would replace it. The caller must call Commit or Discard.
func Create(path string, perm fs.FileMode) (*File, error) {
	if err := CheckRegular(path); err != nil {
		return nil, err
	}
	for {
		// O_EXCL never opens a file that another user created in a shared directory.
		name := fmt.Sprintf(".%s.%08x.new", filepath.Base(path), rand.Uint32()) // unique, not secret
		f, err := os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return &File{File: f, path: path}, nil
	}
}

// Path returns the final name of the file.
func (f *File) Path() string { return f.path }

// Done reports whether the file was committed or discarded.
func (f *File) Done() bool { return f.done }

// Commit closes the file and renames it to its final name, replacing an existing file. If Commit fails, it removes the file.
func (f *File) Commit() error {
	f.done = true
	err := f.Close()
	if err == nil {
		err = os.Rename(f.Name(), f.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// Discard removes the file unless it was committed. It does nothing if f is nil.
func (f *File) Discard() {
	if f != nil && !f.done {
		f.done = true
		_ = f.Close()
		_ = os.Remove(f.Name())
	}
}

// Write replaces the file at path with the output of write. When it returns, the file is on disk. If write fails, the file does not change.
func Write(path string, perm fs.FileMode, write func(io.Writer) error) error {
	f, err := Create(path, perm)
	if err != nil {
		return err
	}
	defer f.Discard()
	buffered := bufio.NewWriterSize(f, 64<<10)
	if err := write(buffered); err != nil {
		return err
	}
	if err := errors.Join(buffered.Flush(), f.Sync()); err != nil {
		return err
	}
	if err := f.Commit(); err != nil {
		return err
	}
	SyncDir(filepath.Dir(path))
	return nil
}

// WriteBytes replaces the file at path with data, as Write does.
func WriteBytes(path string, perm fs.FileMode, data []byte) error {
	return Write(path, perm, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// Remove removes the file at path, if it exists. When it returns, the removal is on disk.
func Remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	SyncDir(filepath.Dir(path))
	return nil
}

// RemoveUnfinished removes temporary files of killed processes for the file at path. No process may be writing the file.
func RemoveUnfinished(path string) {
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".????????.new"))
	for _, name := range left {
		_ = os.Remove(name)
	}
}

// SyncDir writes a directory's entries to disk. Some systems cannot do this, and may have the old file after a power failure.
func SyncDir(path string) {
	dir, err := os.Open(path)
	if err != nil {
		return
	}
	_ = dir.Sync()
	_ = dir.Close()
}
