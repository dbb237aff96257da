package display

import (
	"strings"
	"time"
)

// Clock writes a time as rows do: local, to the second. It can be typed after --since.
func Clock(t time.Time, st Style) string { return st.local(t).Format(time.TimeOnly) }

// DateTime writes a time with its date where one stands alone: "2026-03-02 14:02:31".
func DateTime(t time.Time, st Style) string { return st.local(t).Format(time.DateTime) }

// When writes a time as Clock does on the day of now, and as Moment does on any other day.
func When(t, now time.Time, st Style) string {
	if st.sameDay(t, now) {
		return Clock(t, st)
	}
	return DateTime(t, st)
}

// WhenMinutes writes a time as When does, without the seconds.
func WhenMinutes(t, now time.Time, st Style) string {
	s := When(t, now, st)
	return s[:len(s)-len(":05")]
}

// WhenArgument writes a time as When does, as one word that can be typed in a command after --since.
func WhenArgument(t, now time.Time, st Style) string {
	return strings.ReplaceAll(When(t, now, st), " ", "T")
}

// DateLine is the line that stands between two rows where the local day changes; ok is false where it does not. Before the
// first row of a list the caller may give the present as prev: rows of an earlier day then say which.
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
