package store

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// On a full disk even a deletion needs room: SQLite writes the pages that change into the WAL first. So a file beside the log
// reserves some, which Prune gives up when it finds none.
const (
	reserveName = "reserve"

	// One delivery is deleted, and then some pages are moved, each in a transaction and a checkpoint of its own. With an empty
	// WAL that takes some 30 pages of 4 KiB, and SQLite's -shm file takes 32 KiB.
	reserveBytes = 512 << 10
)

// keepReserve makes the reserve if it is not there. A disk without room for it has none.
func keepReserve(dir string) {
	path := filepath.Join(dir, reserveName)
	info, err := os.Lstat(path)
	if err == nil && (!info.Mode().IsRegular() || info.Size() == reserveBytes) || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, sqlite.FileMode)
	if err != nil {
		return
	}
	// Not zeros: some file systems keep no room for those.
	_, err = io.CopyN(f, rand.NewChaCha8([32]byte{}), reserveBytes)
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(path)
	}
}

// giveUpReserve makes room for a prune, if there is a reserve.
func giveUpReserve(dir string) {
	path := filepath.Join(dir, reserveName)
	if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() {
		_ = os.Remove(path) // if it stays, the prune reports that the disk is full
	}
}
