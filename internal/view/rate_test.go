package view

import (
	"testing"
	"time"
)

func TestRateFollowsTheArrivals(t *testing.T) {
	var r rateCounter
	var arrivals []time.Time
	now := time.Unix(1_700_000_000, 0)
	count := func(from, to time.Time) (n int, _ error) {
		for _, a := range arrivals {
			if !a.Before(from) && a.Before(to) {
				n++
			}
		}
		return n, nil
	}
	read := func() Rate {
		t.Helper()
		got, err := r.read(now, count)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := read(); got.PerSecond != 0 || len(got.Spark) != ratePeriods {
		t.Errorf("without deliveries: got %+v, want a rate of 0", got)
	}
	for range 60 { // one per second for a minute
		now = now.Add(time.Second)
		arrivals = append(arrivals, now)
		read()
	}
	if got := read().PerSecond; got < 0.9 || got > 1.1 {
		t.Errorf("one delivery per second: got a rate of %.2f", got)
	}
	for range 8 {
		now = now.Add(time.Second)
		for range 500 {
			arrivals = append(arrivals, now)
		}
	}
	if got := read().PerSecond; got < 350 || got > 550 {
		t.Errorf("500 deliveries per second: got a rate of %.2f", got)
	}
	now = now.Add(time.Hour)
	if got := read(); got.PerSecond != 0 {
		t.Errorf("an hour later: got %+v, want a rate of 0", got)
	}
}
