// Package atomicfile writes files as a whole: under a temporary name in the same directory, then by rename. Whenever a write is interrupted,
// the file is either the old one or the new one. It reads regular files alone. It imports nothing of this program.
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

// File is a file that gets its name when it is committed.
type File struct {
	*os.File

	path string
	done bool
}

// Create begins a file that will be at path, with permissions that the umask limits further. It returns an error if path is
// something else than a regular file: a rename would replace it.
// The caller must call Commit or Discard.
func Create(path string, perm fs.FileMode) (*File, error) {
	if err := CheckRegular(path); err != nil {
		return nil, err
	}
	for {
		// O_EXCL, so that nobody else's file is opened, in a directory that others may write to.
		name := fmt.Sprintf(".%s.%08x.new", filepath.Base(path), rand.Uint32()) //nolint:gosec // unique, not secret
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

// Path is the name that the file gets.
func (f *File) Path() string { return f.path }

// Done reports whether the file was committed or discarded.
func (f *File) Done() bool { return f.done }

// Commit closes the file and gives it its name, in place of the file that has it. If it fails, the file is removed.
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

// Write replaces the file at path with what write writes. When it returns, the file is on the disk. If write fails, the file stays as it was.
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

// Remove removes the file at path, if there is one. When it returns, the disk has no such file.
func Remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	SyncDir(filepath.Dir(path))
	return nil
}

// RemoveUnfinished removes what writes of the file at path left behind when their process was killed. No process may be writing it.
func RemoveUnfinished(path string) {
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".????????.new"))
	for _, name := range left {
		_ = os.Remove(name)
	}
}

// SyncDir writes the names in a directory to the disk. Some systems cannot do that; after a power cut they may have the old file.
func SyncDir(path string) {
	dir, err := os.Open(path)
	if err != nil {
		return
	}
	_ = dir.Sync()
	_ = dir.Close()
}
