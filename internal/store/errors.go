package store

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/ncruces/go-sqlite3"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// What a caller decides by. Every error of this package that is one of these matches it by errors.Is.
var (
	ErrNoLog       = errors.New("there is no delivery log")
	ErrBusy        = errors.New("the delivery log is locked by another process")
	ErrFull        = errors.New("no space left for the delivery log")
	ErrReadOnly    = errors.New("the delivery log cannot be written")
	ErrNewerSchema = errors.New("the delivery log was written by a newer version of this program")
	ErrCorrupt     = errors.New("the delivery log is damaged")
	ErrDuplicateID = errors.New("the delivery log has that id already")
	ErrClosed      = errors.New("the delivery log is closed")
	ErrTakenAway   = errors.New("the delivery log was taken away") // told to OnError: a new one has begun
)

// NotFoundError says that an id names nothing in the log.
type NotFoundError struct {
	Typed string
	Near  []webhook.Summary // what may have been meant: three at most, the nearest first

	Elsewhere int // of "last": how many deliveries other projects have
}

// Error names what was looked for.
func (e *NotFoundError) Error() string { return fmt.Sprintf("no delivery %q", e.Typed) }

// AmbiguousError says that a prefix names several deliveries.
type AmbiguousError struct {
	Typed   string
	Matches []webhook.Summary // five at most, the newest first
	Total   int
}

// Error names the prefix and how many begin with it.
func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%q begins the ids of %d deliveries", e.Typed, e.Total)
}

// classify wraps an error of SQLite or of the file system in the sentinel that it comes down to, so that nobody above has to know
// either. An error that is no such thing passes unchanged.
func classify(err error) error {
	if sentinel := sentinelOf(err); sentinel != nil && !errors.Is(err, sentinel) {
		return fmt.Errorf("%w: %w", sentinel, err)
	}
	return err
}

// IsFull reports whether an error, of this package or not, comes down to a disk or a quota without space.
func IsFull(err error) bool { return errors.Is(err, ErrFull) || sentinelOf(err) == ErrFull } //nolint:errorlint // it is that one value

func sentinelOf(err error) error {
	switch {
	case err == nil:
		return nil
	case isAny(err, sqlite3.FULL, syscall.ENOSPC, errDiskQuota, sqlite3.IOERR_SHMSIZE): // the last: -shm cannot be enlarged
		return ErrFull
	case isAny(err, sqlite3.READONLY, fs.ErrPermission, syscall.EROFS):
		return ErrReadOnly
	case isAny(err, sqlite3.BUSY, sqlite3.LOCKED):
		return ErrBusy
	case isAny(err, sqlite3.CORRUPT, sqlite3.NOTADB):
		return ErrCorrupt
	default:
		return nil
	}
}

func isAny(err error, targets ...error) bool {
	for _, target := range targets {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
