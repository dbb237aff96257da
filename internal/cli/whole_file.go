package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// writeWhole puts what write writes in the place of the file at path, readable by its owner only: all of it, or the file stays as it was.
func writeWhole(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // 0600
	if err != nil {
		return err
	}
	to := bufio.NewWriterSize(f, 64<<10)
	err = write(to)
	if err == nil {
		err = to.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// removeFile removes a file that may be gone already.
func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// wholeFile is a file that appears under its name only when it is whole.
type wholeFile struct {
	*os.File
	path string
	done bool
}

// createWhole begins a file. It is readable by whoever may read the others there, since another program is to read it.
func (a *app) createWhole(name string) (*wholeFile, error) {
	path := a.path(name)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, errors.New("it is a directory")
	}
	next := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%d.new", filepath.Base(path), os.Getpid()))
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return nil, err
	}
	return &wholeFile{File: f, path: path}, nil
}

// commit gives the file its name.
func (f *wholeFile) commit() error {
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

// discard takes away what was not committed. A nil wholeFile is none.
func (f *wholeFile) discard() {
	if f != nil && !f.done {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}
}
