package relay

import (
	"context"
	"sync"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// upstream is a target with its state. Several routes may lead to it; a delivery that matches more than one of them is sent once.
type upstream struct {
	o       *Options
	target  dispatch.Target
	routes  []Route // routes to this target
	handler *handlerState
	held    *holdQueue
	slots   slots // shared by new deliveries, held deliveries and retries
}

// upstreams are the targets of a relay, in the order of their routes.
type upstreams []*upstream

// newUpstreams returns an upstream for each target. resend sends a held delivery, as holdQueue.resend does.
func newUpstreams(o *Options, life *lifetime, resend func(to *upstream, due *store.Due) bool) upstreams {
	var all upstreams
	for _, r := range o.Routes {
		u := all.of(r.Target.String())
		if u == nil {
			u = &upstream{o: o, target: r.Target, slots: slots{max: o.MaxConcurrency}}
			u.held = &holdQueue{o: o, life: life, target: r.Target, slots: &u.slots}
			u.held.resend = func(due *store.Due) bool { return resend(u, due) }
			u.handler = newHandlerState(life.abortCtx, o, r.Target, u.held.len)
			u.held.handler = u.handler
			all = append(all, u)
		}
		u.routes = append(u.routes, r)
	}
	return all
}

// of returns the upstream of a target, or nil if no route leads there.
func (all upstreams) of(target string) *upstream {
	for _, u := range all {
		if u.target.String() == target {
			return u
		}
	}
	return nil
}

// routed returns the upstreams for an event, in the order of the routes.
func (all upstreams) routed(event string) upstreams {
	if len(all) == 1 && all[0].accepts(event) {
		return all
	}
	var to upstreams
	for _, u := range all {
		if u.accepts(event) {
			to = append(to, u)
		}
	}
	return to
}

// selected returns the upstreams that a delivery goes to: its explicit target, or those that the routes select.
func (all upstreams) selected(target, event string) upstreams {
	if target == "" {
		return all.routed(event)
	}
	if u := all.of(target); u != nil {
		return upstreams{u}
	}
	return nil
}

// probe connects once to each target and returns those that are down.
func (all upstreams) probe(ctx context.Context) (down []dispatch.Target) {
	isUp := make([]bool, len(all))
	var probes sync.WaitGroup
	for i, u := range all {
		probes.Go(func() { isUp[i] = u.handler.checkUp(ctx) })
	}
	probes.Wait()
	for i, u := range all {
		if !isUp[i] {
			down = append(down, u.target)
		}
	}
	return down
}

// accepts reports whether one of the upstream's routes matches the event.
func (u *upstream) accepts(event string) bool {
	for _, r := range u.routes {
		if matchesAny(r.Events, event) {
			return true
		}
	}
	return false
}

// queueBehindHeld queues a delivery behind those that are held. It returns nil if none are.
func (u *upstream) queueBehindHeld(seq int64, id webhook.ID) *heldDelivery {
	if !u.o.Hold {
		return nil
	}
	return u.held.addBehind(seq, id)
}

// shouldHold reports whether no handler has processed the delivery, so Hold keeps it. Either nothing accepted the connection, or it
// closed without a byte of response and the port now refuses connections: the handler crashed. uncertain reports whether the handler may
// have received the delivery: after a crash, or after an earlier attempt on a stale connection. After maxCrashes attempts, a crash no
// longer counts. u may be nil: no route leads to the target.
func (u *upstream) shouldHold(ctx context.Context, sent *dispatch.Result, tries int) (hold, uncertain bool) {
	if u == nil || !u.o.Hold {
		return false, false
	}
	if takesNoConnections(sent.Failure) {
		return true, sent.Stale != nil
	}
	closed := sent.Failure == webhook.FailureReset && sent.Code == 0 && sent.FirstByte == 0
	if !closed || tries >= maxCrashes || !u.handler.refusesConnections(ctx, sent.StartedAt) {
		return false, false
	}
	sent.Error = crashedText
	return true, true
}

// placeholder returns an attempt that represents a target that holds the delivery, if there are several targets.
func (u *upstream) placeholder() webhook.Attempt {
	return webhook.Attempt{
		Target: u.target.String(), StartedAt: u.o.Now().UTC(), Failure: webhook.FailureRefused, Error: heldText,
	}
}
