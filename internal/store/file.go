package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
)

// FileName is the log's file inside the data directory. SQLite keeps two more beside it while the log is in use: -wal and -shm.
const FileName = "deliveries.db"

const (
	dirMode  fs.FileMode = 0o700
	fileMode fs.FileMode = 0o600
)

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
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, fileMode)
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
func tighten(path string) error {
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && info.Mode().Perm()&^fileMode != 0 {
			err = os.Chmod(name, fileMode)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// From the header of an SQLite file (sqlite.org/fileformat2.html, The Database Header).
const (
	headerBytes   = 100
	headerMagic   = "SQLite format 3\x00"
	headerVersion = 60 // user_version, four bytes, big-endian: the version of our schema
)

// peekVersion reads the schema's version out of the file without SQLite, which would touch the log merely by opening it. A file
// that is empty has version 0, and so has one that has nothing in it yet: SQLite makes a new one as long as it will be before it writes
// the first page. Whether that is still to come only SQLite knows, by its locks. What a -wal file holds is checkVersion's to see, too.
func peekVersion(path string) (int, error) {
	f, err := atomicfile.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }() // it is only read
	header := make([]byte, headerBytes)
	n, err := io.ReadFull(f, header)
	switch {
	case n == 0 && errors.Is(err, io.EOF), n == headerBytes && bytes.Equal(header, make([]byte, headerBytes)):
		return 0, nil
	case errors.Is(err, io.ErrUnexpectedEOF), err == nil && !bytes.HasPrefix(header, []byte(headerMagic)):
		return 0, fmt.Errorf("%w: %s is no SQLite database", ErrCorrupt, path)
	case err != nil:
		return 0, err
	}
	return int(binary.BigEndian.Uint32(header[headerVersion:])), nil
}

// fileURI is the path as SQLite reads one with options behind it (sqlite.org/uri.html).
func fileURI(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // C:/ on Windows
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}
