package filter

import (
	"testing"
	"time"
)

func TestParseWhen(t *testing.T) {
	t.Parallel()
	loc := time.FixedZone("CET", 3600)
	now := time.Date(2026, 3, 2, 14, 5, 0, 0, loc)
	for _, tc := range []struct {
		typed string
		want  time.Time
	}{
		{"90s", now.Add(-90 * time.Second)},
		{"1h30m", now.Add(-90 * time.Minute)},
		{"2d", now.Add(-48 * time.Hour)},
		{"1d12h", now.Add(-36 * time.Hour)},
		{"14:03:10", time.Date(2026, 3, 2, 14, 3, 10, 0, loc)},
		{"14:03", time.Date(2026, 3, 2, 14, 3, 0, 0, loc)},
		{"14:06", time.Date(2026, 3, 1, 14, 6, 0, 0, loc)}, // not yet today
		{"1 day ago", now.Add(-24 * time.Hour)},
		{"2 hours ago", now.Add(-2 * time.Hour)},
		{"an hour ago", now.Add(-time.Hour)},
		{"5 min", now.Add(-5 * time.Minute)},
		{"100000 seconds ago", now.Add(-100000 * time.Second)},
		{"1h30m ago", now.Add(-90 * time.Minute)},
		{"2w", now.Add(-14 * 24 * time.Hour)},
		{"a week ago", now.Add(-7 * 24 * time.Hour)},
		{"now", now},
		{"0s", now},
		{"today", time.Date(2026, 3, 2, 0, 0, 0, 0, loc)},
		{"Yesterday", time.Date(2026, 3, 1, 0, 0, 0, 0, loc)},
		{"yesterday 14:03:10", time.Date(2026, 3, 1, 14, 3, 10, 0, loc)},
		{"today 9:05", time.Date(2026, 3, 2, 9, 5, 0, 0, loc)},
		{"monday", time.Date(2026, 3, 2, 0, 0, 0, 0, loc)}, // today
		{"tue", time.Date(2026, 2, 24, 0, 0, 0, 0, loc)},
		{"Sunday 23:59", time.Date(2026, 3, 1, 23, 59, 0, 0, loc)},
		{" 2026-03-01   14:03:10 ", time.Date(2026, 3, 1, 14, 3, 10, 0, loc)},
		{"2026-03-01t09:30:15z", time.Date(2026, 3, 1, 9, 30, 15, 0, time.UTC)},
		{"2026-03-01", time.Date(2026, 3, 1, 0, 0, 0, 0, loc)},
		{"2026-03-01T09:30:15", time.Date(2026, 3, 1, 9, 30, 15, 0, loc)},
		{"2026-03-01 09:30", time.Date(2026, 3, 1, 9, 30, 0, 0, loc)},
		{"2026-03-01T09:30:15.250Z", time.Date(2026, 3, 1, 9, 30, 15, 250e6, time.UTC)},
	} {
		got, err := ParseWhen(tc.typed, now, loc)
		if err != nil || !got.Equal(tc.want) {
			t.Errorf("ParseWhen(%q): got %v, %v, want %v", tc.typed, got, err, tc.want)
		}
	}
	for _, typed := range []string{"", "ago", "1 ago", "-1 day ago", "day", "2 fortnights ago", "99999999 weeks", "tomorrow", "yesterday ago", "yesterday monday", "mo", "yesterday 25:00", "14:03 yesterday", "-1h", "1", "d", "25:00", "2026-13-01", "1d-2h", "99999999d", "36500d2500000h"} {
		if got, err := ParseWhen(typed, now, loc); err == nil {
			t.Errorf("ParseWhen(%q): got %v, want an error", typed, got)
		}
	}
}

func FuzzParseWhen(f *testing.F) {
	for _, s := range []string{"1h", "2d", "14:03:10", "2026-03-01", "2026-03-01T09:30:15Z", "1d1d", "2 weeks ago", "yesterday 14:03", "mon", "9999999999h"} {
		f.Add(s)
	}
	now := time.Date(2026, 3, 2, 14, 5, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		at, err := ParseWhen(s, now, time.UTC)
		if ago, ok := parseDuration(s); ok && err == nil && at.After(now) {
			t.Errorf("ParseWhen(%q): got %v, %s ago, which is after now", s, at, ago)
		}
	})
}
