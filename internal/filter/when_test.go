package filter

import (
	"testing"
	"time"
)

func TestATimeIsReadAsPeopleWriteIt(t *testing.T) {
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
	for _, typed := range []string{"", "yesterday", "-1h", "1", "d", "25:00", "2026-13-01", "1d-2h", "99999999d", "36500d2500000h"} {
		if got, err := ParseWhen(typed, now, loc); err == nil {
			t.Errorf("ParseWhen(%q): got %v, want an error", typed, got)
		}
	}
}

func FuzzParseWhen(f *testing.F) {
	for _, s := range []string{"1h", "2d", "14:03:10", "2026-03-01", "2026-03-01T09:30:15Z", "1d1d", "9999999999h"} {
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
