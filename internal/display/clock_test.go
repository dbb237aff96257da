package display

import (
	"testing"
	"time"
)

func TestClockIsLocalAndToTheSecond(t *testing.T) {
	when := time.Date(2026, 3, 2, 23, 2, 31, 987_000_000, time.UTC)
	if got, want := Clock(when, terminal()), "00:02:31"; got != want {
		t.Errorf("Clock(%v) an hour east = %q, want %q", when, got, want)
	}
	if got, want := Clock(when, Style{}), "23:02:31"; got != want {
		t.Errorf("Clock(%v) without a location = %q, want %q", when, got, want)
	}
	if got, want := DateTime(when, terminal()), "2026-03-03 00:02:31"; got != want {
		t.Errorf("DateTime(%v) an hour east = %q, want %q", when, got, want)
	}
}

func TestDateLineAppearsWhenTheLocalDayChanges(t *testing.T) {
	late := time.Date(2026, 3, 1, 22, 59, 59, 0, time.UTC)
	early := late.Add(time.Second)
	for name, tc := range map[string]struct {
		prev, next time.Time
		st         Style
		want       string
	}{
		"midnight here, not in UTC": {late, early, terminal(), "{dim 2026-03-02}"},
		"the same day in UTC":       {late, early, Style{}, ""},
		"the same day":              {early, early.Add(23 * time.Hour), terminal(), ""},
		"a day later, same clock":   {early, early.Add(24 * time.Hour), terminal(), "{dim 2026-03-03}"},
		"back to an earlier day":    {early, late, terminal(), "{dim 2026-03-01}"},
		"nothing before":            {time.Time{}, early, terminal(), ""},
		"nothing behind":            {early, time.Time{}, terminal(), ""},
	} {
		t.Run(name, func(t *testing.T) {
			line, ok := DateLine(tc.prev, tc.next, tc.st)
			if got := marked(line); got != tc.want || ok != (tc.want != "") {
				t.Errorf("DateLine(%v, %v) = %q, %v, want %q", tc.prev, tc.next, got, ok, tc.want)
			}
		})
	}
}
