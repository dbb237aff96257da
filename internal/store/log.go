// Package store is the delivery log: every delivery with its headers and body as they arrived, and every attempt to forward it.
//
// It guarantees:
//
//   - A delivery or attempt that Record, AddAttempts or QueueAttempts has acknowledged survives the death of the process at any moment. A
//     power cut may lose the last moments. Deliveries and attempts go to a journal first, and the writer files them into the database in
//     batches. If the process dies, the next one that opens the log files the rest.
//   - Readers never wait for a writer, and keep no snapshot open between two calls. Several processes may read and write at once.
//   - One counter, increased once per transaction, numbers every change. A reader that continues after the last number it has seen misses
//     nothing, or gets a gap record.
//   - A body is kept byte for byte. Summaries are read without touching bodies.
//   - Memory use is bounded: the queue has a limit, a transaction has limits for rows and bytes, and large bodies are written in parts.
//
// A Log writes and a Reader reads. Other packages interpret bodies, verify signatures and choose targets. Of the sub-packages, sqlite
// knows the database driver, database opens and migrates the log's database, journal has the files of the journal, search turns filters
// into SQL, retention decides what is pruned, and encoding defines how headers and journal entries become bytes.
package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Options configure a Log. The zero value uses the defaults.
type Options struct {
	Now       func() time.Time // the clock for retention and for deliveries without a time; nil: time.Now
	Retention Retention        // zero: DefaultRetention
	OnError   func(error)      // receives errors of filing and of maintenance, on the writer's goroutine; nil: ignored
}

// Log writes the delivery log of one data directory. It may be used by any number of goroutines, and other processes may have the same
// directory open.
type Log struct {
	now         func() time.Time
	queue       chan *job
	jobs        sync.Pool // of *job
	encoders    sync.Pool // of *encoder
	recorder    *recorder
	closeMu     sync.RWMutex
	closed      bool // guarded by closeMu: the queue accepts no more jobs
	writer      *writer
	maintenance *maintenance
	reader      *Reader
	goroutines  sync.WaitGroup
}

// queueLength bounds the jobs that wait for the writer: as many as one transaction takes.
const queueLength = 256

// Open opens the delivery log in dir for writing. It creates the directory (0700) and the log (0600) if they do not exist, and migrates
// an older schema. If the schema is newer, Open returns ErrNewerSchema and changes nothing.
func Open(ctx context.Context, dir string, o Options) (*Log, error) {
	l, err := open(ctx, dir, o)
	if err != nil {
		return nil, fmt.Errorf("open the delivery log in %s: %w", dir, sqlite.Classify(err))
	}
	return l, nil
}

func open(ctx context.Context, dir string, o Options) (*Log, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.OnError == nil {
		o.OnError = func(error) {}
	}
	path, err := logPath(dir)
	if err != nil {
		return nil, err
	}
	file := &logFile{dir: dir, path: path, onError: o.OnError}
	conn, err := file.open(ctx)
	if err != nil {
		return nil, err
	}
	maintenanceConn, err := openMaintenance(path)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	l := &Log{now: o.Now, queue: make(chan *job, queueLength)}
	l.jobs.New = func() any { return &job{done: make(chan error, 1)} }
	l.encoders.New = func() any { return &encoder{} }
	l.recorder = &recorder{dir: filepath.Dir(path), identity: file.identity, wake: make(chan struct{}, 1)}
	commits := &notifier{}
	l.reader = newReader(path, commits)
	l.reader.flush = l.flushForReader
	l.reader.recent = &recent{}
	file.onReopen = l.reader.reopen
	l.writer = newWriter(conn, file, l.recorder, l.queue, commits, o)
	l.writer.tx.recent.to = l.reader.recent
	l.maintenance = newMaintenance(maintenanceConn, file, l.recorder, l.writer.coordination, o)
	l.goroutines.Go(l.writer.run)
	l.goroutines.Go(l.maintenance.run)
	return l, nil
}

