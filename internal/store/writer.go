package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// writer is the only goroutine of this process that writes to the log. It puts all queued jobs into one transaction and never waits for
// more: while it commits, the queue fills with the next batch.
type writer struct {
	*coordination
	conn    *sqlite.Conn
	file    *logFile
	queue   <-chan *job
	commits *notifier
	onError func(error)
	recycle func(*job)

	batch      []*job
	retryQueue []*job    // attempts that met a busy log; first in the next batch
	plan       plan      // the rest of the plan
	pruneAt    time.Time // when the next step of the plan may start
	closing    bool      // the last batch: no retries
	tx         transaction
}

// coordination is the state that the writer and maintenance share.
type coordination struct {
	txMu         sync.Mutex // held during a transaction, and while maintenance resets the WAL
	checkpointMu sync.Mutex // held by maintenance during a checkpoint

	walPages      atomic.Int64  // length of the WAL
	checkpointAt  atomic.Int64  // length at which the writer wakes maintenance
	transactions  atomic.Int64  // how many were committed
	checkpointDue chan struct{} // wakes maintenance

	plans    chan plan     // from maintenance; the writer prunes when it is idle
	failures chan error    // from maintenance, for OnError
	replaced chan struct{} // maintenance saw that the log file was replaced
}

// Limits of one transaction. 256 jobs commit within a few milliseconds. With 4 MiB, a large body has a transaction to itself, and small
// ones do not wait until its pages are written.
const (
	maxBatchJobs  = 256
	maxBatchBytes = 4 << 20
)

// maxRetries is how often the writer tries to write attempts to a busy log before it gives up: for about a minute.
const maxRetries = 12

func newWriter(c *sqlite.Conn, file *logFile, queue <-chan *job, commits *notifier, o Options) *writer {
	w := &writer{
		coordination: &coordination{
			checkpointDue: make(chan struct{}, 1), plans: make(chan plan), failures: make(chan error), replaced: make(chan struct{}, 1),
		},
		file: file, queue: queue, commits: commits, onError: o.OnError,
	}
	w.use(c)
	return w
}

// use makes the writer write through c.
func (w *writer) use(c *sqlite.Conn) {
	w.conn = c
	w.walPages.Store(0)
	w.checkpointAt.Store(checkpointPages)
	c.OnCommit(func(pages int) {
		if w.walPages.Swap(int64(pages)) > int64(pages) { // the WAL started over
			w.checkpointAt.Store(checkpointPages)
		}
	})
}

// run writes until the queue is closed and empty.
func (w *writer) run() {
	for {
		j, open := w.next()
		if !open {
			break
		}
		runtime.Gosched() // callers that just got their results can queue again, which makes batches larger at no cost
		w.collectBatch(j)
		w.write()
		w.afterCommit()
	}
	if len(w.retryQueue) > 0 {
		w.closing = true
		w.collectBatch(nil)
		w.write()
	}
}

// next returns the next job. It prunes while there is none.
func (w *writer) next() (j *job, open bool) {
	for {
		select {
		case j, open = <-w.queue:
			return j, open
		default:
		}
		if len(w.retryQueue) > 0 {
			return nil, true
		}
		plans, pruneDue := w.plans, (<-chan time.Time)(nil)
		if !w.plan.isEmpty() {
			pause := time.Until(w.pruneAt)
			if pause <= 0 {
				w.prune()
				continue
			}
			plans, pruneDue = nil, time.After(pause)
		}
		select {
		case j, open = <-w.queue:
			return j, open
		case p := <-plans:
			w.setPlan(p)
		case <-pruneDue:
		case err := <-w.failures:
			w.onError(err)
		case <-w.replaced:
			w.checkReplaced()
		}
	}
}

// collectBatch collects the next batch: the retry queue, then first, then the jobs that are already queued.
func (w *writer) collectBatch(first *job) {
	w.batch = append(w.batch[:0], w.retryQueue...)
	w.retryQueue = w.retryQueue[:0]
	bytes := w.take(first)
	for len(w.batch) < maxBatchJobs && bytes < maxBatchBytes {
		select {
		case j := <-w.queue: // nil once the queue is closed
			if j == nil {
				return
			}
			bytes += w.take(j)
		default:
			return
		}
	}
}

func (w *writer) take(j *job) (bytes int) {
	if j == nil || !j.take() {
		return 0
	}
	w.batch = append(w.batch, j)
	return j.size()
}

