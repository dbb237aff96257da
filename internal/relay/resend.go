package relay

import (
	"slices"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Resumed counts the deliveries of earlier sessions that a relay sends.
type Resumed struct {
	Deliveries int
	Uncertain  int // of these, how many may have reached the handler
}

// Resume sends what earlier sessions were still to send: held deliveries as soon as their handler is there, retries when they are due. It is
// called before the first delivery arrives, so that these go first.
func (r *Relay) Resume(owed []store.Due) Resumed {
	var all, planned []store.Due
	r.resumed = make(map[webhook.ID]struct{}, len(owed))
	uncertain := make(map[webhook.ID]struct{})
	for _, owe := range owed {
		for _, due := range r.reroute(owe) {
			all = append(all, due)
			r.resumed[due.ID] = struct{}{}
			if due.Uncertain {
				uncertain[due.ID] = struct{}{}
			}
		}
	}
	for _, due := range all {
		if out := r.outletOf(due.Target); due.At.IsZero() && r.o.Hold && out != nil {
			out.held.again(due)
			continue
		}
		if due.At.IsZero() {
			due.At = r.o.Now()
		}
		planned = append(planned, due)
	}
	r.retries.plan(planned)
	return Resumed{Deliveries: len(r.resumed), Uncertain: len(uncertain)}
}

// IsResumed reports whether an earlier session received a delivery that this one sends.
func (r *Relay) IsResumed(id webhook.ID) bool {
	_, resumed := r.resumed[id]
	return resumed
}

// reroute returns where a delivery that an earlier session held is sent now: to its target or, if no route leads there any more and it went
// nowhere else, to the targets that are for its event.
func (r *Relay) reroute(due store.Due) []store.Due {
	if !due.At.IsZero() || r.outletOf(due.Target) != nil {
		return []store.Due{due}
	}
	d, err := r.reread(due.ID)
	elsewhere := func(a webhook.Attempt) bool { return a.Target != due.Target }
	if err != nil || slices.ContainsFunc(d.History, elsewhere) {
		return nil
	}
	var moved []store.Due
	for _, out := range r.routed(due.Event) {
		to := due
		to.Target, to.Tries = out.target.String(), 0
		if r.insist(func() error { return r.o.Log.Hold(to, due.Target) }) == nil {
			moved = append(moved, to)
		}
	}
	return moved
}

// sendAgain makes a further attempt at a delivery of the log and records it. It reports whether the delivery is done with at that target. It
// is not if no handler is there and the delivery is to be held, or if the session ends before the attempt; due is as in the log then. The
// outlet may be nil.
func (r *Relay) sendAgain(to dispatch.Target, out *outlet, due *store.Due) (done bool) {
	written := false
	defer func() {
		if p := recover(); p != nil {
			n := panicNotice(r.o.Now(), p)
			if done = true; !written { // and not due any more: the bug would occur again
				survive(func() { _, _ = r.settle(due.ID, sent{attempts: []webhook.Attempt{bugAttempt(to, n.At)}}) })
			}
			survive(func() { r.o.Notify(n) })
		}
	}()
	d, err := r.reread(due.ID)
	if isGone(err) || err == nil && (d.ResolvedBy != "" || d.Resolutions[to.String()] != "") {
		return true // pruned, or delivered by a replay since
	}
	// If the process dies during the attempt, the next session must know that the handler may have received the delivery.
	before, during := *due, *due
	during.Uncertain = true
	if err != nil || r.rewrite(due, during) != nil || r.abort.Err() != nil {
		return false
	}
	a := r.o.Sender.Send(r.abort, r.address(to, &d), r.outgoing(d.Header), d.Body)
	if out != nil {
		out.handler.saw(&d, a.Attempt)
	}
	held, uncertain := r.isLost(r.abort, out, &a, due.Tries)
	if held && !uncertain {
		_ = r.rewrite(due, before) // if it fails, the session ends, and the row says less than is known
		return false
	}
	due.Tries++
	s := sent{attempts: a.Attempts()}
	if held = held || r.o.Hold && out != nil && a.Failure == webhook.FailureCanceled; held { // as one that the handler may have
		s.due = append(s.due, *due)
	} else if next, ok := r.retries.next(&d, a.Attempt, due.Tries); ok {
		s.due = append(s.due, next)
	}
	written = true
	status, err := r.settle(due.ID, s)
	if err != nil {
		r.noteLogError(err)
	}
	if r.IsResumed(due.ID) {
		r.tally.resumed(status)
	} else {
		r.tally.again(d.Status, status, a.Attempt)
	}
	return !held
}

// rewrite changes what the log says of a delivery that is to be sent. It returns an error only if the delivery is gone or the session ends.
func (r *Relay) rewrite(due *store.Due, to store.Due) error {
	if *due == to {
		return nil
	}
	err := r.insist(func() error { return r.o.Log.Hold(to, "") })
	if err == nil {
		*due = to
	}
	return err
}