// Close files the journal and closes the log. Later calls return ErrClosed. If the log cannot be written, Close leaves the journal to the
// next process that opens the log, and returns the error.
func (l *Log) Close() error {
	l.closeMu.Lock()
	if l.closed {
		l.closeMu.Unlock()
		return nil
	}
	l.closed = true
	close(l.queue)
	l.closeMu.Unlock()

	close(l.maintenance.stop)
	l.goroutines.Wait()
	err := errors.Join(l.reader.Close(), l.maintenance.planner.Conn.Close(), l.writer.conn.Close(), l.writer.closeJournals())
	if err != nil {
		return fmt.Errorf("close the delivery log: %w", sqlite.Classify(err))
	}
	return nil
}

// Reader returns a reader that is notified of this Log's commits. It belongs to the Log and is closed with it.
func (l *Log) Reader() *Reader { return l.reader }

// Record writes a delivery to the journal and returns once it survives the death of the process. Readers see it a moment later. Record
// sets BodyBytes and, if they are empty, ReceivedAt (now) and Status (pending). If the log has another delivery with the same id, the
// delivery is filed under a new id, and OnError gets an ErrDuplicateID.
func (l *Log) Record(ctx context.Context, d *webhook.Delivery) error {
	return l.record(ctx, d, Extra{})
}

func (l *Log) record(ctx context.Context, d *webhook.Delivery, extra Extra) error {
	j := l.newJob(jobRecord)
	j.setDelivery(d, l.now)
	j.record.state = extra.State
	j.due = append(j.due, extra.Due...)
	if err := l.recorder.blocked.Load(); err != nil {
		return l.recordError(d.ID, *err)
	}
	e := l.encoders.Get().(*encoder)
	e.record(j)
	err := l.append(ctx, e.Entry(), d.Body)
	l.encoders.Put(e)
	l.recycle(j)
	if err != nil {
		return l.recordError(d.ID, err)
	}
	return nil
}

// recordError adds ErrReported to an error that OnError or an earlier caller got, until the log can be written again.
func (l *Log) recordError(id webhook.ID, err error) error {
	if errors.Is(err, ErrFull) && l.recorder.reported.Swap(true) {
		return fmt.Errorf("record %s: %w (%w)", id, err, ErrReported)
	}
	return fmt.Errorf("record %s: %w", id, err)
}

// AddAttempts writes one or more attempts at a delivery, oldest first, together with the due rows, and returns the delivery's status once
// they are in the log. The log numbers the attempts. Because everything is written in one transaction, a delivery that was not sent to
// one of its targets never looks delivered. A due time at the target of an attempt is deleted, unless due repeats it.
//
// AddAttempts takes no context: an attempt has happened and must be recorded even if the caller has gone. If the log is busy, the error
// is ErrBusy, and the writer tries again later. Errors are of type *AttemptError.
func (l *Log) AddAttempts(id webhook.ID, attempts []webhook.Attempt, due []Due) (webhook.Status, error) {
	var failed waiter
	l.recorder.waiting.Store(id, &failed)
	defer l.recorder.waiting.Delete(id)
	if err := l.QueueAttempts(id, attempts, due); err != nil {
		return "", err
	}
	j := l.newJob(jobFlush)
	j.id = id
	err := l.do(context.Background(), j)
	if failed.err != nil {
		return "", failed.err
	}
	if err != nil {
		return "", &AttemptError{ID: id, Attempts: attempts, Err: err}
	}
	status := j.status
	l.recycle(j)
	return status, nil
}

// QueueAttempts does the same as AddAttempts, but returns once the attempts survive the death of the process. OnError gets them if there is
// no such delivery.
func (l *Log) QueueAttempts(id webhook.ID, attempts []webhook.Attempt, due []Due) error {
	j := l.newJob(jobAttempts)
	j.setAttempts(id, attempts, due)
	e := l.encoders.Get().(*encoder)
	e.attempts(j)
	err := l.append(context.Background(), e.Entry(), nil)
	l.encoders.Put(e)
	l.recycle(j)
	if err != nil {
		return &AttemptError{ID: id, Attempts: attempts, Err: err}
	}
	return nil
}

