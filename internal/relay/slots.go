package relay

import (
	"context"
	"slices"
	"sync"
)

// slots limits how many sends to one target run at once. A delivery that finds no free slot waits in line, ordered by arrival.
type slots struct {
	max int // 0: no limit

	mu   sync.Mutex
	busy int
	line []*waiter // ordered by n; not empty only while all slots are busy
}

// waiter is a delivery that waits for a slot.
type waiter struct {
	n       int64
	granted chan struct{}
}

// acquire takes a slot for the delivery that arrived as the n-th. It waits until one is free and reports false if ctx is done first.
// The caller releases the slot.
func (s *slots) acquire(ctx context.Context, n int64) bool {
	if ctx.Err() != nil {
		return false
	}
	w := s.enter(n)
	if w == nil {
		return true
	}
	select {
	case <-w.granted:
		if ctx.Err() == nil {
			return true
		}
		s.release()
	case <-ctx.Done():
		s.leave(w)
	}
	return false
}

// enter takes a free slot and returns nil, or joins the line.
func (s *slots) enter(n int64) *waiter {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.max == 0 || s.busy < s.max {
		s.busy++
		return nil
	}
	w := &waiter{n: n, granted: make(chan struct{})}
	at := len(s.line)
	for at > 0 && s.line[at-1].n > n {
		at--
	}
	s.line = slices.Insert(s.line, at, w)
	return w
}

// leave takes w out of the line, or frees the slot that w was granted in the meantime.
func (s *slots) leave(w *waiter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := slices.Index(s.line, w); at >= 0 {
		s.line = slices.Delete(s.line, at, at+1)
		return
	}
	s.free()
}

// release frees a slot, or hands it to the first in line.
func (s *slots) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free()
}

// free frees a slot. The caller holds mu.
func (s *slots) free() {
	if len(s.line) == 0 {
		s.busy--
		return
	}
	close(s.line[0].granted)
	s.line = slices.Delete(s.line, 0, 1)
}
