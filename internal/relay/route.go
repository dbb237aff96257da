package relay

import (
	"context"
	"sync"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
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
}

func newOutlets(abort context.Context, o Options) []*outlet {
	var outlets []*outlet
	byTarget := make(map[string]*outlet)
	for _, r := range o.Routes {
		out := byTarget[r.Target.String()]
		if out == nil {
			out = &outlet{target: r.Target, handler: newHandlerWatch(abort, r.Target, o)}
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

// sent is what came of handing a delivery to its targets: an attempt at each.
type sent []webhook.Attempt

// send makes an attempt at each target of the delivery, all at once, when it is its turn. It ends when each has its answer or its
// time-out, or when ctx is cancelled.
func (r *Relay) send(ctx context.Context, d *recorded) sent {
	defer d.turn.leave()
	d.turn.wait(ctx)
	to := r.routed(d.Event)
	attempts := make(sent, len(to))
	header := r.outgoing(d.Header)
	if len(to) == 1 {
		attempts[0] = r.sendTo(ctx, to[0], &d.Delivery, header)
	} else {
		r.sendToEach(ctx, to, &d.Delivery, header, attempts)
	}
	r.tally.attempted(attempts.deciding())
	return attempts
}

// sendToEach makes the attempts side by side. A bug that strikes in one of them strikes the caller, who knows what to do about it.
func (r *Relay) sendToEach(ctx context.Context, to []*outlet, d *webhook.Delivery, header webhook.Header, attempts sent) {
	panics := make([]any, len(to))
	var all sync.WaitGroup
	for i, out := range to {
		all.Go(func() {
			defer func() { panics[i] = recover() }()
			attempts[i] = r.sendTo(ctx, out, d, header)
		})
	}
	all.Wait()
	for _, p := range panics {
		if p != nil {
			panic(p) //nolint:forbidigo // handed on from the goroutine that it struck in
		}
	}
}

func (r *Relay) sendTo(ctx context.Context, out *outlet, d *webhook.Delivery, header webhook.Header) webhook.Attempt {
	a := r.o.Sender.Send(ctx, out.target, header, d.Body)
	out.handler.saw(d, a)
	return a
}

// deciding is the attempt whose answer goes back.
func (s sent) deciding() webhook.Attempt { return webhook.Deciding(s) }
