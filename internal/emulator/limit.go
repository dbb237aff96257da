package emulator

import (
	"sync"
	"time"
)

// rateLimit is a number of requests per minute. Each limit has a count of its own.
type rateLimit int

const (
	sandboxLimit    rateLimit = 10 // docs: Transport
	productionLimit rateLimit = 100
	limitWindow               = time.Minute
)

// limiter counts the requests of the last minute, on the emulator's clock. It does not survive a restart.
type limiter struct {
	mu    sync.Mutex
	calls map[rateLimit][]time.Time
}

// allow reports whether another request is within a limit, and counts it then.
func (l *limiter) allow(limit rateLimit, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	calls := l.calls[limit]
	for len(calls) > 0 && !calls[0].After(now.Add(-limitWindow)) {
		calls = calls[1:]
	}
	allowed := len(calls) < int(limit)
	if allowed {
		calls = append(calls, now)
	}
	if l.calls == nil {
		l.calls = map[rateLimit][]time.Time{}
	}
	l.calls[limit] = calls
	return allowed
}
