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
	mu       sync.Mutex
	sent     int
	wrong    int
	notTaken int
	crowded  int
	statuses map[webhook.Status]int
	codes    map[int]int
	reasons  []Reason
	others   int
	took     []time.Duration // of those that were answered, or waited for
	late     []time.Duration
}

// NewTally makes a Tally for about so many sendings.
func NewTally(sendings int) *Tally {
	return &Tally{
		statuses: map[webhook.Status]int{}, codes: map[int]int{},
		took: make([]time.Duration, 0, sendings), late: make([]time.Duration, 0, sendings),
	}
}

// Reason is why sendings were not what they should be.
type Reason struct {
	Wrong string
	Count int
	First Answer
}

// Add takes in what came of a sending.
func (t *Tally) Add(r Result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sent++
	t.late = append(t.late, r.Late)
	if r.Crowded {
		t.crowded++
	}
	if r.Status == "" {
		t.notTaken++
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
	if r.Wrong != "" {
		t.wrong++
		t.blame(r.Answer)
	}
}

func (t *Tally) blame(a Answer) {
	i := slices.IndexFunc(t.reasons, func(r Reason) bool { return r.Wrong == a.Wrong })
	switch {
	case i >= 0:
		t.reasons[i].Count++
	case len(t.reasons) < maxReasons:
		t.reasons = append(t.reasons, Reason{a.Wrong, 1, a})
	default:
		t.others++
	}
}

// Progress returns how many were sent, and how many of them were not what they should be.
func (t *Tally) Progress() (sent, wrong int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sent, t.wrong
}

// Report is a run summed up.
type Report struct {
	Sent     int
	Wrong    int // not what they should be
	NotTaken int // those of them that nobody took: they are in no log
	Statuses map[webhook.Status]int
	Codes    map[int]int // of the handler's answers
	Elapsed  time.Duration
	Took     Spread // of those that were answered, and those that waited in vain for the whole time-out
	Late     Spread // how long after they were due they were sent; nothing without a rate
	Crowded  int    // how many had to wait for another to be answered, though they were due
	Buckets  []Bucket
	Reasons  []Reason // the most frequent first
	Others   int      // of further reasons
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
	slices.Sort(t.late)
	reasons := slices.Clone(t.reasons)
	slices.SortStableFunc(reasons, func(a, b Reason) int { return b.Count - a.Count })
	return Report{
		Sent: t.sent, Wrong: t.wrong, NotTaken: t.notTaken, Crowded: t.crowded, Statuses: t.statuses, Codes: t.codes, Elapsed: elapsed,
		Took: spreadOf(t.took), Late: spreadOf(t.late), Buckets: bucketsOf(t.took), Reasons: reasons, Others: t.others,
	}
}
