// Package journal is an append-only file in front of the delivery log. A process appends what it must not lose to a journal with one
// write, and files it into the log later. If the process dies first, the next process that opens the log reads the journal.
//
// A journal belongs to one process. It has a lock file, which the operating system unlocks when the process dies, and one or more
// numbered files of frames. The package does not know what a frame contains, nor how it is filed.
package journal

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"
)

const (
	// fileBytes is the size at which a Writer starts the next file.
	fileBytes = 16 << 20
	// largeBytes is the size from which a body is written without a copy.
	largeBytes = 1 << 20

	fileMode fs.FileMode = 0o600
)

// ErrClosed reports that the Writer is closed.
var ErrClosed = errors.New("the journal is closed")

// Position is a position in a journal, between two frames.
type Position struct {
	File   int64 // number of the file, from 1
	Offset int64
}

// Before reports whether p is closer to the beginning.
func (p Position) Before(o Position) bool {
	return p.File < o.File || p.File == o.File && p.Offset < o.Offset
}

// chunk is a range of frames that were written together.
type chunk struct {
	end    Position
	frames int
	bytes  int    // of the frames
	data   []byte // the frames, or nil: then read reads them from the file

	file  *os.File
	start int64
}

// read calls f with the payload of each frame after a position, and with the position after the frame. The payload is valid until f
// returns.
func (c *chunk) read(after Position, f func(end Position, payload []byte) error) error {
	data := c.data
	if data == nil {
		data = make([]byte, c.bytes)
		if _, err := c.file.ReadAt(data, c.start); err != nil {
			return fmt.Errorf("read the journal: %w", err)
		}
	}
	end := Position{c.end.File, c.start}
	for len(data) > 0 {
		payload, rest, ok := cutFrame(data)
		if !ok {
			return fmt.Errorf("read the journal: %s is damaged at %d", c.file.Name(), end.Offset)
		}
		data = rest
		end.Offset += frameBytes + int64(len(payload))
		if !after.Before(end) {
			continue
		}
		if err := f(end, payload); err != nil {
			return err
		}
	}
	return nil
}

// Writer appends frames to the journal of this process. It may be used by any number of goroutines.
type Writer struct {
	dir, id  string
	identity Identity
	lock     *flock.Flock
	backlog  *Backlog

	mu   sync.Mutex
	next *group // frames for the next write

	writeMu sync.Mutex // held during a write
	files   []*os.File // not yet removed, the current one last; nil once the Writer is closed
	number  int64      // of the current file
	offset  int64      // its end
	synced  Position
	sealed  bool // no more frames may be written
	failed  bool // the current file could not be truncated after a failed write, and must not be continued
}

// group is frames that are written together. The goroutine that appends the first frame writes the group as soon as the previous write
// has returned. A single caller therefore never waits for another goroutine, and many callers share a write.
type group struct {
	buf    []byte
	frames int
	led    bool // a goroutine is going to write the group
	done   chan struct{}
	err    error
}

func newGroup() *group { return &group{done: make(chan struct{})} }

// Create starts the journal of this process for a log in dir. It adds what it writes to the backlog, before Append returns.
func Create(ctx context.Context, dir string, identity Identity, backlog *Backlog) (*Writer, error) {
	w, err := create(ctx, dir, identity, backlog)
	if err != nil {
		return nil, fmt.Errorf("create a journal: %w", err)
	}
	return w, nil
}

