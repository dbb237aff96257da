package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
)

const (
	prefix     = "journal-"
	lockSuffix = ".lock"

	// dirLock is the lock of the directory. A process that starts a journal, or looks for those of dead processes, holds it.
	dirLock = "journals.lock"

	// lockPause is the pause between two tries to lock the directory.
	lockPause = 2 * time.Millisecond
)

func newLock(path string) *flock.Flock { return flock.New(path, flock.SetPermissions(fileMode)) }

// lockDir waits until no other process starts or recovers a journal in dir.
func lockDir(ctx context.Context, dir string) (unlock func(), err error) {
	lock := newLock(filepath.Join(dir, dirLock))
	if err := atomicfile.CheckRegular(lock.Path()); err != nil {
		return nil, err
	}
	if _, err := lock.TryLockContext(ctx, lockPause); err != nil {
		return nil, err
	}
	return func() { _ = lock.Unlock() }, nil // closing the file unlocks it in any case
}

// Dead is the journal of a process that has died. It is locked while it is in use.
type Dead struct {
	ID       string
	Identity Identity // of the log; zero if the journal has no frames
	paths    []string // in the order of their numbers
	numbers  []int64
}

// Exists reports whether there is a journal in dir, of any process.
func Exists(dir string) bool {
	found, err := find(dir)
	return err == nil && len(found) > 0
}

// Recover calls f with the journal of each dead process in dir, and removes the journal when f returns nil. Other processes that look for
// journals wait meanwhile.
func Recover(ctx context.Context, dir string, f func(*Dead) error) error {
	if !Exists(dir) {
		return nil
	}
	unlock, err := lockDir(ctx, dir)
	if err != nil {
		return fmt.Errorf("recover journals: %w", err)
	}
	defer unlock()
	found, err := find(dir)
	if err != nil {
		return fmt.Errorf("recover journals: %w", err)
	}
	for _, d := range found {
		if err := d.recover(dir, f); err != nil {
			return fmt.Errorf("recover the journal %s: %w", d.ID, err)
		}
	}
	return nil
}

// recover does nothing if the process is alive.
func (d *Dead) recover(dir string, f func(*Dead) error) (err error) {
	lock := newLock(lockPath(dir, d.ID))
	locked, err := lock.TryLock()
	if err != nil || !locked {
		return err
	}
	defer func() {
		err = errors.Join(err, lock.Unlock())
		if err == nil {
			err = remove(lock.Path()) // the lock of the directory keeps others from locking it meanwhile
		}
	}()
	if err := d.readIdentity(); err != nil {
		return err
	}
	if err := f(d); err != nil {
		return err
	}
	for _, path := range d.paths {
		if err := remove(path); err != nil {
			return err
		}
	}
	return nil
}

// FirstDead returns the first journal of a dead process in dir, or nil. It only reads, and the journal is not locked when it returns.
func FirstDead(ctx context.Context, dir string) (*Dead, error) {
	if !Exists(dir) {
		return nil, nil
	}
	unlock, err := lockDir(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("look for journals: %w", err)
	}
	defer unlock()
	found, err := find(dir)
	if err != nil {
		return nil, fmt.Errorf("look for journals: %w", err)
	}
	for _, d := range found {
		lock := newLock(lockPath(dir, d.ID))
		locked, err := lock.TryLock()
		if err == nil && locked {
			return d, errors.Join(d.readIdentity(), lock.Unlock())
		}
		if err != nil {
			return nil, fmt.Errorf("look for journals: %w", err)
		}
	}
	return nil, nil
}

// find returns the journals in dir, including those without a file of frames.
func find(dir string) ([]*Dead, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	byID := map[string]*Dead{}
	var found []*Dead
	for _, entry := range entries { // sorted by name, so the files of a journal are in order
		id, number, ok := parseName(entry.Name())
		if !ok || !entry.Type().IsRegular() {
			continue
		}
		d := byID[id]
		if d == nil {
			d = &Dead{ID: id}
			byID[id] = d
			found = append(found, d)
		}
		if number > 0 {
			d.paths = append(d.paths, filepath.Join(dir, entry.Name()))
			d.numbers = append(d.numbers, number)
		}
	}
	return found, nil
}

// parseName parses the name of a file of a journal. The number of the lock file is 0.
func parseName(name string) (id string, number int64, ok bool) {
	name, ok = strings.CutPrefix(name, prefix)
	if !ok {
		return "", 0, false
	}
	if id, ok := strings.CutSuffix(name, lockSuffix); ok {
		return id, 0, id != ""
	}
	id, digits, ok := strings.Cut(name, "-")
	number, err := strconv.ParseInt(digits, 10, 64)
	return id, number, ok && err == nil && number > 0
}

func (d *Dead) readIdentity() error {
	for _, path := range d.paths {
		err := read(path, func(file *os.File, size int64) error {
			header := make([]byte, min(size, int64(headerBytes)))
			if _, err := file.ReadAt(header, 0); err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			id, ok, err := decodeHeader(header)
			if ok {
				d.Identity = id
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Read calls f with the payload of each frame after a position, and with the position after the frame. The zero position is the beginning.
// In each file, Read stops at the first frame that is incomplete or damaged: nothing after that one was acknowledged.
func (d *Dead) Read(after Position, f func(end Position, payload []byte) error) error {
	for i, path := range d.paths {
		number := d.numbers[i]
		if number < after.File {
			continue
		}
		offset := int64(headerBytes)
		if number == after.File {
			offset = max(offset, after.Offset)
		}
		err := read(path, func(file *os.File, size int64) error {
			return readFrames(file, size, offset, func(end int64, payload []byte) error {
				return f(Position{number, end}, payload)
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func read(path string, f func(file *os.File, size int64) error) error {
	file, err := os.Open(filepath.Clean(path))
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // only read
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return f(file, info.Size())
}

// IDs returns the ids of all journals in dir.
func IDs(dir string) ([]string, error) {
	found, err := find(dir)
	ids := make([]string, 0, len(found))
	for _, d := range found {
		ids = append(ids, d.ID)
	}
	return ids, err
}
