package view

import "time"

// The rate is kept in periods, of which the sparkline draws the last ones. Those that have ended are counted once.
const (
	rateStep    = 5 * time.Second
	ratePeriods = 20
	rateLately  = 12 // of which the number is made: the last minute
	rateBusy    = 20 // so many in the last two periods, and the number is made of those alone, so that it follows a change
)

// rateCounter remembers how many deliveries arrived in the last periods.
type rateCounter struct {
	last   int64 // the number of the last period
	counts [ratePeriods]int
	begun  bool
}

// read counts what came since it was last read.
func (r *rateCounter) read(now time.Time, count func(from, to time.Time) (int, error)) (Rate, error) {
	current := now.UnixNano() / int64(rateStep)
	from := r.last // it was under way and is counted to its end
	if first := current - ratePeriods + 1; !r.begun || from < first {
		from = first
	}
	for n := from; n <= current; n++ {
		c, err := count(time.Unix(0, n*int64(rateStep)), time.Unix(0, (n+1)*int64(rateStep)))
		if err != nil {
			return Rate{}, err
		}
		r.counts[n%ratePeriods] = c
	}
	r.last, r.begun = current, true
	return r.rate(now, current), nil
}

func (r *rateCounter) rate(now time.Time, current int64) Rate {
	out := Rate{Spark: make([]int, ratePeriods)}
	for i := range ratePeriods {
		out.Spark[i] = r.counts[(current-ratePeriods+1+int64(i))%ratePeriods]
	}
	underWay := now.Sub(time.Unix(0, current*int64(rateStep)))
	over := func(periods int) (n int, d time.Duration) {
		for _, c := range out.Spark[ratePeriods-periods:] {
			n += c
		}
		return n, time.Duration(periods-1)*rateStep + underWay
	}
	n, d := over(2)
	if n < rateBusy {
		n, d = over(rateLately)
	}
	if d > 0 {
		out.PerSecond = float64(n) / d.Seconds()
	}
	return out
}
