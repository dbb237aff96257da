package load

import (
	"sort"
	"time"
)

// Spread is how measurements are spread. Each is one that was measured, not an estimate: half of them took P50 or less.
type Percentiles struct{ P50, P90, P99, Max time.Duration }

// spreadOf takes the measurements in order.
func percentilesOf(sorted []time.Duration) Percentiles {
	if len(sorted) == 0 {
		return Percentiles{}
	}
	at := func(percent int) time.Duration { return sorted[(len(sorted)*percent+99)/100-1] }
	return Percentiles{P50: at(50), P90: at(90), P99: at(99), Max: at(100)}
}

// Bucket is a bar of the histogram: so many took at most UpTo, and more than the bucket before.
type Bucket struct {
	UpTo  time.Duration
	Count int
}

// finest is the first bound of the histogram: nothing over a socket and a disk is much faster.
const minBucket = 100 * time.Microsecond

// bucketsOf sorts measurements, which are in order, into buckets whose bounds are 1, 2 and 5 of each power of ten, from the first
// that has one to the last: the same bounds in every run, so that two can be compared.
func bucketsOf(sorted []time.Duration) []Bucket {
	var buckets []Bucket
	from := 0
	for power, step := minBucket, 0; from < len(sorted); step++ {
		bound := power * time.Duration([]int{1, 2, 5}[step%3])
		if step%3 == 2 {
			power *= 10
		}
		to := sort.Search(len(sorted), func(i int) bool { return sorted[i] > bound })
		if to > from || len(buckets) > 0 {
			buckets = append(buckets, Bucket{bound, to - from})
		}
		from = to
	}
	return buckets
}
