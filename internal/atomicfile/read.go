package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Errors for files that cannot be used.
var (
	ErrNotRegular = errors.New("it is not a regular file")
	ErrTooLarge   = errors.New("it is too large")
)

// CheckRegular returns an error if path exists but is not a regular file. Opening a pipe would block, and opening a device can have any
// effect.
func CheckRegular(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return refuse(path, info, err)
}

func refuse(path string, info fs.FileInfo, err error) error {
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return &fs.PathError{Op: "open", Path: path, Err: syscall.EISDIR}
	case !info.Mode().IsRegular():
		return &fs.PathError{Op: "open", Path: path, Err: ErrNotRegular}
	}
	return nil
}

// Open opens a regular file for reading. It returns an error for anything else, without opening it.
func Open(path string) (*os.File, error) {
	if info, err := os.Stat(path); refuse(path, info, err) != nil {
		return nil, refuse(path, info, err)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|nonBlock, 0) // it may have become a pipe since the check
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err = refuse(path, info, err); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// OpenInput opens an input file named by the user. It accepts a regular file, the null device, and files that the shell has opened already,
// such as /dev/stdin and the result of <(command).
func OpenInput(path string) (*os.File, error) {
	if path == os.DevNull {
		return os.Open(path)
	}
	for _, open := range []string{"/dev/fd/", "/proc/self/fd/", "/dev/stdin"} {
		if strings.HasPrefix(filepath.ToSlash(filepath.Clean(path)), open) {
			return os.Open(path)
		}
	}
	return Open(path)
}

// Read reads a regular file. It returns ErrTooLarge if the file has more than maxBytes bytes.
func Read(path string, maxBytes int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	text, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > maxBytes {
		return nil, &fs.PathError{Op: "read", Path: path, Err: ErrTooLarge}
	}
	return text, nil
}
