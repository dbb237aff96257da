package store

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/journal"
)

const (
	// filingInterval is how long an entry waits in the journal before it is filed. Readers that poll see a delivery within 50 ms.
	filingInterval = 20 * time.Millisecond

	// Limits of one transaction.
	filingFrames = 1000
	filingBytes  = 4 << 20

	// The limits of the entries that are not yet filed. Beyond backlogMemory, the writer reads them from the journal file again. Together
	// with the bodies that an ingress has in flight (40 MiB), backlogMemory stays below 64 MiB.
	backlogBytes  = 64 << 20
	backlogMemory = 8 << 20
)

// backlog is the entries of one journal that are not yet in the log.
type backlog struct {
	wake chan struct{} // tells the writer about the first entry, and about a full transaction

	mu     sync.Mutex
	chunks []journal.Chunk
	bytes  int           // of all chunks
	memory int           // of the chunks that have their data
	frames int           // in all chunks
	filed  chan struct{} // closed when the writer has filed some; nil if no caller waits
}

func newBacklog(wake chan struct{}) *backlog { return &backlog{wake: wake} }

// add appends a chunk that the journal has written.
func (b *backlog) add(c journal.Chunk) {
	b.mu.Lock()
	defer b.mu.Unlock()
	wasFull := b.isBatch()
	if b.memory+len(c.Data) > backlogMemory {
		c.Data = nil
	}
	b.chunks = append(b.chunks, c)
	b.bytes, b.memory, b.frames = b.bytes+c.Bytes, b.memory+len(c.Data), b.frames+c.Frames
	if len(b.chunks) == 1 || !wasFull && b.isBatch() {
		select {
		case b.wake <- struct{}{}:
		default:
		}
	}
}

// isBatch reports whether the backlog fills a transaction. The caller holds mu.
func (b *backlog) isBatch() bool { return b.frames >= filingFrames || b.bytes >= filingBytes }

func (b *backlog) state() (isEmpty, isBatch bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.chunks) == 0, b.isBatch()
}

// Read calls f with each frame after a position.
func (b *backlog) Read(after journal.Position, f func(end journal.Position, payload []byte) error) error {
	b.mu.Lock()
	chunks := slices.Clone(b.chunks)
	b.mu.Unlock()
	for i := range chunks {
		if err := chunks[i].Read(after, f); err != nil {
			return err
		}
	}
	return nil
}

// remove removes everything up to a position, which is in the log now.
func (b *backlog) remove(p journal.Position) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for n < len(b.chunks) && !p.Before(b.chunks[n].End) {
		b.bytes, b.memory, b.frames = b.bytes-b.chunks[n].Bytes, b.memory-len(b.chunks[n].Data), b.frames-b.chunks[n].Frames
		n++
	}
	b.chunks = slices.Delete(b.chunks, 0, n)
	if n > 0 && b.filed != nil {
		close(b.filed)
		b.filed = nil
	}
}

// waitForSpace returns when the backlog is below its limit. If the log cannot be written for too long, it returns ErrBusy.
func (b *backlog) waitForSpace(ctx context.Context) error {
	var timeout <-chan time.Time
	for {
		b.mu.Lock()
		if b.bytes < backlogBytes {
			b.mu.Unlock()
			return nil
		}
		if b.filed == nil {
			b.filed = make(chan struct{})
		}
		filed := b.filed
		b.mu.Unlock()
		if timeout == nil {
			timeout = time.After(busyTimeout)
		}
		select {
		case <-filed:
		case <-timeout:
			return ErrBusy
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
