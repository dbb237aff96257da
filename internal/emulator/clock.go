package emulator

import (
	"sync"
	"time"
)

// Clock is the emulator's time. It runs at a multiple of the system's speed, or stands still, and can be moved forward. It never goes
// back. It is a retry.Clock.
type Clock struct {
	speed float64 // 0: it stands still until Set moves it
	now   func() time.Time

	mu    sync.Mutex
	base  time.Time     // what it showed at start
	start time.Time     // of the system's clock
	moved chan struct{} // closed by Set
}

// NewClock returns a clock that shows at and runs speed times as fast as now. If speed is 0, only Set moves it.
func NewClock(at time.Time, speed float64, now func() time.Time) *Clock {
	return &Clock{speed: speed, now: now, base: at, start: now(), moved: make(chan struct{})}
}

// Now returns the time in UTC, in milliseconds, as the delivery log keeps it.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.nowLocked()
}

func (c *Clock) nowLocked() time.Time {
	at := c.base
	if c.speed > 0 {
		at = at.Add(time.Duration(float64(c.now().Sub(c.start)) * c.speed))
	}
	return at.UTC().Truncate(time.Millisecond)
}

// resume continues at the time that the clock of an earlier run showed last; zero: there was none. A clock that runs like the system's also
// counts the time in between, as a provider's would.
func (c *Clock) resume(at time.Time) {
	if at.IsZero() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.speed == 1 && at.Before(c.nowLocked()) {
		return
	}
	c.base, c.start = at, c.now()
}

// Set moves the clock forward. A time in the past has no effect.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !at.After(c.nowLocked()) {
		return
	}
	c.base, c.start = at, c.now()
	close(c.moved)
	c.moved = make(chan struct{})
}

// WaitUntil implements retry.Clock.
func (c *Clock) WaitUntil(t time.Time, wake, done <-chan struct{}) {
	c.mu.Lock()
	left, moved := t.Sub(c.nowLocked()), c.moved
	c.mu.Unlock()
	if left <= 0 {
		return
	}
	var reached <-chan time.Time
	if c.speed > 0 {
		// Now truncates to milliseconds, so a timer for exactly the remaining time could fire too early.
		timer := time.NewTimer(time.Duration(float64(left)/c.speed) + time.Millisecond)
		defer timer.Stop()
		reached = timer.C
	}
	select {
	case <-reached:
	case <-moved:
	case <-wake:
	case <-done:
	}
}
