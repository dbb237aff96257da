package store

import (
	"crypto/sha256"
	"encoding/binary"
	"sync/atomic"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/encoding"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

type jobKind int

const (
	jobRecord   jobKind = iota // only in the journal
	jobAttempts                // only in the journal
	jobState                   // only in the journal
	jobHold
	jobAdopt
	jobFlush
)

// job is one unit of work for the writer: an entry of the journal, or a call that waits for the writer. The goroutine that submits it
// computes everything that does not need the database.
type job struct {
	kind     jobKind
	id       webhook.ID     // of the delivery; jobFlush: whose status the caller wants, or empty
	record   recordedBody   // jobRecord
	attempts attemptsToAdd  // jobAttempts
	due      []Due          // jobRecord, jobAttempts, jobHold: still to be sent
	replaces string         // jobHold: a target whose due row is deleted
	adoption *adoption      // jobAdopt
	status   webhook.Status // jobFlush, jobAttempts: set by the writer

	taken  atomic.Int32
	result error // set by the writer if only this job failed
	done   chan error
}

// recordedBody is a delivery to record.
type recordedBody struct {
	delivery   *webhook.Delivery
	header     []byte // encoded
	bodyHash   int64
	sameBodyAs webhook.ID // set by the writer
	early      *early     // set by the writer if the delivery has the outcome of later attempts
	state      []State
}

// attemptsToAdd are attempts with their encoded response headers.
type attemptsToAdd struct {
	list    []webhook.Attempt
	headers [][]byte
}

// The states of a job.
const (
	jobQueued int32 = iota
	jobTaken
	jobAbandoned
)

func (j *job) setDelivery(d *webhook.Delivery, now func() time.Time) {
	if d.ReceivedAt.IsZero() {
		d.ReceivedAt = now().UTC().Truncate(time.Millisecond)
	}
	if d.Status == "" {
		d.Status = webhook.StatusPending
	}
	d.BodyBytes = int64(len(d.Body))
	j.id = d.ID
	j.record = recordedBody{delivery: d, header: encoding.EncodeHeader(d.Header), bodyHash: hashBody(d.Body)}
}

func (j *job) setAttempts(id webhook.ID, attempts []webhook.Attempt, due []Due) {
	j.id = id
	j.due = append(j.due, due...)
	j.attempts.list = append(j.attempts.list, attempts...)
	for _, a := range attempts {
		j.attempts.headers = append(j.attempts.headers, encoding.EncodeHeader(a.Header))
	}
}

// hashBody returns 64 bits of the SHA-256 of a body. The log compares bodies by hash and length. The probability that two of 100,000
// different bodies of the same length share a hash is 1 in 4 billion.
func hashBody(body []byte) int64 {
	sum := sha256.Sum256(body)
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// take claims the job for the writer. It returns false if the caller has abandoned it.
func (j *job) take() bool { return j.taken.CompareAndSwap(jobQueued, jobTaken) }

// abandon withdraws the job. It returns false if the writer has taken it.
func (j *job) abandon() bool { return j.taken.CompareAndSwap(jobQueued, jobAbandoned) }

// reset prepares a finished job for reuse. It keeps the memory and drops all references to the caller's data.
func (j *job) reset() *job {
	clear(j.attempts.list)
	clear(j.attempts.headers)
	clear(j.due)
	*j = job{done: j.done, due: j.due[:0], attempts: attemptsToAdd{list: j.attempts.list[:0], headers: j.attempts.headers[:0]}}
	return j
}
