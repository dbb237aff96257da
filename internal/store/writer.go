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

	"github.com/vidiking/vidiking-cli/internal/store/database"
	"github.com/vidiking/vidiking-cli/internal/store/retention"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// writer is the only goroutine of this process that writes to the log. It files the entries of the journal in batches, and runs the calls
// that wait for the log.
type writer struct {
	*coordination
	conn     *sqlite.Conn
	file     *logFile
	recorder *recorder
	queue    <-chan *job
	commits  *notifier
	onError  func(error)

	batch    []*job
	replaced []*journaled   // journals of a log that was replaced; filed first
	plan     retention.Plan // the rest of the plan
	pruneAt  time.Time      // when the next step of the plan may start
	tx       transaction

	fileTimer *time.Timer
	fileAt    time.Time // when the entries are filed; zero: there are none
	filedAt   time.Time // when entries were last filed
	fileErr   error     // of the last filing
}

// coordination is the state that the writer and maintenance share.
type coordination struct {
	txMu         sync.Mutex // held during a transaction, and while maintenance resets the WAL
	checkpointMu sync.Mutex // held by maintenance during a checkpoint

	walPages      atomic.Int64  // length of the WAL
	checkpointAt  atomic.Int64  // length at which the writer wakes maintenance
	transactions  atomic.Int64  // how many were committed
	checkpointDue chan struct{} // wakes maintenance

	plans       chan retention.Plan // from maintenance; the writer prunes when it is idle
	failures    chan error          // from maintenance, for OnError
	sawReplaced chan struct{}       // maintenance saw that the log file was replaced
}

// maxBatchJobs limits the jobs of one transaction.
const maxBatchJobs = 256

// Pauses before the writer tries again to file entries.
const (
	firstFilingPause = 50 * time.Millisecond
	lastFilingPause  = time.Second
)

