package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"syscall"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/store/database"
	"github.com/vidiking/vidiking-cli/internal/store/journal"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// FileName is the name of the log's file in the data directory. While the log is in use, SQLite keeps a -wal and a -shm file next to it.
const FileName = "deliveries.db"

const dirMode fs.FileMode = 0o700

// logPath returns an absolute path: SQLite could mistake a relative name for a "file:" URI, and a change of directory has no effect.
func logPath(dir string) (string, error) {
	return filepath.Abs(filepath.Join(dir, FileName))
}

// logFile is the file that the writer writes to. Another process may move or delete it while it is open. A delivery acknowledged after
// that would be in a file that cannot be opened anymore.
type logFile struct {
	dir, path  string
	info       fs.FileInfo  // of the open file; guarded by txMu
	generation atomic.Int64 // how many log files were opened at path
	onReopen   func()       // called after a new log file was opened
	onError    func(error)  // receives entries of other journals that cannot be filed
	identity   journal.Identity
}

// open opens the log for writing, and creates it if it does not exist.
func (f *logFile) open(ctx context.Context) (*sqlite.Conn, error) {
	if _, err := createFile(f.dir); err != nil {
		return nil, err
	}
	info, err := os.Stat(f.path)
	if err != nil {
		return nil, err
	}
	c, err := database.OpenWriting(ctx, f.path)
	if err != nil {
		return nil, err
	}
	err = recoverJournals(ctx, c, f.path, f.onError)
	if err == nil {
		f.identity, err = readIdentity(c)
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	f.info = info
	f.generation.Add(1)
	database.KeepReserve(f.dir)
	return c, nil
}

// canBeReplaced reports whether an open file can be moved or deleted. On Windows it cannot.
const canBeReplaced = runtime.GOOS != "windows"

// isReplaced reports whether the open file is no longer at its path.
func (f *logFile) isReplaced() bool {
	if !canBeReplaced {
		return false
	}
	now, err := os.Stat(f.path)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
	}
	return !os.SameFile(f.info, now)
}

// detach closes a connection to a file that is no longer at its path. Without a checkpoint: closing the last connection would remove the
// -wal file by its name, and that may belong to a new log now.
func detach(c *sqlite.Conn) {
	if err := c.CheckpointOnClose(false); err == nil {
		_ = c.Close() // there is nothing left to lose
	}
}

// createFile creates the data directory and the log's file if they do not exist. It does not change the mode of an existing directory.
func createFile(dir string) (path string, err error) {
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return "", fmt.Errorf("create the data directory: %w", err)
	}
	path, err = logPath(dir)
	if err != nil {
		return "", err
	}
	if err := atomicfile.CheckRegular(path); err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, sqlite.FileMode)
	if err != nil {
		return "", err
	}
	return path, f.Close()
}

// Outdated reports whether opening the log in dir will migrate it, and the log's size. Migrating a large log takes seconds.
func Outdated(dir string) (outdated bool, size int64) {
	path, err := logPath(dir)
	if err != nil {
		return false, 0
	}
	return database.IsOutdated(path), database.Size(path)
}
