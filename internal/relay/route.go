package relay

import (
	"context"
	"slices"
	"sync"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Route selects the deliveries that go to a target.
type Route struct {
	Events []string // patterns such as render.*; empty: every event
	Target dispatch.Target
}

// To returns routes that send every delivery to one target.
func To(t dispatch.Target) []Route { return []Route{{Target: t}} }

// upstream is a target with its state. Several routes may lead to it; a delivery that matches more than one of them is sent once.
type upstream struct {
	target  dispatch.Target
	routes  []Route // routes to this target
	handler *handlerState
	held    *holdQueue
	slots   slots // shared by new deliveries, held deliveries and retries
}

func newUpstreams(relay *Relay) []*upstream {
	var outlets []*upstream
	byTarget := make(map[string]*upstream)
	for _, r := range relay.o.Routes {
		out := byTarget[r.Target.String()]
		if out == nil {
			out = &upstream{target: r.Target, slots: slots{max: relay.o.MaxConcurrency}}
			out.held = &holdQueue{relay: relay, out: out}
			out.handler = newHandlerState(relay.abortCtx, r.Target, out.held.len, relay.o)
			byTarget[r.Target.String()] = out
			outlets = append(outlets, out)
		}
		out.routes = append(out.routes, r)
	}
	return outlets
}

// accepts reports whether one of the upstream's routes matches the event.
func (o *upstream) accepts(event string) bool {
	for _, r := range o.routes {
		if matchesAny(r.Events, event) {
			return true
		}
	}
	return false
}

// routedUpstreams returns the upstreams for an event, in the order of the routes.
func (r *Relay) routedUpstreams(event string) []*upstream {
	if len(r.upstreams) == 1 {
		if r.upstreams[0].accepts(event) {
			return r.upstreams
		}
		return nil
	}
	var to []*upstream
	for _, out := range r.upstreams {
		if out.accepts(event) {
			to = append(to, out)
		}
	}
	return to
}

// upstreamsFor returns the upstreams that a delivery goes to: its explicit target, or those that the routes select.
func (r *Relay) upstreamsFor(d *recordedDelivery) []*upstream {
	if d.target == "" {
		return r.routedUpstreams(d.Event)
	}
	if out := r.upstreamOf(d.target); out != nil {
		return []*upstream{out}
	}
	return nil
}

// HasTarget reports whether a route leads to the target.
func (r *Relay) HasTarget(target string) bool { return r.upstreamOf(target) != nil }

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

// forward makes one attempt at each target of the delivery, all at once, when earlier deliveries of its job are done. It returns once each
// target has responded or timed out, or ctx is canceled.
func (r *Relay) forward(ctx context.Context, d *recordedDelivery) sendResult {
	defer d.ticket.release()
	d.ticket.wait(ctx)
	to := r.upstreamsFor(d)
	tried := make([]targetResult, len(to))
	header := r.handlerHeader(d.Header)
	if len(to) == 1 {
		tried[0] = r.forwardTo(ctx, to[0], d, header)
	} else {
		r.forwardToEach(ctx, to, d, header, tried)
	}
	s := r.combine(d, to, tried)
	if len(s.attempts) > 0 {
		r.tally.attempted(s.deciding())
	}
	return s
}

// targetResult is the result at one target.
type targetResult struct {
	dispatch.Result
	held     *heldDelivery // set instead of an attempt, or after one that the handler may have received
	unsent   bool          // the relay was aborted before the attempt
	panicErr error         // the panic that ended the attempt, with its stack
}

// combine combines the results of all targets and plans the sends that remain. If a delivery is held or unsent at one of several targets,
// it gets a placeholder attempt there. Otherwise its status would depend on the other targets alone.
func (r *Relay) combine(d *recordedDelivery, to []*upstream, all []targetResult) sendResult {
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
				t.Attempt = r.placeholder(to[i])
			}
		} else if due, ok := r.retries.nextRetry(&d.Delivery, t.Attempt, 1); ok {
			s.due = append(s.due, due)
		}
		s.attempts = append(s.attempts, t.Attempts()...)
		if t.panicErr != nil {
			s.panics = append(s.panics, t.panicErr)
		}
	}
	return s
}

// forwardToEach makes the attempts concurrently.
func (r *Relay) forwardToEach(ctx context.Context, to []*upstream, d *recordedDelivery, header webhook.Header, all []targetResult) {
	var each sync.WaitGroup
	for i, out := range to {
		each.Go(func() { all[i] = r.forwardTo(ctx, out, d, header) })
	}
	each.Wait()
}

// forwardTo makes the attempt at one target once a slot is free, or queues the delivery behind held ones. If the attempt panics, only this
// attempt fails, and other targets keep their results.
func (r *Relay) forwardTo(ctx context.Context, out *upstream, d *recordedDelivery, header webhook.Header) (t targetResult) {
	defer func() {
		if p := recover(); p != nil {
			n := panicNotice(r.o.Now(), p)
			t = targetResult{Result: dispatch.Result{Attempt: panicAttempt(out.target, n.At)}, panicErr: n.Err}
			recoverQuietly(func() { r.o.Notify(n) })
		}
	}()
	if held := r.queueBehindHeld(out, d); held != nil {
		return targetResult{held: held}
	}
	if !out.slots.acquire(ctx, d.seq) {
		return r.interrupted(out)
	}
	defer out.slots.release()
	if held := r.queueBehindHeld(out, d); held != nil { // the handler went down while the delivery waited
		return targetResult{held: held}
	}
	t.Result = r.o.Sender.Send(ctx, r.targetFor(out.target, &d.Delivery), header, d.Body)
	out.handler.observe(&d.Delivery, t.Attempt)
	if held, uncertain := r.shouldHold(ctx, out, &t.Result, 0); held {
		after := store.Due{Uncertain: uncertain}
		if uncertain {
			after.Tries = 1 // the attempt is recorded
		}
		t.held = out.held.add(d, after)
	}
	return t
}

// queueBehindHeld queues a delivery behind those held for a target. It returns nil if none are.
func (r *Relay) queueBehindHeld(out *upstream, d *recordedDelivery) *heldDelivery {
	if !r.o.Hold {
		return nil
	}
	return out.held.addBehind(d)
}

// interrupted returns the result of a delivery that was aborted while it waited for a slot. If there is a backlog, the next session sends
// it.
func (r *Relay) interrupted(out *upstream) targetResult {
	if r.o.Backlog != nil {
		return targetResult{unsent: true}
	}
	return targetResult{Result: dispatch.Result{Attempt: webhook.Attempt{
		Target: out.target.String(), StartedAt: r.o.Now().UTC(), Failure: webhook.FailureCanceled, Error: "Interrupted before it was sent.",
	}}}
}
