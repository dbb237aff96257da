package display

import (
	"strconv"
	"strings"
	"time"
)

// Duration formats a measured duration in at most seven cells: "9 ms", "1.24 s", "10.0 s". Shorter and longer ones look
// like "0.4 ms", "1.5 min", "12 min", "3.0 h", "5 d".
func Duration(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d <= 0:
		return "0 ms"
	case d < 50*time.Microsecond:
		return "<0.1 ms"
	case d < 950*time.Microsecond:
		return in(d, time.Millisecond, 1) + " ms"
	case d < 999_500*time.Microsecond:
		return in(d, time.Millisecond, 0) + " ms"
	case d < 9_995*time.Millisecond:
		return in(d, time.Second, 2) + " s"
	case d < 59_950*time.Millisecond:
		return in(d, time.Second, 1) + " s"
	case d < 597*time.Second: // 9.95 min
		return in(d, time.Minute, 1) + " min"
	case d < 59*time.Minute+30*time.Second:
		return in(d, time.Minute, 0) + " min"
	case d < 597*time.Minute: // 9.95 h
		return in(d, time.Hour, 1) + " h"
	case d < 99*time.Hour+30*time.Minute:
		return in(d, time.Hour, 0) + " h"
	default:
		return in(min(d, 99_999*day), day, 0) + " d"
	}
}

// Elapsed formats a running duration to a tenth of a second, which stays readable while it counts.
func Elapsed(d time.Duration) string {
	if d < 59_950*time.Millisecond {
		return in(max(d, 0), time.Second, 1) + " s"
	}
	return Duration(d)
}

// Period formats a duration for a sentence: "10 s", "2 min", "1.5 s", "500 ms". For measured durations in rows, use
// [Duration].
func Period(d time.Duration) string {
	switch {
	case d < time.Second:
		return Duration(d)
	case d >= 2*time.Hour, d >= time.Hour && d%time.Hour == 0:
		return in(d, time.Hour, 0) + " h"
	case d >= 2*time.Minute, d >= time.Minute && d%time.Minute == 0:
		return in(d, time.Minute, 0) + " min"
	case d < 10*time.Second && d%time.Second >= 100*time.Millisecond:
		return in(d, time.Second, 1) + " s"
	default:
		return in(d, time.Second, 0) + " s"
	}
}

// in formats d in the given unit with the given number of decimal places, rounded half up.
func in(d, unit time.Duration, places int) string {
	tens := time.Duration(1)
	for range places {
		tens *= 10
	}
	n := (d + unit/tens/2) / (unit / tens)
	if places == 0 {
		return strconv.FormatInt(int64(n), 10)
	}
	fraction := strconv.FormatInt(int64(n%tens), 10)
	return strconv.FormatInt(int64(n/tens), 10) + "." + strings.Repeat("0", places-len(fraction)) + fraction
}

// Bytes formats a size in at most six cells: "231 B", "4.1 kB", "12 MB". A kB is 1,000 bytes.
func Bytes(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(max(n, 0), 10) + " B"
	}
	const units = "kMGTPE"
	unit, i := int64(1000), 0
	for i < len(units)-1 && n >= unit*1000-unit/2 { // 999,999 is 1.0 MB, not 1000 kB
		unit *= 1000
		i++
	}
	name := " " + units[i:i+1] + "B"
	if tenths := n/(unit/10) + n%(unit/10)*2/(unit/10); tenths < 100 {
		return strconv.FormatInt(tenths/10, 10) + "." + strconv.FormatInt(tenths%10, 10) + name
	}
	return strconv.FormatInt(n/unit+n%unit*2/unit, 10) + name
}

// Deliveries formats a number of deliveries: "1 delivery", "20,000 deliveries".
func Deliveries(n int) string { return Counted(n, "delivery", "deliveries") }

// Counted formats a number and its noun: "1 response", "12 responses".
func Counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Count(n) + " " + many
}

// Count formats a number with thousands separators: "20,000".
func Count(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = s[:1], s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// counted formats a number and a noun with a regular plural: "1 line", "9 lines".
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Count(n) + " " + noun + "s"
}
