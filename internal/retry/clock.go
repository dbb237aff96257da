package retry

import "time"

// Clock is the time that a Queue goes by.
type Clock interface {
	Now() time.Time
	// WaitUntil returns once the clock has reached t, or wake or done can be received from. It may return early.
	WaitUntil(t time.Time, wake, done <-chan struct{})
}

// SystemClock returns the system's clock, read with now.
func SystemClock(now func() time.Time) Clock { return systemClock{now} }

type systemClock struct{ now func() time.Time }

func (c systemClock) Now() time.Time { return c.now() }

func (c systemClock) WaitUntil(t time.Time, wake, done <-chan struct{}) {
	timer := time.NewTimer(t.Sub(c.now()))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-wake:
	case <-done:
	}
}
