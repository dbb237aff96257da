package filter

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// TimeExamples is a hint with examples of what ParseWhen accepts.
const TimeExamples = `write 1h, "2 days ago", 14:03:10, 2026-03-02, today, yesterday or monday`

// TimeSuggestions returns times to suggest, in the form that ParseWhen accepts.
func TimeSuggestions() []string { return []string{"10m", "1h", "1d", "today", "yesterday"} }

// ParseWhen parses a time: a duration ago (90s, 1h30m, 2d, "2 hours ago"), the last occurrence of a clock time (14:03, 14:03:10), the
// beginning of a date (2026-03-02) or of the last day by name (today, yesterday, monday), a day with a clock time (2026-03-02T14:03:10 with
// or without a time zone, yesterday 14:03), or now.
func ParseWhen(s string, now time.Time, loc *time.Location) (time.Time, error) {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	now = now.In(loc)
	if s == "now" {
		return now, nil
	}
	if t, ok := parseAgo(s, now); ok {
		return t, nil
	}
	if t, ok := parseClock(s, now); ok {
		if t.After(now) {
			t, _ = parseClock(s, now.AddDate(0, 0, -1))
		}
		return t, nil
	}
	if day, clock, found := strings.Cut(s, " "); found {
		midnight, isDay := parseDay(day, now)
		if t, ok := parseClock(clock, midnight); ok && isDay {
			return t, nil
		}
	}
	if t, ok := parseDay(s, now); ok {
		return t, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, strings.ToUpper(s), loc); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is neither a duration, nor a clock time, nor a date", s)
}

// parseClock parses a clock time on the day of at.
func parseClock(s string, at time.Time) (time.Time, bool) {
	for _, layout := range []string{"15:04:05", "15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			return time.Date(at.Year(), at.Month(), at.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), at.Location()), true
		}
	}
	return time.Time{}, false
}

// parseDay parses a date or the name of a day, and returns its beginning. A weekday is the last one, including today.
func parseDay(s string, now time.Time) (time.Time, bool) {
	if t, err := time.ParseInLocation(time.DateOnly, s, now.Location()); err == nil {
		return t, true
	}
	daysAgo := -1
	switch s {
	case "today":
		daysAgo = 0
	case "yesterday":
		daysAgo = 1
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if name := strings.ToLower(d.String()); s == name || s == name[:3] {
			daysAgo = int(now.Weekday()-d+7) % 7
		}
	}
	return time.Date(now.Year(), now.Month(), now.Day()-daysAgo, 0, 0, 0, 0, now.Location()), daysAgo >= 0
}

// parseAgo parses a duration, or a number and the name of a unit, with or without "ago".
func parseAgo(s string, now time.Time) (time.Time, bool) {
	s = strings.TrimSuffix(s, " ago")
	if rest, ok := strings.CutPrefix(s, "a "); ok {
		s = "1 " + rest
	} else if rest, ok := strings.CutPrefix(s, "an "); ok {
		s = "1 " + rest
	}
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	number, unit := s[:digits], strings.TrimSpace(s[digits:])
	switch unit {
	case "sec", "second", "seconds":
		s = number + "s"
	case "min", "minute", "minutes":
		s = number + "m"
	case "hour", "hours":
		s = number + "h"
	case "day", "days":
		s = number + "d"
	case "w", "week", "weeks":
		n, err := strconv.Atoi(number)
		if err != nil || n > maxDays {
			return time.Time{}, false
		}
		s = strconv.Itoa(n*7) + "d"
	}
	ago, ok := parseDuration(s)
	return now.Add(-ago), ok
}

// maxDays is the longest accepted time in days, about 100 years.
const maxDays = 36500

// parseDuration parses a non-negative duration in Go's units and days, such as 2d or 1d12h.
func parseDuration(s string) (time.Duration, bool) {
	var days time.Duration
	if before, after, ok := strings.Cut(s, "d"); ok {
		n, err := strconv.Atoi(before)
		if err != nil || n < 0 || n > maxDays {
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
