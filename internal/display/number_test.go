package display

import (
	"math"
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	const us = time.Microsecond
	for _, tc := range []struct {
		d    time.Duration
		want string
	}{
		{-time.Second, "0 ms"},
		{0, "0 ms"},
		{1, "<0.1 ms"},
		{49 * us, "<0.1 ms"},
		{50 * us, "0.1 ms"},
		{400 * us, "0.4 ms"},
		{949 * us, "0.9 ms"},
		{950 * us, "1 ms"},
		{9 * ms, "9 ms"},
		{9*ms + 499*us, "9 ms"},
		{9*ms + 500*us, "10 ms"},
		{999*ms + 499*us, "999 ms"},
		{999*ms + 500*us, "1.00 s"},
		{1240 * ms, "1.24 s"},
		{1004 * ms, "1.00 s"},
		{1005 * ms, "1.01 s"},
		{9994 * ms, "9.99 s"},
		{9995 * ms, "10.0 s"},
		{10 * time.Second, "10.0 s"},
		{59949 * ms, "59.9 s"},
		{59950 * ms, "1.0 min"},
		{90 * time.Second, "1.5 min"},
		{597*time.Second - 1, "9.9 min"},
		{597 * time.Second, "10 min"},
		{59*time.Minute + 29*time.Second, "59 min"},
		{59*time.Minute + 30*time.Second, "1.0 h"},
		{597*time.Minute - 1, "9.9 h"},
		{597 * time.Minute, "10 h"},
		{99 * time.Hour, "99 h"},
		{100 * time.Hour, "4 d"},
		{30 * 24 * time.Hour, "30 d"},
		{math.MaxInt64, "99999 d"},
	} {
		if got := Duration(tc.d); got != tc.want {
			t.Errorf("Duration(%d ns) = %q, want %q", tc.d, got, tc.want)
		}
	}
}

func FuzzDurationsAreAtMostSevenCellsWide(f *testing.F) {
	f.Add(int64(0))
	f.Add(int64(math.MaxInt64))
	f.Add(int64(59_949_999_999))
	f.Add(int64(999_499_999))
	f.Fuzz(func(t *testing.T, n int64) {
		for _, got := range []string{Duration(time.Duration(n)), Elapsed(time.Duration(n))} {
			if Width(got) > tookCells {
				t.Fatalf("%d ns is %q: %d cells", n, got, Width(got))
			}
		}
		if got := Bytes(n); Width(got) > sizeCells {
			t.Fatalf("%d bytes is %q: %d cells", n, got, Width(got))
		}
	})
}

func TestElapsed(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-1: "0.0 s", 500 * ms: "0.5 s", 3100 * ms: "3.1 s", 12340 * ms: "12.3 s", 90 * time.Second: "1.5 min", 59949 * ms: "59.9 s",
	} {
		if got := Elapsed(d); got != want {
			t.Errorf("Elapsed(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestPeriod(t *testing.T) {
	for d, want := range map[time.Duration]string{
		500 * ms:                       "500 ms",
		time.Second:                    "1 s",
		1500 * ms:                      "1.5 s",
		1100 * ms:                      "1.1 s",
		10500 * ms:                     "11 s",
		150 * time.Minute:              "3 h",
		10 * time.Second:               "10 s",
		42*time.Second + 300*ms:        "42 s",
		60 * time.Second:               "1 min",
		90 * time.Second:               "90 s",
		2 * time.Minute:                "2 min",
		2*time.Minute + 29*time.Second: "2 min",
		10 * time.Minute:               "10 min",
		90 * time.Minute:               "90 min",
		time.Hour:                      "1 h",
		6 * time.Hour:                  "6 h",
	} {
		if got := Period(d); got != want {
			t.Errorf("Period(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{
		-1:             "0 B",
		0:              "0 B",
		231:            "231 B",
		999:            "999 B",
		1000:           "1.0 kB",
		4096:           "4.1 kB",
		9949:           "9.9 kB",
		9950:           "10 kB",
		10_499:         "10 kB",
		10_500:         "11 kB",
		999_499:        "999 kB",
		999_500:        "1.0 MB",
		3_000_000:      "3.0 MB",
		10 << 20:       "10 MB",
		1 << 30:        "1.1 GB",
		math.MaxInt64:  "9.2 EB",
		999_499_999:    "999 MB",
		999_500_000:    "1.0 GB",
		12_345_678_901: "12 GB",
	} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 20000: "20,000", 123456: "123,456", 1234567: "1,234,567", -1234: "-1,234",
		math.MinInt64: "-9,223,372,036,854,775,808",
	} {
		if got := Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}
