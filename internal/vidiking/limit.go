package vidiking

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Wait is a pause since the rate limit is used up, which is counted by the minute (docs: 10 requests a minute in the sandbox, 100 in
// production).
type Wait struct {
	Call           string
	For            time.Duration
	FromRetryAfter bool // the answer asked for it, by Retry-After
}

// patience is how much longer a call waits for the rate limit.
type waitBudget struct{ tries int }

// longestWait is the longest pause that a call takes: the limit's minute, and some for a slow clock.
const maxWait = 90 * time.Second

// next is the pause before the next try. Where the answer does not say how long, the pauses grow and cover the limit's minute.
func (p *waitBudget) next(e *StatusError) (Wait, bool) {
	pauses := [...]time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Second}
	if p.tries >= len(pauses) {
		return Wait{}, false
	}
	w := Wait{For: pauses[p.tries]}
	p.tries++
	if e.retryAfter >= 0 {
		w.For, w.FromRetryAfter = e.retryAfter, true
	}
	return w, w.For <= maxWait
}

// retryAfter reads the header of that name (RFC 9110, 10.2.3): seconds, or a date. Negative where it is absent or neither.
func retryAfter(text string, now time.Time) time.Duration {
	text = strings.TrimSpace(text)
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	return -1
}

// sleep waits, unless the caller gives up first. Nothing was carried out of what is waited for.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return &interruptedError{err: ctx.Err()}
	}
}
