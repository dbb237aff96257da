package relay

import (
	"context"
	"slices"
	"sync"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// forwarder makes the first attempts at deliveries.
type forwarder struct {
	o         *Options
	upstreams upstreams
	tally     *Tally
}

// sendResult is the result of forwarding a delivery to its targets.
type sendResult struct {
	attempts []webhook.Attempt // one for each target that does not hold the delivery, each after its stale attempt, if any
	due      []store.Due       // sends that remain, as rows of the log
	held     []*heldDelivery   // deliveries that wait for their handler
	unsent   bool              // the relay was aborted before every target had a free slot
	panics   []error           // panics that ended attempts, with their stacks
}

// deciding returns the attempt that decides the delivery's status. It is zero if every target holds the delivery.
func (s sendResult) deciding() webhook.Attempt { return webhook.Deciding(s.attempts) }

// realAttempts returns the attempts without placeholders for targets where the delivery is held or unsent.
func (s sendResult) realAttempts() []webhook.Attempt {
	if len(s.due) == 0 {
		return s.attempts
	}
	isHeld := func(a webhook.Attempt) bool {
		return slices.ContainsFunc(s.due, func(d store.Due) bool { return d.Target == a.Target && d.At.IsZero() })
	}
	return slices.DeleteFunc(slices.Clone(s.attempts), isHeld)
}

// forward makes one attempt at each target of the delivery, all at once, when earlier deliveries of its job are done. It returns once
// each target has responded or timed out, or ctx is canceled.
func (f *forwarder) forward(ctx context.Context, d *recordedDelivery) sendResult {
	defer d.ticket.release()
	d.ticket.wait(ctx)
	to := f.upstreams.selected(d.target, d.Event)
	results := make([]targetResult, len(to))
	header := f.o.handlerHeader(d.Header)
	if len(to) == 1 {
		results[0] = f.forwardTo(ctx, to[0], d, header)
	} else {
		f.forwardToEach(ctx, to, d, header, results)
	}
	s := f.combine(d, to, results)
	if len(s.attempts) > 0 {
		f.tally.attempted(s.deciding())
	}
	return s
}

// forwardToEach makes the attempts concurrently.
func (f *forwarder) forwardToEach(ctx context.Context, to upstreams, d *recordedDelivery, header webhook.Header, results []targetResult) {
	var each sync.WaitGroup
	for i, u := range to {
		each.Go(func() { results[i] = f.forwardTo(ctx, u, d, header) })
	}
	each.Wait()
}

// targetResult is the result at one target.
type targetResult struct {
	dispatch.Result
	held     *heldDelivery // set instead of an attempt, or after one that the handler may have received
	unsent   bool          // the relay was aborted before the attempt
	panicErr error         // the panic that ended the attempt, with its stack
}

// forwardTo makes the attempt at one target once a slot is free, or queues the delivery behind held ones. If the attempt panics, only
// this attempt fails, and other targets keep their results.
func (f *forwarder) forwardTo(ctx context.Context, u *upstream, d *recordedDelivery, header webhook.Header) (t targetResult) {
	defer func() {
		if p := recover(); p != nil {
			n := panicNotice(p)
			t = targetResult{Result: dispatch.Result{Attempt: panicAttempt(u.target, f.o.Now())}, panicErr: n.Err}
			f.o.notify(n)
		}
	}()
	if held := u.queueBehindHeld(d.seq, d.ID); held != nil {
		return targetResult{held: held}
	}
	if !u.slots.acquire(ctx, d.seq) {
		return f.interrupted(u)
	}
	defer u.slots.release()
	if held := u.queueBehindHeld(d.seq, d.ID); held != nil { // the handler went down while the delivery waited
		return targetResult{held: held}
	}
	t.Result = f.o.Sender.Send(ctx, f.o.targetFor(u.target, &d.Delivery), header, d.Body)
	u.handler.observe(&d.Delivery, t.Attempt)
	if hold, uncertain := u.shouldHold(ctx, &t.Result, 0); hold {
		due := store.Due{Uncertain: uncertain}
		if uncertain {
			due.Tries = 1 // the attempt is recorded
		}
		t.held = u.held.add(d.seq, d.ID, due)
	}
	return t
}

// interrupted returns the result of a delivery that was aborted while it waited for a slot. If there is a backlog, the next session
// sends it.
func (f *forwarder) interrupted(u *upstream) targetResult {
	if f.o.Backlog != nil {
		return targetResult{unsent: true}
	}
	return targetResult{Result: dispatch.Result{Attempt: webhook.Attempt{
		Target: u.target.String(), StartedAt: f.o.Now().UTC(), Failure: webhook.FailureCanceled, Error: "Interrupted before it was sent.",
	}}}
}

// combine combines the results of all targets and plans the sends that remain. If a delivery is held or unsent at one of several
// targets, it gets a placeholder attempt there. Otherwise its status would depend on the other targets alone.
func (f *forwarder) combine(d *recordedDelivery, to upstreams, all []targetResult) sendResult {
	s := sendResult{attempts: make([]webhook.Attempt, 0, len(all))}
	for i, t := range all {
		if t.held != nil {
			s.held = append(s.held, t.held)
			s.due = append(s.due, t.held.due)
		}
		if t.unsent {
			s.unsent = true
			s.due = append(s.due, store.Due{ID: d.ID, Target: to[i].target.String()})
		}
		if t.held != nil || t.unsent {
			if len(all) == 1 && (t.unsent || !t.held.due.Uncertain) {
				continue // no attempt was made, so the delivery stays pending
			}
			if t.Error != crashedText {
				t.Attempt = to[i].placeholder()
			}
		} else if due, ok := nextRetry(f.o, &d.Delivery, t.Attempt, 1); ok {
			s.due = append(s.due, due)
		}
		s.attempts = append(s.attempts, t.Attempts()...)
		if t.panicErr != nil {
			s.panics = append(s.panics, t.panicErr)
		}
	}
	return s
}
