package load

import (
	"sort"
	"time"
)

// Percentiles summarizes measurements. Each value is an actual measurement, not an estimate.
type Percentiles struct{ P50, P90, P99, Max time.Duration }

// percentilesOf expects sorted measurements.
func percentilesOf(sorted []time.Duration) Percentiles {
	if len(sorted) == 0 {
		return Percentiles{}
	}
	at := func(percent int) time.Duration { return sorted[(len(sorted)*percent+99)/100-1] }
	return Percentiles{P50: at(50), P90: at(90), P99: at(99), Max: at(100)}
}

// Bucket is a bar of the histogram. It counts the measurements up to UpTo that are not in an earlier bucket.
type Bucket struct {
	UpTo  time.Duration
	Count int
}

// minBucket is the smallest bucket limit. Few requests over a socket to a disk are faster.
const minBucket = 100 * time.Microsecond

// bucketsOf sorts measurements into buckets with the limits 1, 2 and 5 times a power of ten. It expects sorted measurements and returns the
// range from the first to the last non-empty bucket. All runs have the same limits and can be compared.
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
