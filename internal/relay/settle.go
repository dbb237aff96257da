package relay

import (
	"context"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// settler records the results of sends and schedules the sends that remain.
type settler struct {
	o         *Options
	life      *lifetime
	log       *attemptLog
	upstreams upstreams
	retries   retryQueue
	tally     *Tally
}

// Outcome is the result of a delivery.
type Outcome struct {
	Delivery webhook.Delivery
	Attempt  webhook.Attempt   // the one that decides the status; zero if none was made
	Attempts []webhook.Attempt // one for each target
}

// settle writes the result of a send, waits until it is durable, and returns the delivery's status. It writes what the attempts
// returned, no matter whether the relay is drained or aborted. After that, held deliveries may be sent.
func (s *settler) settle(id webhook.ID, result sendResult) (webhook.Status, error) {
	defer func() {
		for _, held := range result.held {
			held.queue.markReady(held)
		}
	}()
	status, err := s.log.write(id, result.attempts, result.due)
	s.retries.schedule(result.due) // even after a failed write, because this session still knows them
	return status, err
}

// settleSoon is settle for a sender that does not look the delivery up. It waits only if sends remain, because these read the delivery
// again. From then on d is no longer pending, unless all its targets hold it.
func (s *settler) settleSoon(d *recordedDelivery, result sendResult) {
	if len(result.attempts)+len(result.due) == 0 {
		return
	}
	var err error
	if len(result.due) == 0 {
		err = s.log.queue(d.ID, result.attempts)
	} else {
		_, err = s.settle(d.ID, result)
	}
	if err != nil {
		s.log.noteRecordError(err)
	}
	if len(result.attempts) > 0 {
		d.Status = result.deciding().Status()
	}
}

// settleAndWait settles the first attempts at a delivery, waits if it is held, and returns the outcome.
func (s *settler) settleAndWait(ctx context.Context, d *recordedDelivery, result sendResult) (Outcome, error) {
	for i := range result.attempts {
		result.attempts[i].N = i + 1 // the delivery is new, so its attempts count from 1
	}
	out := Outcome{Delivery: d.Delivery, Attempt: result.deciding(), Attempts: result.attempts}
	if len(result.attempts)+len(result.due) > 0 {
		status, err := s.settle(d.ID, result)
		if err != nil {
			out.Delivery.Status = status
			return out, err
		}
		out.Delivery.Status, out.Delivery.Attempts = status, len(result.attempts)
	}
	if len(result.held) > 0 && waitHeld(ctx, s.life.drainCtx, result.held) {
		now, err := s.o.Backlog.Get(context.WithoutCancel(ctx), d.ID)
		if err != nil && !isNotFound(err) {
			now, err = s.log.read(d.ID)
		}
		if err == nil { // otherwise return what is known
			out = Outcome{Delivery: now, Attempt: webhook.Deciding(now.History), Attempts: now.History}
		}
	}
	return out, nil
}

// recoverPanic is deferred by functions that handle one delivery. It records a panic as the failure of the delivery's attempt, so the
// delivery can be found and replayed, reports it, and sets err to errPanic. It records nothing if d is nil or no longer pending, because
// the panic occurred before or after the attempt.
func (s *settler) recoverPanic(d *recordedDelivery, err *error) {
	p := recover()
	if p == nil {
		return
	}
	n := panicNotice(p)
	recoverQuietly(func() {
		if d == nil || d.Status != webhook.StatusPending {
			return
		}
		var attempts []webhook.Attempt
		for _, u := range s.upstreams.selected(d.target, d.Event) {
			attempts = append(attempts, panicAttempt(u.target, s.o.Now()))
		}
		s.settleSoon(d, sendResult{attempts: attempts})
		s.tally.attempted(webhook.Deciding(attempts))
	})
	s.o.notify(n)
	*err = errPanic
}
