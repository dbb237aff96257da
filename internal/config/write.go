package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteWhole puts text in the place of the file at path, for its owner's eyes only: whole or not at all, whenever it is interrupted, and
// on the disk when it returns. Whoever calls it holds a lock; so the new file's name can be a fixed one, and what an interrupted write
// left is taken away by the next.
func WriteWhole(path string, text []byte) error {
	fresh := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new")
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := writeNew(fresh, text); err != nil {
		return err
	}
	if err := os.Rename(fresh, path); err != nil {
		return errors.Join(err, os.Remove(fresh))
	}
	syncDir(filepath.Dir(path))
	return nil
}

// RemoveWhole removes the file at path, and has that on the disk when it returns. One that is not there is no error.
func RemoveWhole(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	syncDir(filepath.Dir(path))
	return nil
}

// writeNew makes a file that was not there, readable by its owner only, and has it on the disk when it returns.
func writeNew(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// syncDir has the names in a directory on the disk. Some systems cannot; the file is whole there too, if perhaps the old one after a
// power cut.
func syncDir(path string) {
	dir, err := os.Open(path)
	if err != nil {
		return
	}
	_ = dir.Sync()
	_ = dir.Close()
}