func create(ctx context.Context, dir string, identity Identity, backlog *Backlog) (*Writer, error) {
	var id [8]byte
	if _, err := rand.Read(id[:]); err != nil {
		return nil, err
	}
	w := &Writer{dir: dir, id: hex.EncodeToString(id[:]), identity: identity, backlog: backlog, next: newGroup()}
	// Without the lock of the directory, another process could take the lock file for one that a dead process has left.
	unlock, err := lockDir(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	w.lock = newLock(lockPath(dir, w.id))
	if ok, err := w.lock.TryLock(); err != nil || !ok {
		return nil, errors.Join(err, fmt.Errorf("lock %s", w.lock.Path()))
	}
	if err := w.startFile(); err != nil {
		return nil, errors.Join(err, w.removeLock())
	}
	return w, nil
}

// ID returns the id of the journal, which is different from that of all other journals.
func (w *Writer) ID() string { return w.id }

// Append appends a frame whose payload has two parts, and returns when the operating system has it. If that fails, for example because
// the disk is full, no part of the frame remains.
func (w *Writer) Append(head, body []byte) error {
	if len(head)+len(body) > maxPayload {
		return fmt.Errorf("write the journal: %d bytes are too many for a frame", len(head)+len(body))
	}
	if len(body) > largeBytes {
		return w.appendLarge(head, body)
	}
	w.mu.Lock()
	g := w.next
	g.buf = appendFrame(g.buf, head, body)
	g.frames++
	isFirst := !g.led
	g.led = true
	w.mu.Unlock()
	if !isFirst {
		<-g.done
		return g.err
	}
	w.writeMu.Lock()
	defer w.writeMu.Unlock()
	w.mu.Lock()
	w.next = newGroup()
	w.mu.Unlock()
	g.err = w.write(g)
	close(g.done)
	return g.err
}

// AppendLater adds a frame to the next write, without causing one.
func (w *Writer) AppendLater(payload []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next.buf = appendFrame(w.next.buf, payload, nil)
	w.next.frames++
}

// write writes a group. The caller holds writeMu.
func (w *Writer) write(g *group) error {
	if err := w.prepare(); err != nil {
		return err
	}
	n, err := w.current().WriteAt(g.buf, w.offset)
	return w.finish(chunk{bytes: len(g.buf), frames: g.frames, data: g.buf}, n, err)
}

// appendLarge writes the body from the caller's memory.
func (w *Writer) appendLarge(head, body []byte) error {
	head = append(appendFrameHead(nil, head, body), head...)
	w.writeMu.Lock()
	defer w.writeMu.Unlock()
	if err := w.prepare(); err != nil {
		return err
	}
	n, err := w.current().WriteAt(head, w.offset)
	if err == nil {
		_, err = w.current().WriteAt(body, w.offset+int64(len(head)))
	}
	return w.finish(chunk{bytes: len(head) + len(body), frames: 1}, n, err)
}

// prepare makes sure that there is a file to continue.
func (w *Writer) prepare() error {
	switch {
	case w.files == nil, w.sealed:
		return ErrClosed
	case w.failed || w.offset >= fileBytes:
		if err := w.startFile(); err != nil {
			return fmt.Errorf("start a journal file: %w", err)
		}
	}
	return nil
}

// finish hands over a chunk that was written. If the write has failed, it truncates the file to the last complete frame.
func (w *Writer) finish(c chunk, written int, err error) error {
	if err != nil {
		if written > 0 {
			w.failed = w.current().Truncate(w.offset) != nil
		}
		return fmt.Errorf("write the journal: %w", err)
	}
	c.file, c.start = w.current(), w.offset
	w.offset += int64(c.bytes)
	c.end = Position{w.number, w.offset}
	w.backlog.add(c)
	return nil
}

func (w *Writer) current() *os.File { return w.files[len(w.files)-1] }

// startFile creates the next file.
func (w *Writer) startFile() error {
	f, err := os.OpenFile(filePath(w.dir, w.id, w.number+1), os.O_RDWR|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	header := encodeHeader(w.identity)
	if _, err := f.Write(header); err != nil {
		return errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	w.files = append(w.files, f)
	w.number++
	w.offset, w.failed = int64(len(header)), false
	return nil
}

// Sync asks the disk to keep what was written, for the case of a power cut.
func (w *Writer) Sync() error {
	w.writeMu.Lock()
	end := Position{w.number, w.offset}
	if w.files == nil || w.synced == end {
		w.writeMu.Unlock()
		return nil
	}
	f := w.current()
	w.synced = end
	w.writeMu.Unlock()
	if err := f.Sync(); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("sync the journal: %w", err)
	}
	return nil
}

// HasFiled reports whether there are files whose frames are all before a position.
func (w *Writer) HasFiled(p Position) bool {
	w.writeMu.Lock()
	defer w.writeMu.Unlock()
	return w.first() < p.File
}

// first returns the number of the oldest file.
func (w *Writer) first() int64 { return w.number - int64(len(w.files)) + 1 }

// RemoveFiled removes the files whose frames are all before a position. The caller has filed them, and the disk has the log.
func (w *Writer) RemoveFiled(p Position) error {
	w.writeMu.Lock()
	defer w.writeMu.Unlock()
	for len(w.files) > 1 && w.first() < p.File {
		if err := errors.Join(w.files[0].Close(), remove(w.files[0].Name())); err != nil {
			return fmt.Errorf("remove a journal file: %w", err)
		}
		w.files = w.files[1:]
	}
	return nil
}

// Seal makes all later calls of Append return ErrClosed. When it returns, the backlog has all frames.
func (w *Writer) Seal() {
	w.writeMu.Lock()
	defer w.writeMu.Unlock()
	w.sealed = true
}

// Remove closes the journal and removes its files. The caller has filed all frames, and the disk has the log. It first truncates the files,
// which removes the frames even if the directory was moved.
func (w *Writer) Remove() error {
	w.writeMu.Lock()
	defer w.writeMu.Unlock()
	if w.files == nil {
		return nil
	}
	var errs []error
	for _, f := range w.files {
		errs = append(errs, f.Truncate(0), f.Close(), remove(f.Name()))
	}
	w.files = nil
	if err := errors.Join(append(errs, w.removeLock())...); err != nil {
		return fmt.Errorf("remove the journal: %w", err)
	}
	return nil
}

// Close closes the journal and leaves its files to the next process that opens the log.
func (w *Writer) Close() error {
	w.writeMu.Lock()
	defer w.writeMu.Unlock()
	var errs []error
	for _, f := range w.files {
		errs = append(errs, f.Close())
	}
	w.files = nil
	if err := errors.Join(append(errs, w.lock.Unlock())...); err != nil {
		return fmt.Errorf("close the journal: %w", err)
	}
	return nil
}

// removeLock unlocks the journal and removes its lock file. Another process that finds the lock file in between finds no frames.
func (w *Writer) removeLock() error { return errors.Join(w.lock.Unlock(), remove(w.lock.Path())) }

func lockPath(dir, id string) string { return filepath.Join(dir, prefix+id+lockSuffix) }

func filePath(dir, id string, number int64) string {
	return filepath.Join(dir, fmt.Sprintf("%s%s-%06d", prefix, id, number))
}

// remove removes a file that may be gone.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
