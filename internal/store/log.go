package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Options say how a Log works. The zero value will do.
type Options struct {
	Now       func() time.Time // the clock, for retention and for deliveries without a time; nil: time.Now
	Retention Retention        // zero: DefaultRetention
	OnError   func(error)      // what became of queued attempts and of upkeep; called from the writer's goroutine; nil: ignored
}

// Log writes the delivery log of one data directory. Any number of goroutines may use it, and other processes may have the same
// directory open.
type Log struct {
	now      func() time.Time
	queue    chan *job
	jobs     sync.Pool // of *job
	gate     sync.RWMutex
	closed   bool // guarded by gate: nothing is queued any more
	writer   *writer
	upkeep   *upkeep
	reader   *Reader
	finished sync.WaitGroup
}

// queueLength bounds what waits for the writer: four times what one transaction takes. Attempts hold up to 64 KiB of answer each.
const queueLength = 256

// Open opens the delivery log in dir for writing. It makes the directory (0700) and the log (0600) where they are missing, and
// migrates an older schema. A newer one gives ErrNewerSchema, and nothing is touched.
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
	p := &place{dir: dir, path: path}
	main, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	side, err := openMaintenance(path)
	if err != nil {
		return nil, errors.Join(err, main.Close())
	}
	l := &Log{now: o.Now, queue: make(chan *job, queueLength)}
	l.jobs.New = func() any { return &job{done: make(chan error, 1)} }
	ring := &bell{}
	l.reader = newReader(path, ring)
	l.writer = newWriter(main, p, l.queue, ring, o)
	p.changed = l.reader.renew
	l.writer.recycle = func(j *job) { l.jobs.Put(j.reset()) }
	l.upkeep = newUpkeep(side, l.writer, o)
	l.finished.Go(l.writer.run)
	l.finished.Go(l.upkeep.run)
	return l, nil
}

// Close writes what is queued, and closes the log. Calls that come later get ErrClosed.
func (l *Log) Close() error {
	l.gate.Lock()
	if l.closed {
		l.gate.Unlock()
		return nil
	}
	l.closed = true
	close(l.queue)
	l.gate.Unlock()

	close(l.upkeep.stop)
	l.finished.Wait()
	err := errors.Join(l.reader.Close(), l.upkeep.conn.Close(), l.writer.conn.Close())
	if err != nil {
		return fmt.Errorf("close the delivery log: %w", sqlite.Classify(err))
	}
	return nil
}

// Reader reads what this Log and others commit. It belongs to the Log and is closed with it.
func (l *Log) Reader() *Reader { return l.reader }

// Record writes a delivery, and returns when it is durable. It sets BodyBytes and, unless ReplayOf is set, SameBodyAs, and where they
// are empty ReceivedAt (now) and Status (pending). The body must not change before Record returns.
func (l *Log) Record(ctx context.Context, d *webhook.Delivery) error {
	j := l.job(jobRecord)
	j.prepareRecord(d, l.now)
	err := l.do(ctx, j)
	if err == nil {
		d.SameBodyAs = j.sameBodyAs
		l.jobs.Put(j.reset())
	}
	if err != nil {
		return fmt.Errorf("record %s: %w", d.ID, err)
	}
	return nil
}

// AddAttempts writes attempts at a delivery, oldest first, and what is still to be sent of it, and returns the delivery's status once
// both are durable. The log numbers the attempts. Everything is written together or not at all: a delivery that has not been tried at
// one of its targets is never taken for a delivered one. What was due at a target of the attempts is due no more, unless due says so
// again. There is at least one attempt.
//
// An attempt is not made again because it could not be written, so AddAttempts takes no context: the write goes on whatever becomes of
// the caller. If the log is busy, the error is ErrBusy. The writer keeps the attempts then, and OnError gets them if it gives up. Errors
// are of type *AttemptError.
func (l *Log) AddAttempts(id webhook.ID, attempts []webhook.Attempt, due []Due) (webhook.Status, error) {
	j := l.attempts(id, attempts, due)
	err := l.submit(context.Background(), j)
	if err == nil {
		err = <-j.done
	}
	if err != nil {
		return "", &AttemptError{ID: id, Attempts: attempts, Err: err}
	}
	status := j.status
	l.jobs.Put(j.reset())
	return status, nil
}

// QueueAttempts does what AddAttempts does, but does not wait for the write. OnError gets the attempts if the write fails.
func (l *Log) QueueAttempts(id webhook.ID, attempts []webhook.Attempt, due []Due) error {
	j := l.attempts(id, attempts, due)
	j.unattended = true
	if err := l.submit(context.Background(), j); err != nil {
		return &AttemptError{ID: id, Attempts: attempts, Err: err}
	}
	return nil
}

func (l *Log) attempts(id webhook.ID, attempts []webhook.Attempt, due []Due) *job {
	j := l.job(jobAttempt)
	j.prepareAttempts(id, attempts, due)
	return j
}

// Flush returns when everything that was queued before it is committed, or has failed and was told to OnError. ErrBusy says that some of it
// is still to be tried again.
func (l *Log) Flush(ctx context.Context) error {
	if err := l.do(ctx, l.job(jobFlush)); err != nil {
		return fmt.Errorf("flush the delivery log: %w", err)
	}
	return nil
}

func (l *Log) job(kind jobKind) *job {
	j := l.jobs.Get().(*job)
	j.kind = kind
	return j
}

// do queues the job and waits for it. A job that the writer has not taken yet is given up when ctx ends; one that it has taken is
// waited for, since the writer reads the caller's bytes.
func (l *Log) do(ctx context.Context, j *job) error {
	if err := l.submit(ctx, j); err != nil {
		return err
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		if j.giveUp() {
			return ctx.Err()
		}
		return <-j.done
	}
}

func (l *Log) submit(ctx context.Context, j *job) error {
	l.gate.RLock()
	defer l.gate.RUnlock()
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
