package relay

import (
	"math"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Tally counts what a session did. Its size does not grow.
type Tally struct {
	mu     sync.Mutex
	counts map[webhook.Status]int
	total  int
	others int // deliveries of earlier sessions that were delivered
	took   [tookBuckets]uint32
	tookN  int
}

// The durations of answers are counted in buckets that grow by 1 %, so that a percentile is within 1 % of what was measured, from
// 10 µs on; the last bucket begins past two hours.
const (
	tookFloor   = 10 * time.Microsecond
	tookGrowth  = 1.01
	tookBuckets = 2100
)

// Counts is a Tally at one moment.
type Counts struct {
	Received    int
	Delivered   int
	Refused     int
	Unreachable int
	TimedOut    int
	Rejected    int
	Skipped     int
	Resumed     int           // deliveries that earlier sessions received and this one delivered; in none of the other counts
	P50, P99    time.Duration // of the attempts that were answered; 0 while there are none
}

// Failed is the number of deliveries that were refused or not answered. Replays of them are not taken into account.
func (c Counts) Failed() int { return c.Refused + c.Unreachable + c.TimedOut }

// Counts returns the tally as it is now.
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
		Resumed:     t.others,
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
	t.keep(i, a)
}

// again counts another attempt at a delivery, whose status it changed.
func (t *Tally) again(before, after webhook.Status, a webhook.Attempt) {
	i := bucket(a.Duration)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts[before] > 0 {
		t.counts[before]--
	}
	t.count(after)
	t.keep(i, a)
}

// resumed counts an attempt at a delivery that an earlier session received. The other counts are of this session's deliveries.
func (t *Tally) resumed(after webhook.Status) {
	if after != webhook.StatusDelivered {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.others++
}

// keep keeps how long an answer took. Half an answer has a code, and took as long as we had patience. The caller holds mu.
func (t *Tally) keep(i int, a webhook.Attempt) {
	if a.Failure == "" {
		t.took[i]++
		t.tookN++
	}
}

func (t *Tally) count(s webhook.Status) {
	if t.counts == nil {
		t.counts = make(map[webhook.Status]int)
	}
	t.counts[s]++
}

// quantile is the middle of the bucket in which the q-th of the durations lies.
func (t *Tally) quantile(q float64) time.Duration {
	if t.tookN == 0 {
		return 0
	}
	left := int(math.Ceil(q * float64(t.tookN)))
	for i, n := range t.took {
		if left -= int(n); left <= 0 {
			return time.Duration(float64(tookFloor) * math.Pow(tookGrowth, float64(i)-0.5))
		}
	}
	return 0
}

func bucket(d time.Duration) int {
	if d <= tookFloor {
		return 0
	}
	i := int(math.Ceil(math.Log(float64(d)/float64(tookFloor)) / math.Log(tookGrowth)))
	return min(i, tookBuckets-1)
}
