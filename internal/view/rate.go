package view

import (
	"slices"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// The periods of a Rate. The current one is counted each time, those before it whose deliveries may be waiting for a response once it ends.
const (
	ratePeriods   = 240 // 20 minutes, as wide as a screen can be
	rateOpen      = 3   // periods that may still change: handlers have 10 s to respond
	rateWindow    = 12  // periods that PerSecond covers: the last minute
	rateBusyCount = 20  // from this many deliveries in the last two periods, PerSecond covers only those, to follow changes sooner
)

// rateCounter counts the deliveries of the last periods.
type rateCounter struct {
	last    int64 // number of the last period that was counted
	periods [ratePeriods]Period
}

// read counts the deliveries since the last read.
func (r *rateCounter) read(now time.Time, count func(since time.Time) ([]store.PeriodCount, error)) (Rate, error) {
	current := now.UnixNano() / int64(RatePeriod)
	if r.last > current {
		r.last = 0 // the clock was set back
	}
	from := r.last
	if from < current {
		from = max(from-rateOpen+1, current-ratePeriods+1)
	}
	counts, err := count(time.Unix(0, from*int64(RatePeriod)))
	if err != nil {
		return Rate{}, err
	}
	for n := from; n <= current; n++ {
		r.periods[n%ratePeriods] = Period{}
	}
	for _, c := range counts {
		if c.Period > current {
			continue // received before the clock was set back
		}
		p := &r.periods[c.Period%ratePeriods]
		if p.N == 0 || severity(c.Status) > severity(p.Worst) {
			p.Worst = c.Status
		}
		p.N += c.N
	}
	r.last = current
	return r.rate(now, current), nil
}

// severity orders statuses from those that need no attention to those that need it most.
func severity(s webhook.Status) int {
	return slices.Index([]webhook.Status{
		webhook.StatusSkipped, webhook.StatusDelivered, webhook.StatusPending, webhook.StatusRefused, webhook.StatusRejected, webhook.StatusTimedOut, webhook.StatusUnreachable,
	}, s)
}

func (r *rateCounter) rate(now time.Time, current int64) Rate {
	out := Rate{Periods: make([]Period, ratePeriods), End: time.Unix(0, (current+1)*int64(RatePeriod))}
	for i := range out.Periods {
		out.Periods[i] = r.periods[(current+1+int64(i))%ratePeriods]
	}
	elapsed := now.Sub(time.Unix(0, current*int64(RatePeriod)))
	sum := func(periods int) (n int, d time.Duration) {
		for _, p := range out.Periods[ratePeriods-periods:] {
			n += p.N
		}
		return n, time.Duration(periods-1)*RatePeriod + elapsed
	}
	n, d := sum(2)
	if n < rateBusyCount {
		n, d = sum(rateWindow)
	}
	if d > 0 {
		out.PerSecond = float64(n) / d.Seconds()
	}
	return out
}
