package relay

import (
	"context"
	"errors"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// settle writes the attempts at a delivery together with what is still to be sent of it, waits until both are durable, and returns the
// delivery's status. An attempt's own result decides what is written, never the state of the session. All attempts are written by
// settle and settleSoon. From then on a held delivery can be sent.
func (r *Relay) settle(id webhook.ID, s sent) (webhook.Status, error) {
	defer func() {
		for _, held := range s.held {
			held.in.ready(held)
		}
	}()
	var err error
	status := webhook.StatusPending
	if len(s.attempts) == 0 {
		err = r.o.Log.Hold(s.due[0], "")
	} else {
		status, err = r.o.Log.AddAttempts(id, s.attempts, s.due)
	}
	r.retries.plan(s.due) // also if they could not be written: this session still knows them
	if errors.Is(err, store.ErrBusy) {
		err = nil // the log keeps the attempts, and reports if it has to give up; this session holds the delivery in any case
	}
	if status == "" {
		status = s.deciding().Status()
	}
	return status, err
}

// settleSoon does what settle does, but waits only if something is still to be sent: that reads the delivery again. The log reports a
// write that fails later.
func (r *Relay) settleSoon(id webhook.ID, s sent) error {
	if len(s.due) == 0 {
		return r.o.Log.QueueAttempts(id, s.attempts, nil)
	}
	_, err := r.settle(id, s)
	return err
}

// noteLogError reports that the log cannot be written, once until it can be again.
func (r *Relay) noteLogError(err error) {
	switch {
	case err == nil:
		if r.logFails.Load() {
			r.logFails.Store(false)
		}
	case errors.Is(err, store.ErrClosed) || isGone(err): // the session ends; or the delivery was pruned
	case r.logFails.CompareAndSwap(false, true):
		r.o.Notify(Notice{Kind: NoticeNotRecorded, At: r.o.Now(), Err: err})
	}
}

// isGone reports whether a delivery is not in the log. Any other error says nothing about the delivery.
func isGone(err error) bool {
	var gone *store.NotFoundError
	return errors.As(err, &gone)
}

// reread returns a delivery that is to be sent again. It returns an error only if the delivery is gone (isGone) or the session ends.
func (r *Relay) reread(id webhook.ID) (d webhook.Delivery, err error) {
	err = r.insist(func() error {
		d, err = r.o.Backlog.Get(r.draining, id)
		return err
	})
	return d, err
}

// insist does something with the log that must be done before a delivery is sent again. While the log fails, insist keeps trying. It returns
// an error only if the delivery is gone (isGone) or the session ends.
func (r *Relay) insist(do func() error) error {
	for pause := firstLook; ; pause = min(2*pause, lastLook) {
		err := do()
		if err == nil || isGone(err) {
			r.unread.Store(false)
			return err
		}
		if r.draining.Err() == nil && r.unread.CompareAndSwap(false, true) {
			r.o.Notify(Notice{Kind: NoticeNotRead, At: r.o.Now(), Err: err})
		}
		select {
		case <-time.After(pause):
		case <-r.draining.Done():
			return context.Cause(r.draining)
		}
	}
}
