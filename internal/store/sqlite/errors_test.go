package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"github.com/ncruces/go-sqlite3"
)

func TestClassifyNamesTheCause(t *testing.T) {
	for name, c := range map[string]struct{ err, want error }{
		"full":            {sqlite3.FULL, ErrFull},
		"no space":        {&fs.PathError{Op: "write", Err: syscall.ENOSPC}, ErrFull},
		"quota":           {fmt.Errorf("disk I/O error: %w", syscall.EDQUOT), ErrFull},
		"read-only":       {sqlite3.READONLY_DIRECTORY, ErrReadOnly},
		"read-only disk":  {&fs.PathError{Op: "open", Err: syscall.EROFS}, ErrReadOnly},
		"permission":      {&fs.PathError{Op: "mkdir", Err: syscall.EACCES}, ErrReadOnly},
		"busy":            {sqlite3.BUSY, ErrBusy},
		"recovering":      {sqlite3.BUSY_RECOVERY, ErrBusy},
		"locked":          {sqlite3.LOCKED, ErrBusy},
		"corrupt":         {sqlite3.CORRUPT_INDEX, ErrCorrupt},
		"not a database":  {sqlite3.NOTADB, ErrCorrupt},
		"classified":      {fmt.Errorf("%w: why", ErrCorrupt), ErrCorrupt},
		"with a rollback": {errors.Join(sqlite3.FULL, sqlite3.ERROR), ErrFull},
	} {
		got := Classify(fmt.Errorf("write: %w", c.err))
		if !errors.Is(got, c.want) || !errors.Is(got, c.err) {
			t.Errorf("%s: %v, want %q and the original error", name, got, c.want)
		}
	}
	for _, err := range []error{nil, errors.New("something else"), sqlite3.ERROR} {
		if got := Classify(err); got != err { //nolint:errorlint // identity matters
			t.Errorf("Classify(%v) = %v, want it unchanged", err, got)
		}
	}
}
