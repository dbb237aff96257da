package relay

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// attemptLog writes attempts to the log, reads deliveries to send again, and reports when the log fails.
type attemptLog struct {
	o             *Options
	life          *lifetime
	recordFailing atomic.Bool // writes to the log fail, and this has been reported
	readFailing   atomic.Bool // reads of the log fail, and this has been reported
}

// write writes the attempts at a delivery together with the sends that remain. It waits until both are durable, and returns the
// delivery's status. Attempts are written by write and queue only.
func (l *attemptLog) write(id webhook.ID, attempts []webhook.Attempt, due []store.Due) (webhook.Status, error) {
	var err error
	status := webhook.StatusPending
	if len(attempts) == 0 {
		err = l.o.Log.Hold(due[0], "")
	} else {
		status, err = l.o.Log.AddAttempts(id, attempts, due)
	}
	if errors.Is(err, store.ErrBusy) {
		err = nil // the log keeps the attempts and reports a failure itself; this session holds the delivery in any case
	}
	if status == "" {
		status = webhook.Deciding(attempts).Status()
	}
	return status, err
}

// queue is write without the wait, for deliveries without sends that remain. The log reports later write errors.
func (l *attemptLog) queue(id webhook.ID, attempts []webhook.Attempt) error {
	return l.o.Log.QueueAttempts(id, attempts, nil)
}

// noteRecordError reports that the log cannot be written, once until it can be written again.
func (l *attemptLog) noteRecordError(err error) {
	switch {
	case err == nil:
		if l.recordFailing.Load() {
			l.recordFailing.Store(false)
		}
	case errors.Is(err, store.ErrReported):
	case errors.Is(err, store.ErrClosed) || isNotFound(err): // the session is ending, or the delivery was pruned
	case l.recordFailing.CompareAndSwap(false, true):
		l.o.notify(Notice{Kind: NoticeNotRecorded, Err: err})
	}
}

// isNotFound reports whether the log does not have the delivery. Any other error says nothing about the delivery.
func isNotFound(err error) bool {
	var notFound *store.NotFoundError
	return errors.As(err, &notFound)
}

// read reads a delivery to send again. It returns an error only if the delivery no longer exists (isNotFound) or the relay is drained.
func (l *attemptLog) read(id webhook.ID) (d webhook.Delivery, err error) {
	err = l.untilDrained(func() error {
		d, err = l.o.Backlog.Get(l.life.drainCtx, id)
		return err
	})
	return d, err
}

// hold writes the row of a delivery to send again. from is the target that the row had, or empty. It returns the same errors as read.
func (l *attemptLog) hold(due store.Due, from string) error {
	return l.untilDrained(func() error { return l.o.Log.Hold(due, from) })
}

// untilDrained repeats an operation on the log that must succeed before a delivery is sent again. It returns an error only if the
// delivery no longer exists (isNotFound) or the relay is drained.
func (l *attemptLog) untilDrained(do func() error) error {
	for pause := firstProbeDelay; ; pause = min(2*pause, maxProbeDelay) {
		err := do()
		if err == nil || isNotFound(err) {
			l.readFailing.Store(false)
			return err
		}
		if !l.life.isDraining() && l.readFailing.CompareAndSwap(false, true) {
			l.o.notify(Notice{Kind: NoticeNotRead, Err: err})
		}
		select {
		case <-time.After(pause):
		case <-l.life.drainCtx.Done():
			return context.Cause(l.life.drainCtx)
		}
	}
}