func newWriter(c *sqlite.Conn, file *logFile, r *recorder, queue <-chan *job, commits *notifier, o Options) *writer {
	w := &writer{
		coordination: &coordination{
			checkpointDue: make(chan struct{}, 1), plans: make(chan retention.Plan), failures: make(chan error), sawReplaced: make(chan struct{}, 1),
		},
		file: file, recorder: r, queue: queue, commits: commits, onError: o.OnError, fileTimer: time.NewTimer(time.Hour),
	}
	w.tx.dir, w.tx.isReplaced = file.dir, file.isReplaced
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

// run writes until the queue is closed and everything is filed, or cannot be filed.
func (w *writer) run() {
	for w.next() {
		w.write()
		w.afterCommit()
	}
	w.write()
	w.fileTimer.Stop()
}

// next returns when there are jobs in the batch, or entries to file. It prunes while there is nothing else to do. It returns false once
// the queue is closed.
func (w *writer) next() bool {
	w.batch = w.batch[:0]
	for {
		select {
		case j, open := <-w.queue:
			w.collectBatch(j)
			return open
		default:
		}
		if w.isFilingDue() {
			return true
		}
		plans, pruneDue := w.plans, (<-chan time.Time)(nil)
		if !w.plan.IsEmpty() {
			pause := time.Until(w.pruneAt)
			if pause <= 0 {
				w.prune()
				continue
			}
			plans, pruneDue = nil, time.After(pause)
		}
		select {
		case j, open := <-w.queue:
			w.collectBatch(j)
			return open
		case <-w.recorder.wake:
		case <-w.fileTimer.C:
		case p := <-plans:
			w.setPlan(p)
		case <-pruneDue:
		case err := <-w.failures:
			w.onError(err)
		case <-w.sawReplaced:
			w.checkReplaced()
		}
	}
}

// isFilingDue reports whether there are entries that fill a transaction, or that have waited long enough. If there are others, it sets the
// timer.
func (w *writer) isFilingDue() bool {
	isEmpty, isBatch := len(w.replaced) == 0, false
	if j := w.recorder.get(); j != nil {
		var none bool
		none, isBatch = j.backlog.State()
		isEmpty = isEmpty && none
	}
	now := time.Now()
	switch {
	case isEmpty:
		w.fileAt = time.Time{}
		return false
	case w.fileAt.IsZero():
		pause := w.filedAt.Add(filingInterval).Sub(now) // a delivery that comes alone is filed at once
		if pause <= 0 {
			return true
		}
		w.fileAt = now.Add(pause)
		w.fileTimer.Reset(pause)
	case !w.fileAt.After(now):
		return true
	}
	return isBatch && w.fileErr == nil
}

// collectBatch collects the next batch: first, if it is not nil, and the jobs that are already queued.
func (w *writer) collectBatch(first *job) {
	if first == nil {
		return
	}
	runtime.Gosched() // callers that just got their results can queue again, which makes batches larger at no cost
	w.take(first)
	for len(w.batch) < maxBatchJobs {
		select {
		case j := <-w.queue: // nil once the queue is closed
			if j == nil {
				return
			}
			w.take(j)
		default:
			return
		}
	}
}

func (w *writer) take(j *job) {
	if j.take() {
		w.batch = append(w.batch, j)
	}
}

// write files the entries of the journal, then runs the jobs of the batch: they may concern a delivery that was just filed.
func (w *writer) write() {
	err := w.fileJournals()
	for _, j := range w.batch {
		if err == nil && j.result == nil && j.kind == jobFlush && j.id != "" {
			j.status, j.result = w.statusOf(j.id)
		}
	}
	jobs := slices.DeleteFunc(slices.Clone(w.batch), func(j *job) bool { return j.kind == jobFlush })
	if err == nil && len(jobs) > 0 {
		w.runJobs(jobs)
	}
	for _, j := range w.batch {
		if err != nil {
			j.result = err
		}
		j.done <- j.result
	}
	clear(w.batch)
	w.batch = w.batch[:0]
}

// fileJournals files all entries. If that fails, the entries stay in the journal, and the writer tries again after a pause.
func (w *writer) fileJournals() error {
	err := w.fileAll()
	for errors.Is(err, ErrReplaced) {
		err = w.fileAll()
	}
	if err == nil {
		w.fileErr, w.fileAt, w.filedAt = nil, time.Time{}, time.Now()
		w.recorder.blocked.Store(nil)
		w.recorder.reported.Store(false)
		return nil
	}
	pause := firstFilingPause
	if w.fileErr != nil {
		pause = lastFilingPause
	}
	if !errors.Is(err, ErrBusy) {
		w.recorder.blocked.Store(&err)
		if !w.recorder.reported.Swap(true) {
			w.onError(err) // once, until it works again
		}
	}
	w.fileErr = err
	w.fileAt = time.Now().Add(pause)
	w.fileTimer.Reset(pause)
	return err
}

// fileAll files the entries of all journals into the file that is at the log's path.
func (w *writer) fileAll() error {
	w.txMu.Lock()
	err := w.reopenIfReplaced()
	w.txMu.Unlock()
	for err == nil && len(w.replaced) > 0 {
		old := w.replaced[0]
		if err = w.fileJournal(old); err == nil {
			w.report(old.writer.Remove())
			w.replaced = w.replaced[1:]
		}
	}
	if j := w.recorder.get(); err == nil && j != nil {
		err = w.fileJournal(j)
	}
	return err
}

// fileJournal files the entries that a journal has now, in transactions of limited size. Entries that arrive meanwhile wait for the next
// time, because small transactions cost more per entry. If the log is replaced meanwhile, it returns ErrReplaced.
func (w *writer) fileJournal(j *journaled) error {
	for more := true; more; {
		if isEmpty, _ := j.backlog.State(); isEmpty {
			return nil
		}
		var failures []failure
		var err error
		w.txMu.Lock()
		more, failures, err = w.tx.fileNext(w.conn, &j.filing)
		w.txMu.Unlock()
		for _, f := range failures {
			w.reportFailure(f)
		}
		if err != nil {
			return sqlite.Classify(err)
		}
		applied := j.filing.applied
		j.applied.Store(&applied)
		j.backlog.Remove(applied)
		j.writer.AppendLater(encodeFiled(applied))
		w.transactions.Add(1)
		w.commits.notify()
		w.limitWAL()
	}
	return nil
}

// reportFailure reports an entry that was not filed to the caller that waits for it, or to OnError.
func (w *writer) reportFailure(f failure) {
	if waiting, ok := w.recorder.waiting.Load(f.id); ok {
		waiting.(*waiter).err = f.err
		return
	}
	w.onError(f.err)
}

func (w *writer) report(err error) {
	if err != nil {
		w.onError(err)
	}
}

const selectStatus = "SELECT status FROM delivery WHERE id = ?"

// statusOf returns the status of a delivery.
func (w *writer) statusOf(id webhook.ID) (status webhook.Status, err error) {
	if renamed, ok := w.tx.renamed[id]; ok {
		id = renamed
	}
	w.txMu.Lock()
	defer w.txMu.Unlock()
	err = w.conn.Rows(selectStatus, []any{string(id)}, func(r *sqlite.Row) error {
		status = webhook.Status(r.Text())
		return nil
	})
	if err == nil && status == "" {
		err = &NotFoundError{Typed: string(id)}
	}
	return status, sqlite.Classify(err)
}

// runJobs runs jobs in one transaction. If it fails, runJobs tries each job alone.
func (w *writer) runJobs(jobs []*job) {
	err := w.commit(jobs)
	if err == nil {
		return
	}
	for i, j := range jobs {
		if len(jobs) > 1 && !errors.Is(err, ErrBusy) {
			j.result = nil
			if err := w.commit(jobs[i : i+1]); err != nil {
				j.result = err
			}
			continue
		}
		j.result = err
	}
}

// commit runs jobs in one transaction. It returns an error, also for a panic, if none of them was written. A job that failed alone has
// its error in result.
func (w *writer) commit(jobs []*job) error {
	w.txMu.Lock()
	err := sqlite.Classify(sqlite.Protect(w.conn, func() error { return w.tx.run(w.conn, jobs) }))
	w.txMu.Unlock()
	if err == nil {
		w.transactions.Add(1)
		w.commits.notify()
	}
	return err
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
	if w.plan.Urgent && !w.plan.IsEmpty() && time.Until(w.pruneAt) <= 0 {
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
		defer w.checkpointMu.Unlock()
		if w.walPages.Load() >= stallPages { // maintenance was late
			w.report(w.checkpointNow())
		}
	}
}

// checkpointNow copies the WAL and starts it over, unless a reader uses it.
func (w *writer) checkpointNow() error {
	w.txMu.Lock()
	defer w.txMu.Unlock()
	defer w.conn.SetBusyTimeout(w.conn.SetBusyTimeout(maintenanceBusyTimeout))
	err := sqlite.Classify(w.conn.Checkpoint(sqlite.Restart))
	if errors.Is(err, ErrBusy) {
		return nil
	}
	return err
}

// setPlan accepts a plan, unless it was made for a log file that has been replaced.
func (w *writer) setPlan(p retention.Plan) {
	w.plan = p
	if p.Generation != w.file.generation.Load() {
		w.plan = retention.Plan{}
	}
}

// reopenIfReplaced makes the writer write to the file that is at the log's path. The entries that are not yet filed go to the new log, and
// later ones to a new journal. The caller holds txMu.
func (w *writer) reopenIfReplaced() error {
	if !w.file.isReplaced() {
		return nil
	}
	if old := w.recorder.detach(); old != nil { // first: an entry in a removed journal would not survive
		w.replaced = append(w.replaced, old)
	}
	newest, err := w.conn.Number(lastChange)
	if err != nil {
		newest = w.tx.last + int64(len(w.tx.changes))
	}
	c, err := w.file.open(context.Background())
	if err != nil {
		return err
	}
	w.recorder.attach(w.file.identity)
	detach(w.conn)
	w.use(c)
	w.tx.minimum = max(w.tx.minimum, newest) // change numbers continue for readers that follow them
	w.plan, w.tx.renamed = retention.Plan{}, nil
	w.tx.recent.reset()
	w.file.onReopen()
	w.onError(ErrReplaced)
	return nil
}

// closeJournals removes the journals whose entries are all filed, and leaves the others to the next process. The connections are closed.
func (w *writer) closeJournals() error {
	journals := w.replaced
	if j := w.recorder.get(); j != nil {
		journals = append(journals, j)
	}
	var errs []error
	for _, j := range journals {
		if isEmpty, _ := j.backlog.State(); !isEmpty {
			errs = append(errs, j.writer.Close(), fmt.Errorf("some deliveries are still in the journal: %w", w.fileErr))
			continue
		}
		if err := database.SyncWAL(w.file.path); err != nil {
			errs = append(errs, err, j.writer.Close())
			continue
		}
		errs = append(errs, j.writer.Remove())
	}
	return errors.Join(errs...)
}

// checkReplaced calls reopenIfReplaced between two transactions. If it fails, so does the next transaction, which reports the error.
func (w *writer) checkReplaced() {
	w.txMu.Lock()
	defer w.txMu.Unlock()
	_ = w.reopenIfReplaced()
}
