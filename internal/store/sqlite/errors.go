package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/ncruces/go-sqlite3"
)

// The causes that callers distinguish. Classify wraps errors of the driver and of the file system in them.
var (
	ErrBusy     = errors.New("the delivery log is locked by another process")
	ErrFull     = errors.New("no space left for the delivery log")
	ErrReadOnly = errors.New("the delivery log cannot be written")
	ErrCorrupt  = errors.New("the delivery log is damaged")
)

// ErrPanic reports a panic of the driver, which happens if SQLite has no memory for a string.
var ErrPanic = errors.New("the database panicked")

// IsTooBig reports whether a string or blob is longer than SQLite allows.
func IsTooBig(err error) bool { return errors.Is(err, sqlite3.TOOBIG) }

// errWindowsDiskQuota is ERROR_DISK_QUOTA_EXCEEDED, which the syscall package does not name (Windows: System Error Codes). No other
// system has an error of that number.
const errWindowsDiskQuota = syscall.Errno(1295)

// Classify wraps an error in the one of the causes above that it comes from. It returns any other error unchanged.
func Classify(err error) error {
	if cause := causeOf(err); cause != nil && !errors.Is(err, cause) {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
}

// IsFull reports whether an error of any package comes from a disk without space, or from an exhausted disk quota.
func IsFull(err error) bool {
	// SQLite reports IOERR_SHMSIZE if it cannot enlarge the -shm file.
	return isAny(err, ErrFull, sqlite3.FULL, syscall.ENOSPC, syscall.EDQUOT, errWindowsDiskQuota, sqlite3.IOERR_SHMSIZE)
}

// IsInterrupted reports whether a statement was stopped by the context of SetInterrupt.
func IsInterrupted(err error) bool { return errors.Is(err, sqlite3.INTERRUPT) }

// IsDuplicate reports whether a statement would have violated a UNIQUE constraint.
func IsDuplicate(err error) bool { return errors.Is(err, sqlite3.CONSTRAINT_UNIQUE) }

// IsWriteNeeded reports whether a database could not be opened for reading because SQLite must first create or write the files next to it.
func IsWriteNeeded(err error) bool { return isAny(err, sqlite3.CANTOPEN, sqlite3.READONLY) }

func causeOf(err error) error {
	switch {
	case err == nil:
		return nil
	case IsFull(err):
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
