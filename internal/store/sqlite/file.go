package sqlite

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
)

// FileMode is the mode of all files that SQLite creates here.
const FileMode fs.FileMode = 0o600

// PageBytes is the size of a database page: SQLite's default.
const PageBytes = 4096

// From the header of a database file (sqlite.org/fileformat2.html, The Database Header).
const (
	headerBytes   = 100
	headerMagic   = "SQLite format 3\x00"
	headerVersion = 60 // offset of user_version: four bytes, big-endian
)

// UserVersion reads the user_version of a database from its file. SQLite itself would modify the files next to it just by opening it.
// It returns 0 for an empty file, and for one without content: SQLite extends a new file to its full length before it writes the first
// page. A newer version may be in the WAL, and only a connection sees that.
func UserVersion(path string) (int, error) {
	f, err := atomicfile.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }() // only read
	header := make([]byte, headerBytes)
	n, err := io.ReadFull(f, header)
	switch {
	case n == 0 && errors.Is(err, io.EOF), n == headerBytes && bytes.Equal(header, make([]byte, headerBytes)):
		return 0, nil
	case errors.Is(err, io.ErrUnexpectedEOF), err == nil && !bytes.HasPrefix(header, []byte(headerMagic)):
		return 0, fmt.Errorf("%w: %s is not an SQLite database", ErrCorrupt, path)
	case err != nil:
		return 0, err
	}
	return int(binary.BigEndian.Uint32(header[headerVersion:])), nil
}

// fileURI returns an absolute path in the form that can carry options (sqlite.org/uri.html).
func fileURI(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // C:/ on Windows
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// CountPages counts the pages of a database file.
func CountPages(c *Conn) (used, free int64, err error) {
	all, err := c.Number("PRAGMA page_count")
	if err != nil {
		return 0, 0, err
	}
	free, err = c.Number("PRAGMA freelist_count")
	return all - free, free, err
}
