package relay

import (
	"context"
	"slices"
	"sync"
)

// slots limits the concurrent sends to one target. If no slot is free, deliveries wait in order of arrival.
type slots struct {
	max int // 0: no limit

	mu      sync.Mutex
	busy    int
	waiters []*slotWaiter // ordered by seq; empty unless all slots are busy
}

// slotWaiter is a delivery that waits for a slot.
type slotWaiter struct {
	seq     int64
	granted chan struct{}
}

// acquire takes a slot for delivery number n. It waits until one is free, or reports false if ctx is done first. The caller releases the
// slot.
func (s *slots) acquire(ctx context.Context, n int64) bool {
	if ctx.Err() != nil {
		return false
	}
	w := s.takeOrQueue(n)
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
		s.cancel(w)
	}
	return false
}

// takeOrQueue takes a free slot and returns nil, or returns a new waiter.
func (s *slots) takeOrQueue(n int64) *slotWaiter {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.max == 0 || s.busy < s.max {
		s.busy++
		return nil
	}
	w := &slotWaiter{seq: n, granted: make(chan struct{})}
	at := len(s.waiters)
	for at > 0 && s.waiters[at-1].seq > n {
		at--
	}
	s.waiters = slices.Insert(s.waiters, at, w)
	return w
}

// cancel removes w from the waiters, or frees the slot that w has been granted.
func (s *slots) cancel(w *slotWaiter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := slices.Index(s.waiters, w); at >= 0 {
		s.waiters = slices.Delete(s.waiters, at, at+1)
		return
	}
	s.freeLocked()
}

// release frees a slot or grants it to the first waiter.
func (s *slots) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.freeLocked()
}

// freeLocked is release with mu held.
func (s *slots) freeLocked() {
	if len(s.waiters) == 0 {
		s.busy--
		return
	}
	close(s.waiters[0].granted)
	s.waiters = slices.Delete(s.waiters, 0, 1)
}
