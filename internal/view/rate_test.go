package view

import (
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestRateFollowsTheArrivals(t *testing.T) {
	var r rateCounter
	var arrivals []time.Time
	failed := map[int]bool{} // by index in arrivals
	now := time.Unix(1_700_000_000, 0)
	count := func(since time.Time) (counts []store.PeriodCount, _ error) {
		for i, a := range arrivals {
			if a.Before(since) {
				continue
			}
			c := store.PeriodCount{Period: a.UnixNano() / int64(RatePeriod), Status: webhook.StatusDelivered, N: 1}
			if failed[i] {
				c.Status = webhook.StatusRefused
			}
			counts = append(counts, c)
		}
		return counts, nil
	}
	read := func() Rate {
		t.Helper()
		got, err := r.read(now, count)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := read(); got.PerSecond != 0 || len(got.Periods) != ratePeriods {
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
	failed[len(arrivals)-1] = true // it was waiting before
	now = now.Add(2 * RatePeriod)
	if got := read().Periods[ratePeriods-3]; got.N == 0 || got.Worst != webhook.StatusRefused {
		t.Errorf("the period of a refused delivery: got %+v", got)
	}
	now = now.Add(time.Hour)
	if got := read(); got.PerSecond != 0 {
		t.Errorf("an hour later: got %+v, want a rate of 0", got)
	}
}
