package display

import "time"

// Clock writes a time as rows do: local, to the second. It can be typed after --since.
func Clock(t time.Time, st Style) string { return st.local(t).Format(time.TimeOnly) }

// Moment writes a time with its date where one stands alone: "2026-03-02 14:02:31".
func Moment(t time.Time, st Style) string { return st.local(t).Format(time.DateTime) }

// DateLine is the line that stands between two rows where the local day changes; ok is false where it does not. Before the
// first row of a list the caller may give the present as prev: rows of an earlier day then say which.
func DateLine(prev, next time.Time, st Style) (line Line, ok bool) {
	if prev.IsZero() || next.IsZero() {
		return nil, false
	}
	was, is := st.local(prev).Format(time.DateOnly), st.local(next).Format(time.DateOnly)
	if was == is {
		return nil, false
	}
	return Line{{is, Dim}}, true
}

func (st Style) local(t time.Time) time.Time {
	if st.Location == nil {
		return t.UTC()
	}
	return t.In(st.Location)
}