// append appends an entry to the journal.
func (l *Log) append(ctx context.Context, head, body []byte) error {
	err := l.tryAppend(ctx, head, body)
	if !errors.Is(err, errDetached) {
		return err
	}
	if err := l.do(ctx, l.newJob(jobFlush)); err != nil { // the writer opens the new log
		return err
	}
	return l.tryAppend(ctx, head, body)
}

func (l *Log) tryAppend(ctx context.Context, head, body []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.closeMu.RLock()
	defer l.closeMu.RUnlock()
	if l.closed {
		return ErrClosed
	}
	return l.recorder.append(ctx, head, body)
}

// Hold records that a delivery is still to be sent to a target, when there is no attempt to record with it. It replaces what was due at
// that target and, if from is not empty, at the target from. It returns once that is durable.
func (l *Log) Hold(due Due, from string) error {
	j := l.newJob(jobHold)
	j.id, j.due, j.replaces = due.ID, []Due{due}, from
	if err := l.do(context.Background(), j); err != nil {
		return fmt.Errorf("hold %s: %w", due.ID, err)
	}
	l.recycle(j)
	return nil
}

// AdoptPending makes a session responsible for the pending deliveries of dead sessions: those that are held and, if scheduled is set,
// those with a due time. It returns them, oldest delivery first. It drops deliveries that a replay has resolved since.
func (l *Log) AdoptPending(ctx context.Context, session string, dead []string, scheduled bool) ([]Due, error) {
	j := l.newJob(jobAdopt)
	j.adoption = &adoption{session: session, dead: dead, scheduled: scheduled}
	if err := l.do(ctx, j); err != nil {
		return nil, fmt.Errorf("adopt pending deliveries: %w", err)
	}
	adopted := j.adoption.adopted
	l.recycle(j)
	return adopted, nil
}

// Flush returns when all deliveries and attempts that were recorded before it are in the log, where all readers see them. An error means
// that some of them are still in the journal, and the writer tries again later.
func (l *Log) Flush(ctx context.Context) error {
	if err := l.do(ctx, l.newJob(jobFlush)); err != nil {
		return fmt.Errorf("flush the delivery log: %w", err)
	}
	return nil
}

// readFlushTimeout is how long a read waits for the deliveries that this process has recorded. If another process locks the log, readers do
// not see them before that has ended.
const readFlushTimeout = 100 * time.Millisecond

// flushForReader files the entries that this process has recorded.
func (l *Log) flushForReader(ctx context.Context) {
	j := l.recorder.get()
	if j == nil {
		return
	}
	if isEmpty, _ := j.backlog.State(); isEmpty {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, readFlushTimeout)
	defer cancel()
	_ = l.Flush(ctx) // the writer reports errors
}

func (l *Log) newJob(kind jobKind) *job {
	j := l.jobs.Get().(*job)
	j.kind = kind
	return j
}

func (l *Log) recycle(j *job) { l.jobs.Put(j.reset()) }

// do queues a job and waits for it. If ctx ends, do abandons the job, unless the writer has already taken it: the writer reads the
// caller's bytes, so do must wait then.
func (l *Log) do(ctx context.Context, j *job) error {
	if err := l.submit(ctx, j); err != nil {
		return err
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		if j.abandon() || j.kind == jobFlush { // a flush has no bytes of the caller
			return ctx.Err()
		}
		return <-j.done
	}
}

func (l *Log) submit(ctx context.Context, j *job) error {
	l.closeMu.RLock()
	defer l.closeMu.RUnlock()
	if l.closed {
		return ErrClosed
	}
	select {
	case l.queue <- j:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
