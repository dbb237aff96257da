package display

import (
	"strings"
	"time"
)

// Clock formats a time as in rows: local, to the second. --since accepts this format.
func Clock(t time.Time, st Style) string { return st.local(t).Format(time.TimeOnly) }

// DateTime formats a time with its date: "2026-03-02 14:02:31".
func DateTime(t time.Time, st Style) string { return st.local(t).Format(time.DateTime) }

// When formats a time like Clock if it is on the same day as now, and like DateTime otherwise.
func When(t, now time.Time, st Style) string {
	if st.sameDay(t, now) {
		return Clock(t, st)
	}
	return DateTime(t, st)
}

// WhenMinutes is like When, without seconds.
func WhenMinutes(t, now time.Time, st Style) string {
	s := When(t, now, st)
	return s[:len(s)-len(":05")]
}

// WhenArgument is like When, but without a space: it can be used as an argument of --since.
func WhenArgument(t, now time.Time, st Style) string {
	return strings.ReplaceAll(When(t, now, st), " ", "T")
}

// DateLine returns the line between two rows of different local days; ok is false if the day is the same. For the first
// row of a list, pass the current time as prev, so that rows of an earlier day get a date.
func DateLine(prev, next time.Time, st Style) (line Line, ok bool) {
	if prev.IsZero() || next.IsZero() {
		return nil, false
	}
	if st.sameDay(prev, next) {
		return nil, false
	}
	return Line{{st.local(next).Format(time.DateOnly), Dim}}, true
}

func (st Style) sameDay(a, b time.Time) bool {
	return st.local(a).Format(time.DateOnly) == st.local(b).Format(time.DateOnly)
}

func (st Style) local(t time.Time) time.Time {
	if st.Location == nil {
		return t.UTC()
	}
	return t.In(st.Location)
}
