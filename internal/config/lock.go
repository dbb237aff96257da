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

// lockTimeout limits how long a writer waits for another one. A write takes milliseconds, so only very busy machines need this time.
const lockTimeout = 5 * time.Second

// lock keeps other processes from writing the file at path until unlock is called or the process ends. It locks the directory, so no lock
// file is left in a directory that may be a dotfiles repository. If the directory cannot be locked (Windows, some network file systems), it
// locks a file next to the other one, which stays.
func lock(path string, timeout time.Duration) (unlock func(), err error) {
	dir := filepath.Dir(path)
	if runtime.GOOS != "windows" {
		unlock, err = acquire(flock.New(dir, flock.SetFlag(os.O_RDONLY)), timeout)
		if err == nil || errors.Is(err, ErrBusy) {
			return unlock, err
		}
	}
	return acquire(flock.New(filepath.Join(dir, "."+filepath.Base(path)+".lock")), timeout)
}

func acquire(l *flock.Flock, timeout time.Duration) (unlock func(), err error) {
	const pause = 5 * time.Millisecond
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	_, err = l.TryLockContext(ctx, pause)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, ErrBusy
	}
	if err != nil {
		return nil, err
	}
	return func() { _ = l.Unlock() }, nil // only closing could fail, and the end of the process closes it anyway
}
