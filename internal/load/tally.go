package load

import (
	"slices"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// maxReasons is how many reasons are told apart: more than a person reads. A handler may put something new into every error.
const maxReasons = 20

// Tally sums up a run. Any number of goroutines may use it.
type Tally struct {
	mu            sync.Mutex
	sent          int
	failed        int
	notRecorded   int
	queued        int
	statuses      map[webhook.Status]int
	codes         map[int]int
	reasons       []Reason
	otherFailures int
	took          []time.Duration // of those that were answered, or waited for
	lag           []time.Duration
}

// NewTally makes a Tally for about so many sendings.
func NewTally(sendings int) *Tally {
	return &Tally{
		statuses: map[webhook.Status]int{}, codes: map[int]int{},
		took: make([]time.Duration, 0, sendings), lag: make([]time.Duration, 0, sendings),
	}
}

// Reason is why sendings were not what they should be.
type Reason struct {
	Failure string
	Count   int
	First   Response
}

// Add takes in what came of a sending.
func (t *Tally) Add(r Result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sent++
	t.lag = append(t.lag, r.Lag)
	if r.Queued {
		t.queued++
	}
	if r.Status == "" {
		t.notRecorded++
	} else {
		t.statuses[r.Status]++
	}
	if r.Attempt.Code > 0 && r.Status.Forwardable() {
		t.codes[r.Attempt.Code]++
	}
	switch r.Status {
	case webhook.StatusDelivered, webhook.StatusRefused, webhook.StatusTimedOut:
		t.took = append(t.took, r.Took)
	}
	if r.Failure != "" {
		t.failed++
		t.countFailure(r.Response)
	}
}

func (t *Tally) countFailure(a Response) {
	i := slices.IndexFunc(t.reasons, func(r Reason) bool { return r.Failure == a.Failure })
	switch {
	case i >= 0:
		t.reasons[i].Count++
	case len(t.reasons) < maxReasons:
		t.reasons = append(t.reasons, Reason{a.Failure, 1, a})
	default:
		t.otherFailures++
	}
}

// Progress returns how many were sent, and how many of them were not what they should be.
func (t *Tally) Progress() (sent, failed int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sent, t.failed
}

// Report is a run summed up.
type Report struct {
	Sent          int
	Failed        int // not what they should be
	NotRecorded   int // those of them that nobody took: they are in no log
	Statuses      map[webhook.Status]int
	Codes         map[int]int // of the handler's answers
	Elapsed       time.Duration
	Took          Percentiles // of those that were answered, and those that waited in vain for the whole time-out
	Lag           Percentiles // how long after they were due they were sent; nothing without a rate
	Queued        int         // how many had to wait for another to be answered, though they were due
	Buckets       []Bucket
	Reasons       []Reason // the most frequent first
	OtherFailures int      // of further reasons
}

// PerSecond is how many were sent a second.
func (r Report) PerSecond() float64 {
	if r.Elapsed <= 0 {
		return 0
	}
	return float64(r.Sent) / r.Elapsed.Seconds()
}

// Report sums up what came so far.
func (t *Tally) Report(elapsed time.Duration) Report {
	t.mu.Lock()
	defer t.mu.Unlock()
	slices.Sort(t.took)
	slices.Sort(t.lag)
	reasons := slices.Clone(t.reasons)
	slices.SortStableFunc(reasons, func(a, b Reason) int { return b.Count - a.Count })
	return Report{
		Sent: t.sent, Failed: t.failed, NotRecorded: t.notRecorded, Queued: t.queued, Statuses: t.statuses, Codes: t.codes, Elapsed: elapsed,
		Took: percentilesOf(t.took), Lag: percentilesOf(t.lag), Buckets: bucketsOf(t.took), Reasons: reasons, OtherFailures: t.otherFailures,
	}
}
