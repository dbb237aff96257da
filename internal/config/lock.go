package config

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"
)

// lockPatience is how long a writer waits for another. A write takes milliseconds, so this is for a machine that is very busy.
const lockTimeout = 5 * time.Second

// lock keeps other writers of the file at path away until unlock is called, or until the process ends in any way. It locks the directory
// itself, which leaves nothing behind in a directory that may be a repository of dotfiles. Where a directory cannot be locked
// (Windows, some network file systems), it locks a file beside the other, which stays.
func lock(path string, patience time.Duration) (unlock func(), err error) {
	dir := filepath.Dir(path)
	if runtime.GOOS != "windows" {
		unlock, err = acquire(flock.New(dir, flock.SetFlag(os.O_RDONLY)), patience)
		if err == nil || errors.Is(err, ErrBusy) {
			return unlock, err
		}
	}
	return acquire(flock.New(filepath.Join(dir, "."+filepath.Base(path)+".lock")), patience)
}

func acquire(l *flock.Flock, patience time.Duration) (unlock func(), err error) {
	const pause = 5 * time.Millisecond
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, err = l.TryLockContext(ctx, pause)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, ErrBusy
	}
	if err != nil {
		return nil, err
	}
	return func() { _ = l.Unlock() }, nil // closing is all that could fail, and the end of the process does it too
}
