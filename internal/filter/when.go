package filter

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Times says in a hint what ParseWhen reads.
const Times = "how long ago (1h, 2d), a clock time (14:03:10) or a date (2026-03-02)"

// ParseWhen reads a point in time as people write it: how long ago (90s, 1h30m, 2d), a clock time (14:03, 14:03:10: the last time
// it was that), a date (2026-03-02: its beginning), or both (2026-03-02T14:03:10, with a zone or without).
func ParseWhen(s string, now time.Time, loc *time.Location) (time.Time, error) {
	s = strings.TrimSpace(s)
	if ago, ok := parseDuration(s); ok {
		return now.Add(-ago), nil
	}
	local := now.In(loc)
	for _, layout := range []string{"15:04:05", "15:04"} {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			at := time.Date(local.Year(), local.Month(), local.Day(), t.Hour(), t.Minute(), t.Second(), 0, loc)
			if at.After(now) {
				at = time.Date(local.Year(), local.Month(), local.Day()-1, t.Hour(), t.Minute(), t.Second(), 0, loc)
			}
			return at, nil
		}
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is neither a duration, nor a clock time, nor a date", s)
}

// parseDuration reads how long something takes or is ago, with days beside Go's units, as in 2d or 1d12h. It is never negative.
func parseDuration(s string) (time.Duration, bool) {
	var days time.Duration
	if before, after, ok := strings.Cut(s, "d"); ok {
		n, err := strconv.Atoi(before)
		if err != nil || n < 0 || n > 36500 {
			return 0, false
		}
		if days = time.Duration(n) * 24 * time.Hour; after == "" {
			return days, true
		}
		s = after
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || d > math.MaxInt64-days {
		return 0, false
	}
	return days + d, true
}
