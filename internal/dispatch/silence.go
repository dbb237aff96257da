package dispatch

import (
	"errors"
	"sync"
	"time"
)

// errSilence is the cause of an exchange that ended because the receiver was silent for too long.
var errSilence = errors.New("the receiver was silent for too long")

// silence ends exchanges when the receiver is silent, which means that none of the exchanges in progress gets a byte of a response or
// a 1xx response. One clock serves all of them, because an exchange may have to wait until the receiver accepts its connection.
type silence struct {
	limit time.Duration // 0: none

	mu   sync.Mutex
	last time.Time // when the receiver was last heard from
}

// reset records that the receiver was heard from.
func (s *silence) reset() {
	if s.limit > 0 {
		s.mu.Lock()
		s.last = time.Now()
		s.mu.Unlock()
	}
}

// watch calls end once the receiver has been silent for the limit, unless stop is called first.
func (s *silence) watch(end func()) (stop func()) {
	began := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	var timer *time.Timer
	timer = time.AfterFunc(s.limit, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		since := began
		if s.last.After(since) {
			since = s.last
		}
		if left := s.limit - time.Since(since); left > 0 {
			timer.Reset(left)
			return
		}
		end()
	})
	return func() { timer.Stop() }
}
