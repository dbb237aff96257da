package vidiking

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Wait is a pause because the rate limit is exceeded. The limit is per minute (docs: 10 requests in the sandbox, 100 in production).
type Wait struct {
	Call           string
	For            time.Duration
	FromRetryAfter bool // the response's Retry-After header set the duration
}

// waitBudget limits how often a call waits for the rate limit.
type waitBudget struct{ tries int }

// maxWait is the longest single wait: the rate limit's minute plus a margin for clock differences.
const maxWait = 90 * time.Second

// next returns the next wait. Without Retry-After the waits grow and add up to more than the rate limit's minute.
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

// retryAfter parses a Retry-After header (RFC 9110, 10.2.3): seconds or a date. It returns a negative value if the header is absent or
// invalid.
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
