package relay

import (
	"context"
	"slices"
	"sync"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Route says which deliveries go to a target.
type Route struct {
	Events []string // patterns, as in render.*; none: every event
	Target dispatch.Target
}

// To is the routes that take everything to one target.
func To(t dispatch.Target) []Route { return []Route{{Target: t}} }

// outlet is a target that deliveries go out to, whichever routes lead there: one that matches two of them goes there once.
type outlet struct {
	target  dispatch.Target
	routes  []Route // that lead here
	handler *handlerWatch
	held    *holding
	slots   slots // shared by new deliveries, held ones and retries
}

func newOutlets(relay *Relay) []*outlet {
	var outlets []*outlet
	byTarget := make(map[string]*outlet)
	for _, r := range relay.o.Routes {
		out := byTarget[r.Target.String()]
		if out == nil {
			out = &outlet{target: r.Target, slots: slots{max: relay.o.MaxConcurrency}}
			out.held = &holding{relay: relay, out: out}
			out.handler = newHandlerWatch(relay.abort, r.Target, out.held.len, relay.o)
			byTarget[r.Target.String()] = out
			outlets = append(outlets, out)
		}
		out.routes = append(out.routes, r)
	}
	return outlets
}

// takes reports whether one of its routes is for the event.
func (o *outlet) takes(event string) bool {
	for _, r := range o.routes {
		if wanted(r.Events, event) {
			return true
		}
	}
	return false
}

// routed is the outlets for an event, in the order of the routes.
func (r *Relay) routed(event string) []*outlet {
	if len(r.outlets) == 1 {
		if r.outlets[0].takes(event) {
			return r.outlets
		}
		return nil
	}
	var to []*outlet
	for _, out := range r.outlets {
		if out.takes(event) {
			to = append(to, out)
		}
	}
	return to
}

// outletsFor returns the outlets that a delivery goes to: the one of its explicit target, or those for its event.
func (r *Relay) outletsFor(d *recorded) []*outlet {
	if d.only == "" {
		return r.routed(d.Event)
	}
	if out := r.outletOf(d.only); out != nil {
		return []*outlet{out}
	}
	return nil
}

// HasTarget reports whether one of the routes leads to the target.
func (r *Relay) HasTarget(target string) bool { return r.outletOf(target) != nil }

// sent is what came of handing a delivery to its targets.
type sent struct {
	attempts []webhook.Attempt // one at each target, but for those where it is held; before it a stale one, if there was one
	due      []store.Due       // what is to be sent later
	held     []*heldDelivery   // what waits for its handler
	unsent   bool              // the relay was aborted before every target had a slot for it
	bugs     []error           // panics that ended attempts, with their stacks
}

// deciding is the attempt that decides the delivery's status; zero where all of it is held.
func (s sent) deciding() webhook.Attempt { return webhook.Deciding(s.attempts) }

// made is the attempts without those that stand for what is held or unsent.
func (s sent) made() []webhook.Attempt {
	if len(s.due) == 0 {
		return s.attempts
	}
	isHeld := func(a webhook.Attempt) bool {
		return slices.ContainsFunc(s.due, func(d store.Due) bool { return d.Target == a.Target && d.At.IsZero() })
	}
	return slices.DeleteFunc(slices.Clone(s.attempts), isHeld)
}

// send makes an attempt at each target of the delivery, all at once, when it is its turn. It ends when each has its answer or its
// time-out, or when ctx is cancelled.
func (r *Relay) send(ctx context.Context, d *recorded) sent {
	defer d.turn.leave()
	d.turn.wait(ctx)
	to := r.outletsFor(d)
	tried := make([]tried, len(to))
	header := r.outgoing(d.Header)
	if len(to) == 1 {
		tried[0] = r.sendTo(ctx, to[0], d, header)
	} else {
		r.sendToEach(ctx, to, d, header, tried)
	}
	s := r.sum(d, to, tried)
	if len(s.attempts) > 0 {
		r.tally.attempted(s.deciding())
	}
	return s
}

// tried is what came of one target.
type tried struct {
	dispatch.Result
	held   *heldDelivery // instead of an attempt, or after one that the handler may have received
	unsent bool          // instead of an attempt: the relay was aborted first
	bug    error         // the panic that ended the attempt, with its stack
}

// sum puts together what came of each target, and what is to be done about it later. A delivery that is held or unsent at one of several
// targets has an attempt there all the same, or its status would be that of the others alone.
func (r *Relay) sum(d *recorded, to []*outlet, all []tried) sent {
	s := sent{attempts: make([]webhook.Attempt, 0, len(all))}
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
				continue // no attempt was made: it is pending
			}
			if t.Error != crashedText {
				t.Attempt = r.heldAttempt(to[i])
			}
		} else if due, ok := r.retries.next(&d.Delivery, t.Attempt, 1); ok {
			s.due = append(s.due, due)
		}
		s.attempts = append(s.attempts, t.Attempts()...)
		if t.bug != nil {
			s.bugs = append(s.bugs, t.bug)
		}
	}
	return s
}

// sendToEach makes the attempts side by side.
func (r *Relay) sendToEach(ctx context.Context, to []*outlet, d *recorded, header webhook.Header, all []tried) {
	var each sync.WaitGroup
	for i, out := range to {
		each.Go(func() { all[i] = r.sendTo(ctx, out, d, header) })
	}
	each.Wait()
}

// sendTo makes the attempt at one target once a slot is free there, or puts the delivery behind those that wait for its handler. A panic
// is the failure of this attempt alone: the delivery's other targets keep their results.
func (r *Relay) sendTo(ctx context.Context, out *outlet, d *recorded, header webhook.Header) (t tried) {
	defer func() {
		if p := recover(); p != nil {
			n := panicNotice(r.o.Now(), p)
			t = tried{Result: dispatch.Result{Attempt: bugAttempt(out.target, n.At)}, bug: n.Err}
			survive(func() { r.o.Notify(n) })
		}
	}()
	if held := r.behind(out, d); held != nil {
		return tried{held: held}
	}
	if !out.slots.acquire(ctx, d.n) {
		return r.notSent(out)
	}
	defer out.slots.release()
	if held := r.behind(out, d); held != nil { // the handler went away while the delivery waited
		return tried{held: held}
	}
	t.Result = r.o.Sender.Send(ctx, r.address(out.target, &d.Delivery), header, d.Body)
	out.handler.saw(&d.Delivery, t.Attempt)
	if held, uncertain := r.isLost(ctx, out, &t.Result, 0); held {
		after := store.Due{Uncertain: uncertain}
		if uncertain {
			after.Tries = 1 // the attempt is recorded
		}
		t.held = out.held.first(d, after)
	}
	return t
}

// behind puts a delivery behind those that are held for a target; nil if none are.
func (r *Relay) behind(out *outlet, d *recorded) *heldDelivery {
	if !r.o.Hold {
		return nil
	}
	return out.held.behind(d)
}

// notSent is the result of a delivery that was interrupted while it waited for a slot. A relay with a backlog leaves it to the next
// session.
func (r *Relay) notSent(out *outlet) tried {
	if r.o.Backlog != nil {
		return tried{unsent: true}
	}
	return tried{Result: dispatch.Result{Attempt: webhook.Attempt{
		Target: out.target.String(), StartedAt: r.o.Now().UTC(), Failure: webhook.FailureCanceled, Error: "Interrupted before it was sent.",
	}}}
}
