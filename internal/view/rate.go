package view

import "time"

// The rate counts deliveries per period. The sparkline draws the last periods. A period that is over is counted only once.
const (
	ratePeriod    = 5 * time.Second
	ratePeriods   = 20
	rateWindow    = 12 // periods that PerSecond covers: the last minute
	rateBusyCount = 20 // from this many deliveries in the last two periods, PerSecond covers only those, to follow changes sooner
)

// rateCounter counts the deliveries of the last periods.
type rateCounter struct {
	lastPeriod int64 // number of the last period that was counted
	counts     [ratePeriods]int
	started    bool
}

// read counts the deliveries since the last read.
func (r *rateCounter) read(now time.Time, count func(from, to time.Time) (int, error)) (Rate, error) {
	current := now.UnixNano() / int64(ratePeriod)
	from := r.lastPeriod // it was not over, so it is counted again
	if first := current - ratePeriods + 1; !r.started || from < first {
		from = first
	}
	for n := from; n <= current; n++ {
		c, err := count(time.Unix(0, n*int64(ratePeriod)), time.Unix(0, (n+1)*int64(ratePeriod)))
		if err != nil {
			return Rate{}, err
		}
		r.counts[n%ratePeriods] = c
	}
	r.lastPeriod, r.started = current, true
	return r.rate(now, current), nil
}

func (r *rateCounter) rate(now time.Time, current int64) Rate {
	out := Rate{Spark: make([]int, ratePeriods)}
	for i := range ratePeriods {
		out.Spark[i] = r.counts[(current-ratePeriods+1+int64(i))%ratePeriods]
	}
	elapsed := now.Sub(time.Unix(0, current*int64(ratePeriod)))
	sum := func(periods int) (n int, d time.Duration) {
		for _, c := range out.Spark[ratePeriods-periods:] {
			n += c
		}
		return n, time.Duration(periods-1)*ratePeriod + elapsed
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
