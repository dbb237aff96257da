package journal

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// The limits of the frames that are not yet filed. Beyond backlogMemory, they are read from the file again. Together with the bodies that an
// ingress has in flight (40 MiB), backlogMemory stays below 64 MiB.
const (
	BacklogBytes  = 64 << 20
	backlogMemory = 8 << 20
)

// ErrBacklog reports that the backlog has been full for too long.
var ErrBacklog = errors.New("too much of the journal is not yet filed")

// Batch is how much is filed in one transaction.
type Batch struct{ Frames, Bytes int }

// Backlog is the frames of a journal that are not yet filed. A Writer adds them, and another goroutine files and removes them.
type Backlog struct {
	batch Batch
	wake  chan<- struct{}

	mu     sync.Mutex
	chunks []chunk
	bytes  int           // of all chunks
	memory int           // of the chunks that have their data
	frames int           // in all chunks
	filed  chan struct{} // closed when some are removed; nil if no caller waits
}

// NewBacklog returns an empty backlog. It sends to wake, unless that would block, when it gets its first frame, and when it fills a batch.
func NewBacklog(wake chan<- struct{}, batch Batch) *Backlog {
	return &Backlog{wake: wake, batch: batch}
}

// add appends a chunk that the Writer has written.
func (b *Backlog) add(c chunk) {
	b.mu.Lock()
	defer b.mu.Unlock()
	wasFull := b.isBatch()
	if b.memory+len(c.data) > backlogMemory {
		c.data = nil
	}
	b.chunks = append(b.chunks, c)
	b.bytes, b.memory, b.frames = b.bytes+c.bytes, b.memory+len(c.data), b.frames+c.frames
	if len(b.chunks) == 1 || !wasFull && b.isBatch() {
		select {
		case b.wake <- struct{}{}:
		default:
		}
	}
}

// isBatch reports whether the backlog fills a transaction. The caller holds mu.
func (b *Backlog) isBatch() bool { return b.frames >= b.batch.Frames || b.bytes >= b.batch.Bytes }

// State reports whether there are no frames, and whether there are enough for a batch.
func (b *Backlog) State() (isEmpty, isBatch bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.chunks) == 0, b.isBatch()
}

// Read calls f with each frame after a position.
func (b *Backlog) Read(after Position, f func(end Position, payload []byte) error) error {
	b.mu.Lock()
	chunks := slices.Clone(b.chunks)
	b.mu.Unlock()
	for i := range chunks {
		if err := chunks[i].read(after, f); err != nil {
			return err
		}
	}
	return nil
}

// Remove removes everything up to a position, which is filed now.
func (b *Backlog) Remove(p Position) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for n < len(b.chunks) && !p.Before(b.chunks[n].end) {
		b.bytes, b.memory, b.frames = b.bytes-b.chunks[n].bytes, b.memory-len(b.chunks[n].data), b.frames-b.chunks[n].frames
		n++
	}
	b.chunks = slices.Delete(b.chunks, 0, n)
	if n > 0 && b.filed != nil {
		close(b.filed)
		b.filed = nil
	}
}

// WaitForSpace returns when the backlog is below its limit. After the timeout, it returns ErrBacklog.
func (b *Backlog) WaitForSpace(ctx context.Context, timeout time.Duration) error {
	var tooLate <-chan time.Time
	for {
		b.mu.Lock()
		if b.bytes < BacklogBytes {
			b.mu.Unlock()
			return nil
		}
		if b.filed == nil {
			b.filed = make(chan struct{})
		}
		filed := b.filed
		b.mu.Unlock()
		if tooLate == nil {
			tooLate = time.After(timeout)
		}
		select {
		case <-filed:
		case <-tooLate:
			return ErrBacklog
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
