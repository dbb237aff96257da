package account

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
)

// patience is how long a change waits for another. Most take a second; one that waits for Vidiking's rate limit takes longer.
const lockTimeout = 15 * time.Second

// lock keeps other changes away until unlock is called, or until the process ends in any way.
func (s *Store) lock(ctx context.Context) (unlock func(), err error) {
	path := s.savedPath + ".lock"
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, &FileError{path, "can't be made", withoutPath(err)}
	}
	if err := atomicfile.CheckRegular(path); err != nil {
		return nil, &FileError{path, "can't be locked", withoutPath(err)}
	}
	timed, cancel := context.WithTimeout(ctx, lockTimeout)
	defer cancel()
	l := flock.New(path, flock.SetPermissions(0o600))
	_, err = l.TryLockContext(timed, 10*time.Millisecond)
	switch {
	case err == nil:
		return func() { _ = l.Unlock() }, nil // closing is all that could fail, and the end of the process does it too
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return nil, ErrBusy
	}
	return nil, &FileError{path, "can't be locked", withoutPath(err)}
}

// holderLock is the file that a holder keeps locked for as long as it lives, so that any death frees it.
func (s *Store) holderLock(id string) string {
	return s.savedPath + "." + filepath.Base(id) + ".lock"
}

// isLive reports whether a holder's process lives: whether its exclusive lock keeps out a shared one. Whoever can't tell says yes, so
// that nothing is taken from a live one.
func (s *Store) isLive(id string) bool {
	path := s.holderLock(id)
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if atomicfile.CheckRegular(path) != nil {
		return true
	}
	probe := flock.New(path, flock.SetPermissions(0o600))
	free, err := probe.TryRLock()
	if err != nil || !free {
		return true
	}
	_ = probe.Unlock()
	return false
}
