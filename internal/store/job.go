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
	jobAttempts
	jobHold
	jobAdopt
	jobFlush
)

// job is one unit of work for the writer. The goroutine that submits it computes everything that does not need the database.
type job struct {
	kind     jobKind
	id       webhook.ID     // of the delivery
	record   recordedBody   // jobRecord
	attempts attemptsToAdd  // jobAttempts
	due      []Due          // jobAttempts, jobHold: still to be sent
	replaces string         // jobHold: a target whose due row is deleted
	adoption *adoption      // jobAdopt
	status   webhook.Status // jobAttempts: set by the writer

	async   bool // no caller waits
	retries int  // how often the log was busy
	state   atomic.Int32
	result  error // set by the writer if only this job failed
	done    chan error
}

// recordedBody is a delivery to record.
type recordedBody struct {
	delivery   *webhook.Delivery
	header     []byte // encoded
	bodyHash   int64
	sameBodyAs webhook.ID // set by the writer
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
	j.record = recordedBody{delivery: d, header: encodeHeader(d.Header), bodyHash: hashBody(d.Body)}
}

func (j *job) setAttempts(id webhook.ID, attempts []webhook.Attempt, due []Due) {
	j.id, j.due = id, due
	j.attempts.list = append(j.attempts.list, attempts...)
	for _, a := range attempts {
		j.attempts.headers = append(j.attempts.headers, encodeHeader(a.Header))
	}
}

// hashBody returns 64 bits of the SHA-256 of a body. The log compares bodies by hash and length. The probability that two of 100,000
// different bodies of the same length share a hash is 1 in 4 billion.
func hashBody(body []byte) int64 {
	sum := sha256.Sum256(body)
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// size returns the bytes that the job adds to a transaction.
func (j *job) size() int {
	n := len(j.record.header)
	for i, a := range j.attempts.list {
		n += len(j.attempts.headers[i]) + len(a.Response)
	}
	if j.record.delivery != nil {
		n += len(j.record.delivery.Body)
	}
	return n
}

// take claims the job for the writer. It returns false if the caller has abandoned it.
func (j *job) take() bool { return j.state.CompareAndSwap(jobQueued, jobTaken) }

// abandon withdraws the job. It returns false if the writer has taken it.
func (j *job) abandon() bool { return j.state.CompareAndSwap(jobQueued, jobAbandoned) }

// reset prepares a finished job for reuse. It keeps the memory and drops all references to the caller's data.
func (j *job) reset() *job {
	clear(j.attempts.list)
	clear(j.attempts.headers)
	*j = job{done: j.done, attempts: attemptsToAdd{list: j.attempts.list[:0], headers: j.attempts.headers[:0]}}
	return j
}
