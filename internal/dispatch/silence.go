package dispatch

import (
	"errors"
	"sync"
	"time"
)

// errSilence is the end of an exchange in which nothing came for too long.
var errSilence = errors.New("nothing came back")

// silence ends exchanges if their receiver gives no sign of life: a byte of a response, or a 1xx response, to any of the exchanges under
// way. One of them may have to wait until the receiver accepts its connection.
type silence struct {
	limit time.Duration // 0: none

	mu   sync.Mutex
	last time.Time // the newest sign of life
}

// sign notes a sign of life.
func (s *silence) sign() {
	if s.limit > 0 {
		s.mu.Lock()
		s.last = time.Now()
		s.mu.Unlock()
	}
}

// watch calls end if there is no sign of life for as long as the limit, until stop is called.
func (s *silence) watch(end func()) (stop func()) {
	if s.limit <= 0 {
		return func() {}
	}
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
