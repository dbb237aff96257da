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

// lockTimeout is how long a change waits for another process. Most changes take a second, but one that waits for Vidiking's rate limit
// takes longer.
const lockTimeout = 15 * time.Second

// lock excludes other changes until unlock is called or the process ends.
func (s *Store) lock(ctx context.Context) (unlock func(), err error) {
	path := s.savedPath + ".lock"
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, &FileError{path, "create", withoutPath(err)}
	}
	if err := atomicfile.CheckRegular(path); err != nil {
		return nil, &FileError{path, "lock", withoutPath(err)}
	}
	timed, cancel := context.WithTimeout(ctx, lockTimeout)
	defer cancel()
	l := flock.New(path, flock.SetPermissions(0o600))
	_, err = l.TryLockContext(timed, 10*time.Millisecond)
	switch {
	case err == nil:
		return func() { _ = l.Unlock() }, nil // only closing could fail, and the process's end closes the file too
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return nil, ErrBusy
	}
	return nil, &FileError{path, "lock", withoutPath(err)}
}

// holderLock returns the path of the file that a holder keeps locked while it lives. The lock is released even if the process is killed.
func (s *Store) holderLock(id string) string {
	return s.savedPath + "." + filepath.Base(id) + ".lock"
}

// isLive reports whether a holder's process is alive, by trying to get a shared lock against its exclusive one. If it cannot tell, it
// reports true, because a live holder must keep its registration.
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
