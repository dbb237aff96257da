package relay

import (
	"context"
	"errors"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Relay verifies, records and forwards deliveries. Its methods may be called concurrently.
type Relay struct {
	o         *Options
	life      *lifetime
	upstreams upstreams
	tally     Tally
	log       *attemptLog
	recorder  *recorder
	forwarder *forwarder
	settler   *settler
	resender  *resender
}

// New returns a Relay. The caller closes it.
func New(o Options) *Relay {
	r := &Relay{o: &o, life: newLifetime()}
	r.upstreams = newUpstreams(r.o, r.life, func(to *upstream, due *store.Due) bool { return r.resender.resend(to.target, to, due) })
	retries := newRetryQueue(r.o, r.life, func(due store.Due) { r.resender.retry(due) })
	r.log = &attemptLog{o: r.o, life: r.life}
	r.recorder = &recorder{o: r.o, upstreams: r.upstreams, tally: &r.tally, secrets: &secretCache{read: o.Secrets, now: o.Now}}
	r.forwarder = &forwarder{o: r.o, upstreams: r.upstreams, tally: &r.tally}
	r.settler = &settler{o: r.o, life: r.life, log: r.log, upstreams: r.upstreams, retries: retries, tally: &r.tally}
	r.resender = &resender{o: r.o, life: r.life, log: r.log, settler: r.settler, recorder: r.recorder}
	return r
}

// Close waits for forwards whose senders already have a response, then stops probing the handlers. Other forwards end with their
// requests. Abort makes Close return sooner. No delivery may arrive after Close is called.
func (r *Relay) Close() {
	r.Drain()
	r.life.ackedForwards.Wait()
	r.life.background.Wait()
	r.life.cancelAbort()
	for _, u := range r.upstreams {
		u.handler.waitProbes()
	}
}

// Drain stops sending retries and held deliveries. They stay in the log for the next session, and callers that wait for one get
// StatusPending.
func (r *Relay) Drain() { r.life.cancelDrain() }

// Abort cancels every attempt in progress. Each is recorded as canceled.
func (r *Relay) Abort() { r.life.cancelAbort() }

// Held returns the number of deliveries held until their handler is up.
func (r *Relay) Held() int {
	n := 0
	for _, u := range r.upstreams {
		n += u.held.len()
	}
	return n
}

// Tally returns the counts of this session.
func (r *Relay) Tally() *Tally { return &r.tally }

// HasTarget reports whether a route leads to the target.
func (r *Relay) HasTarget(target string) bool { return r.upstreams.of(target) != nil }

// ProbeHandlers connects once to each target and returns those that are down. It keeps probing these in the background.
func (r *Relay) ProbeHandlers(ctx context.Context) (down []dispatch.Target) {
	return r.upstreams.probe(ctx)
}

// Resume sends the deliveries that earlier sessions left: held deliveries once their handler is up, retries when they are due. Call it
// before the first delivery arrives, so these go first.
func (r *Relay) Resume(pending []store.Due) Resumed { return r.resender.resume(pending) }

// IsResumed reports whether an earlier session received the delivery and this one sends it.
func (r *Relay) IsResumed(id webhook.ID) bool { return r.resender.isResumed(id) }

// Deliver records and forwards one delivery. It returns once the delivery's attempts are in the log. If the delivery is held, Deliver
// waits until it is sent, ctx is done, or the relay is drained. It returns an error only if the delivery or an attempt cannot be recorded.
// A refusing handler is not an error.
func (r *Relay) Deliver(ctx context.Context, in Arrival) (Outcome, error) {
	d, err := r.recorder.record(ctx, in)
	if err != nil {
		return Outcome{}, err
	}
	if !d.Status.Forwardable() {
		return Outcome{Delivery: d.Delivery}, nil
	}
	sending, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(r.life.abortCtx, cancel)()
	s := r.forwarder.forward(sending, d)
	out, err := r.settler.settleAndWait(ctx, d, s)
	if len(s.panics) > 0 { // The attempts are recorded. Report the bug by crashing, because no listener reports it.
		panic(errors.Join(s.panics...)) //nolint:forbidigo // includes the stack of the goroutine that panicked
	}
	return out, err
}

// accept implements receiver.
func (r *Relay) accept(ctx context.Context, in Arrival) (d *recordedDelivery, err error) {
	defer r.settler.recoverPanic(nil, &err)
	d, err = r.recorder.record(ctx, in)
	r.log.noteRecordError(err)
	return d, err
}

// flush implements receiver.
func (r *Relay) flush(ctx context.Context) { r.log.noteRecordError(r.o.Log.Flush(ctx)) }

// forward implements receiver.
func (r *Relay) forward(d *recordedDelivery) (made []webhook.Attempt, unsent bool, err error) {
	defer r.settler.recoverPanic(d, &err)
	s := r.forwarder.forward(r.life.abortCtx, d)
	r.settler.settleSoon(d, s)
	return s.realAttempts(), s.unsent, nil
}

// forwardLater implements receiver.
func (r *Relay) forwardLater(d *recordedDelivery, done func()) {
	r.life.ackedForwards.Go(func() {
		defer done()
		_, _, _ = r.forward(d)
	})
}

// forwardAndWait implements receiver.
func (r *Relay) forwardAndWait(ctx context.Context, d *recordedDelivery) (out Outcome, err error) {
	defer r.settler.recoverPanic(d, &err)
	out, err = r.settler.settleAndWait(ctx, d, r.forwarder.forward(r.life.abortCtx, d))
	r.log.noteRecordError(err)
	return out, nil // the sender gets the outcome even if it cannot be recorded
}

// notify implements receiver.
func (r *Relay) notify(n Notice) { r.o.notify(n) }
