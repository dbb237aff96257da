package relay

import (
	"math"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Tally counts the deliveries of a session. Its size is fixed.
type Tally struct {
	mu               sync.Mutex
	counts           map[webhook.Status]int
	total            int
	resumedDelivered int // deliveries of earlier sessions that were delivered
	durations        [bucketCount]uint32
	durationCount    int
}

// Durations are counted in buckets that grow by 1 %, so a percentile is within 1 % of the measured value, from 10 µs on. The last bucket
// starts beyond two hours.
const (
	minDuration  = 10 * time.Microsecond
	bucketGrowth = 1.01
	bucketCount  = 2100
)

// Counts is a snapshot of a Tally.
type Counts struct {
	Received    int
	Delivered   int
	Refused     int
	Unreachable int
	TimedOut    int
	Rejected    int
	Skipped     int
	Resumed     int           // delivered deliveries of earlier sessions; not included in the other counts
	P50, P99    time.Duration // of the attempts with a response; 0 if there are none
}

// Failed returns the number of deliveries that were refused, unreachable or timed out. It ignores later replays.
func (c Counts) Failed() int { return c.Refused + c.Unreachable + c.TimedOut }

// Counts returns a snapshot.
func (t *Tally) Counts() Counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	return Counts{
		Received:    t.total,
		Delivered:   t.counts[webhook.StatusDelivered],
		Refused:     t.counts[webhook.StatusRefused],
		Unreachable: t.counts[webhook.StatusUnreachable],
		TimedOut:    t.counts[webhook.StatusTimedOut],
		Rejected:    t.counts[webhook.StatusRejected],
		Skipped:     t.counts[webhook.StatusSkipped],
		Resumed:     t.resumedDelivered,
		P50:         t.quantile(0.50),
		P99:         t.quantile(0.99),
	}
}

func (t *Tally) received(s webhook.Status) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.total++
	if !s.Forwardable() {
		t.count(s)
	}
}

func (t *Tally) attempted(a webhook.Attempt) {
	i := bucket(a.Duration)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count(a.Status())
	t.addDuration(i, a)
}

// reattempted counts another attempt at a delivery, which may have changed its status.
func (t *Tally) reattempted(before, after webhook.Status, a webhook.Attempt) {
	i := bucket(a.Duration)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts[before] > 0 {
		t.counts[before]--
	}
	t.count(after)
	t.addDuration(i, a)
}

// resumed counts an attempt at a delivery that an earlier session received.
func (t *Tally) resumed(after webhook.Status) {
	if after != webhook.StatusDelivered {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.resumedDelivered++
}

// addDuration records the duration of a complete response. A truncated response has a status code, but its duration is the timeout. The
// caller holds mu.
func (t *Tally) addDuration(i int, a webhook.Attempt) {
	if a.Failure == "" {
		t.durations[i]++
		t.durationCount++
	}
}

func (t *Tally) count(s webhook.Status) {
	if t.counts == nil {
		t.counts = make(map[webhook.Status]int)
	}
	t.counts[s]++
}

// quantile returns the middle of the bucket that contains the q-th quantile of the durations.
func (t *Tally) quantile(q float64) time.Duration {
	if t.durationCount == 0 {
		return 0
	}
	left := int(math.Ceil(q * float64(t.durationCount)))
	for i, n := range t.durations {
		if left -= int(n); left <= 0 {
			return time.Duration(float64(minDuration) * math.Pow(bucketGrowth, float64(i)-0.5))
		}
	}
	return 0
}

func bucket(d time.Duration) int {
	if d <= minDuration {
		return 0
	}
	i := int(math.Ceil(math.Log(float64(d)/float64(minDuration)) / math.Log(bucketGrowth)))
	return min(i, bucketCount-1)
}