// write commits the batch and reports the result to each caller. If the batch fails, it tries each job alone, because one body that is
// too large for the disk must not fail the others.
func (w *writer) write() {
	if len(w.batch) == 0 {
		return
	}
	err := w.commit(w.batch)
	if err != nil && len(w.batch) > 1 && !errors.Is(err, ErrBusy) {
		for i := range w.batch {
			w.finish(w.batch[i], w.commit(w.batch[i:i+1]))
		}
	} else {
		for _, j := range w.batch {
			w.finish(j, err)
		}
	}
	clear(w.batch)
}

// commit writes jobs in one transaction. It returns an error, also for a panic, if none of them was written. A job that failed alone has
// its error in result.
func (w *writer) commit(batch []*job) error {
	w.txMu.Lock()
	err := w.reopenIfReplaced()
	if err == nil {
		err = sqlite.Protect(w.conn, func() error { return w.tx.run(w.conn, batch) })
	}
	err = sqlite.Classify(err)
	w.txMu.Unlock()
	if err == nil {
		w.transactions.Add(1)
		w.commits.notify()
	}
	return err
}

// finish reports the result of a job to its caller, or to OnError if no caller waits. Attempts that met a busy log are retried.
func (w *writer) finish(j *job, err error) {
	if err == nil {
		err = j.result
	}
	retry := j.kind == jobAttempts && errors.Is(err, ErrBusy) && j.retries < maxRetries && !w.closing
	if retry {
		j.retries++
		w.retryQueue = append(w.retryQueue, j)
	}
	if !j.async {
		j.async = true // the caller waits for the first try only
		j.done <- err
		return
	}
	if retry {
		return
	}
	if err != nil {
		w.onError(&AttemptError{ID: j.id, Attempts: slices.Clone(j.attempts.list), Err: err})
	}
	w.recycle(j)
}

// afterCommit limits the WAL. It also prunes if there is too much to wait until the writer is idle.
func (w *writer) afterCommit() {
	w.limitWAL()
	select {
	case p := <-w.plans:
		w.setPlan(p)
	case err := <-w.failures:
		w.onError(err)
	default:
	}
	if w.plan.urgent && !w.plan.isEmpty() && time.Until(w.pruneAt) <= 0 {
		w.prune()
	}
}

// limitWAL wakes maintenance when the WAL has grown, and waits for it if the WAL has grown too long.
func (w *writer) limitWAL() {
	if w.walPages.Load() >= w.checkpointAt.Load() {
		select {
		case w.checkpointDue <- struct{}{}:
		default:
		}
	}
	if w.walPages.Load() >= stallPages {
		w.checkpointMu.Lock()
		w.checkpointMu.Unlock() //nolint:staticcheck // only waits for the checkpoint
	}
}

// setPlan accepts a plan, unless it was made for a log file that has been replaced.
func (w *writer) setPlan(p plan) {
	w.plan = p
	if p.generation != w.file.generation.Load() {
		w.plan = plan{}
	}
}

// reopenIfReplaced makes the writer write to the file that is at the log's path. The caller holds txMu.
func (w *writer) reopenIfReplaced() error {
	if !w.file.isReplaced() {
		return nil
	}
	newest, err := w.conn.Number(lastChange)
	if err != nil {
		newest = w.tx.last + int64(len(w.tx.changes))
	}
	c, err := w.file.open(context.Background())
	if err != nil {
		return err
	}
	detach(w.conn)
	w.use(c)
	w.tx.minimum = max(w.tx.minimum, newest) // change numbers continue for readers that follow them
	w.plan = plan{}
	w.file.onReopen()
	w.onError(ErrReplaced)
	return nil
}

// checkReplaced calls reopenIfReplaced between two transactions. If it fails, so does the next transaction, which reports the error.
func (w *writer) checkReplaced() {
	w.txMu.Lock()
	defer w.txMu.Unlock()
	_ = w.reopenIfReplaced()
}

// AttemptError reports attempts that could not be written.
type AttemptError struct {
	ID       webhook.ID
	Attempts []webhook.Attempt
	Err      error
}

// Error names the delivery and the reason.
func (e *AttemptError) Error() string { return fmt.Sprintf("write an attempt at %s: %v", e.ID, e.Err) }

// Unwrap returns the reason.
func (e *AttemptError) Unwrap() error { return e.Err }
