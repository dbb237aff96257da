package store

import (
	"crypto/sha256"
	"encoding/binary"
	"sync/atomic"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

type jobKind int

const (
	jobRecord jobKind = iota
	jobAttempt
	jobHold
	jobFlush
	jobAdopt
)

// job is one thing for the writer to write. What can be computed beforehand is computed by the goroutine that asks for it.
type job struct {
	kind       jobKind
	delivery   *webhook.Delivery
	id         webhook.ID
	attempts   []webhook.Attempt
	header     []byte   // encoded, of the delivery
	answers    [][]byte // encoded, the header of each attempt's answer
	bodyHash   int64
	from       string // the target whose row due replaces
	due        []Due  // still to be sent after these attempts
	adoption   *adoption
	unattended bool // nobody waits for it
	tries      int  // how often a busy log turned it away

	// Set by the writer.
	sameBodyAs webhook.ID
	status     webhook.Status
	err        error

	state atomic.Int32 // jobQueued, jobTaken or jobGivenUp
	done  chan error
}

const (
	jobQueued int32 = iota
	jobTaken
	jobGivenUp
)

func (j *job) prepareRecord(d *webhook.Delivery, now func() time.Time) {
	if d.ReceivedAt.IsZero() {
		d.ReceivedAt = now().UTC().Truncate(time.Millisecond)
	}
	if d.Status == "" {
		d.Status = webhook.StatusPending
	}
	d.BodyBytes = int64(len(d.Body))
	j.delivery = d
	j.id = d.ID
	j.header = encodeHeader(d.Header)
	j.bodyHash = hashBody(d.Body)
}

func (j *job) prepareAttempts(id webhook.ID, attempts []webhook.Attempt, due []Due) {
	j.id, j.due = id, due
	j.attempts = append(j.attempts, attempts...)
	for _, a := range j.attempts {
		j.answers = append(j.answers, encodeHeader(a.Header))
	}
}

// hashBody is what bodies are compared by: 64 bits of SHA-256, beside their length. Two different bodies of one length among 100,000
// share it with odds of 1 in 4 thousand million.
func hashBody(body []byte) int64 {
	sum := sha256.Sum256(body)
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// weight is what the job adds to a transaction, in bytes.
func (j *job) weight() int {
	n := len(j.header)
	for i, a := range j.attempts {
		n += len(j.answers[i]) + len(a.Response)
	}
	if j.delivery != nil {
		n += len(j.delivery.Body)
	}
	return n
}

// take is the writer's; it reports false for a job that its caller has given up.
func (j *job) take() bool { return j.state.CompareAndSwap(jobQueued, jobTaken) }

func (j *job) giveUp() bool { return j.state.CompareAndSwap(jobQueued, jobGivenUp) }

// reset makes a job that is done ready to be used again. It keeps its memory, and lets go of what was in it.
func (j *job) reset() *job {
	clear(j.attempts)
	clear(j.answers)
	*j = job{done: j.done, attempts: j.attempts[:0], answers: j.answers[:0]}
	return j
}
