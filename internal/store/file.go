package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// FileName is the log's file inside the data directory. SQLite keeps two more beside it while the log is in use: -wal and -shm.
const FileName = "deliveries.db"

const dirMode fs.FileMode = 0o700

// createFile makes the data directory and the log's file where they are not there yet. A directory that is there is left as its owner
// made it.
func createFile(dir string) (path string, err error) {
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return "", fmt.Errorf("make the data directory: %w", err)
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

// logPath is absolute, so that no name can be taken for a "file:" URI and a change of directory does not matter.
func logPath(dir string) (string, error) {
	return filepath.Abs(filepath.Join(dir, FileName))
}

// tighten takes everybody else's rights from the log's files. The driver makes -wal and -shm with what the umask leaves; this runs
// before anything is written into them.
func makePrivate(path string) error {
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && info.Mode().Perm()&^sqlite.FileMode != 0 {
			err = os.Chmod(name, sqlite.FileMode)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
