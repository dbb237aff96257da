package database

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// Size returns the size of the log's files.
func Size(path string) (size int64) {
	for _, name := range []string{path, path + "-wal"} {
		if info, err := os.Stat(filepath.Clean(name)); err == nil {
			size += info.Size()
		}
	}
	return size
}

// On a full disk even a deletion needs space, because SQLite first writes the changed pages to the WAL. A file next to the log reserves
// some. Prune deletes it if the disk is full.
const (
	reserveName = "reserve"

	// Prune deletes one delivery at a time, then moves a few pages, each in its own transaction and checkpoint. With an empty WAL that
	// takes about 30 pages of 4 KiB. The -shm file takes 32 KiB.
	reserveBytes = 512 << 10
)

// KeepReserve creates the reserve if it does not exist and the disk has space for it.
func KeepReserve(dir string) {
	path := filepath.Join(dir, reserveName)
	info, err := os.Lstat(path)
	if err == nil && (!info.Mode().IsRegular() || info.Size() == reserveBytes) || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, sqlite.FileMode)
	if err != nil {
		return
	}
	// Not zeros: some file systems allocate no space for them.
	_, err = io.CopyN(f, rand.NewChaCha8([32]byte{}), reserveBytes)
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(path)
	}
}

// ReleaseReserve deletes the reserve, if there is one.
func ReleaseReserve(dir string) {
	path := filepath.Join(dir, reserveName)
	if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() {
		_ = os.Remove(path) // if that fails, Prune reports the full disk
	}
}

// SyncWAL makes the disk keep what the log has committed, before a journal with the same entries is removed.
func SyncWAL(path string) error {
	f, err := os.OpenFile(path+"-wal", os.O_RDWR, sqlite.FileMode)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // everything is in the database file, which SQLite has synced
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
