package relay

import (
	"context"
	"errors"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// writeAttempts writes the attempts at a delivery together with the sends that remain, waits until both are durable, and returns the
// delivery's status. It writes what the attempts returned, no matter whether the relay is drained or aborted. All attempts are written by
// writeAttempts and queueAttempts. After that, held deliveries may be sent.
func (r *Relay) writeAttempts(id webhook.ID, s sendResult) (webhook.Status, error) {
	defer func() {
		for _, held := range s.held {
			held.queue.markReady(held)
		}
	}()
	var err error
	status := webhook.StatusPending
	if len(s.attempts) == 0 {
		err = r.o.Log.Hold(s.due[0], "")
	} else {
		status, err = r.o.Log.AddAttempts(id, s.attempts, s.due)
	}
	r.retries.schedule(s.due) // even after a failed write, because this session still knows them
	if errors.Is(err, store.ErrBusy) {
		err = nil // the log keeps the attempts and reports a failure itself; this session holds the delivery in any case
	}
	if status == "" {
		status = s.deciding().Status()
	}
	return status, err
}

// queueAttempts is writeAttempts without the wait. It waits only if sends remain, because these read the delivery again. The log reports
// later write errors.
func (r *Relay) queueAttempts(id webhook.ID, s sendResult) error {
	if len(s.due) == 0 {
		return r.o.Log.QueueAttempts(id, s.attempts, nil)
	}
	_, err := r.writeAttempts(id, s)
	return err
}

// noteRecordError reports that the log cannot be written, once until it can be written again.
func (r *Relay) noteRecordError(err error) {
	switch {
	case err == nil:
		if r.recordFailing.Load() {
			r.recordFailing.Store(false)
		}
	case errors.Is(err, store.ErrClosed) || isNotFound(err): // the session is ending, or the delivery was pruned
	case r.recordFailing.CompareAndSwap(false, true):
		r.o.Notify(Notice{Kind: NoticeNotRecorded, At: r.o.Now(), Err: err})
	}
}

// isNotFound reports whether the log does not have the delivery. Any other error says nothing about the delivery.
func isNotFound(err error) bool {
	var notFound *store.NotFoundError
	return errors.As(err, &notFound)
}

// readDelivery reads a delivery to send again. It returns an error only if the delivery no longer exists (isNotFound) or the relay is
// drained.
func (r *Relay) readDelivery(id webhook.ID) (d webhook.Delivery, err error) {
	err = r.untilDrained(func() error {
		d, err = r.o.Backlog.Get(r.drainCtx, id)
		return err
	})
	return d, err
}

// untilDrained repeats an operation on the log that must succeed before a delivery is sent again. It returns an error only if the delivery
// no longer exists (isNotFound) or the relay is drained.
func (r *Relay) untilDrained(do func() error) error {
	for pause := firstProbeDelay; ; pause = min(2*pause, maxProbeDelay) {
		err := do()
		if err == nil || isNotFound(err) {
			r.readFailing.Store(false)
			return err
		}
		if r.drainCtx.Err() == nil && r.readFailing.CompareAndSwap(false, true) {
			r.o.Notify(Notice{Kind: NoticeNotRead, At: r.o.Now(), Err: err})
		}
		select {
		case <-time.After(pause):
		case <-r.drainCtx.Done():
			return context.Cause(r.drainCtx)
		}
	}
}
