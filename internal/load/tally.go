package load

import (
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// maxReasons limits the number of distinct reasons to what people read. A handler may return a different error each time.
const maxReasons = 20

// Tally summarizes a run. It is safe for concurrent use.
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
	took          []time.Duration // of requests that got a response or timed out
	lag           []time.Duration
}

// NewTally returns a Tally for about the given number of requests.
func NewTally(requests int) *Tally {
	return &Tally{
		statuses: map[webhook.Status]int{}, codes: map[int]int{},
		took: make([]time.Duration, 0, requests), lag: make([]time.Duration, 0, requests),
	}
}

// Reason is a cause of failed requests.
type Reason struct {
	Failure string
	Count   int
	First   Response
}

// Add adds the result of a request.
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

// Progress returns the number of requests sent so far, and how many of them failed.
func (t *Tally) Progress() (sent, failed int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sent, t.failed
}

// Report is the summary of a run.
type Report struct {
	Sent          int
	Failed        int // not the expected result
	NotRecorded   int // failed requests without a record
	Statuses      map[webhook.Status]int
	Codes         map[int]int // of the handler's responses
	Elapsed       time.Duration
	Took          Percentiles // of requests with a response, and of those that timed out
	Lag           Percentiles // between due time and sending; zero without a rate
	Queued        int         // requests that had to wait for another one when they were due
	Buckets       []Bucket
	Reasons       []Reason // most frequent first
	OtherFailures int      // failed requests with other reasons
}

// PerSecond returns the average number of requests per second.
func (r Report) PerSecond() float64 {
	if r.Elapsed <= 0 {
		return 0
	}
	return float64(r.Sent) / r.Elapsed.Seconds()
}

// Report returns the summary of the results so far.
func (t *Tally) Report(elapsed time.Duration) Report {
	t.mu.Lock()
	defer t.mu.Unlock()
	slices.Sort(t.took)
	slices.Sort(t.lag)
	reasons := slices.Clone(t.reasons)
	sort.SliceStable(reasons, func(i, j int) bool { return reasons[i].Count > reasons[j].Count })
	return Report{
		Sent: t.sent, Failed: t.failed, NotRecorded: t.notRecorded, Queued: t.queued, Statuses: t.statuses, Codes: t.codes, Elapsed: elapsed,
		Took: percentilesOf(t.took), Lag: percentilesOf(t.lag), Buckets: bucketsOf(t.took), Reasons: reasons, OtherFailures: t.otherFailures,
	}
}
