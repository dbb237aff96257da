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
	Uncertain  int // how many of them the handler may have received
}

// Resume sends the deliveries that earlier sessions left: held deliveries once their handler is up, retries when they are due. Call it
// before the first delivery arrives, so these go first.
func (r *Relay) Resume(pending []store.Due) Resumed {
	var all, planned []store.Due
	r.resumed = make(map[webhook.ID]struct{}, len(pending))
	uncertain := make(map[webhook.ID]struct{})
	for _, left := range pending {
		for _, due := range r.reroute(left) {
			all = append(all, due)
			r.resumed[due.ID] = struct{}{}
			if due.Uncertain {
				uncertain[due.ID] = struct{}{}
			}
		}
	}
	for _, due := range all {
		if out := r.upstreamOf(due.Target); due.At.IsZero() && r.o.Hold && out != nil {
			out.held.addResumed(due)
			continue
		}
		if due.At.IsZero() {
			due.At = r.o.Now()
		}
		planned = append(planned, due)
	}
	r.retries.schedule(planned)
	return Resumed{Deliveries: len(r.resumed), Uncertain: len(uncertain)}
}

// IsResumed reports whether an earlier session received the delivery and this one sends it.
func (r *Relay) IsResumed(id webhook.ID) bool {
	_, resumed := r.resumed[id]
	return resumed
}

// reroute returns where to send a delivery that an earlier session held: to its target if a route still leads there. Otherwise, if no
// other target has an attempt, it moves the delivery to the targets that the routes select now.
func (r *Relay) reroute(due store.Due) []store.Due {
	if !due.At.IsZero() || r.upstreamOf(due.Target) != nil {
		return []store.Due{due}
	}
	d, err := r.readDelivery(due.ID)
	elsewhere := func(a webhook.Attempt) bool { return a.Target != due.Target }
	if err != nil || slices.ContainsFunc(d.History, elsewhere) {
		return nil
	}
	var moved []store.Due
	for _, out := range r.routedUpstreams(due.Event) {
		to := due
		to.Target, to.Tries = out.target.String(), 0
		if r.untilDrained(func() error { return r.o.Log.Hold(to, due.Target) }) == nil {
			moved = append(moved, to)
		}
	}
	return moved
}

// resend makes another attempt at a delivery in the log and records it. It reports whether the delivery is done at that target. It is not
// done if the handler is down and the delivery should be held, or if the relay is drained before the attempt; due then matches the row in
// the log. out may be nil.
func (r *Relay) resend(to dispatch.Target, out *upstream, due *store.Due) (done bool) {
	written := false
	defer func() {
		if p := recover(); p != nil {
			n := panicNotice(r.o.Now(), p)
			if done = true; !written { // and the delivery is no longer due, because the panic would recur
				recoverQuietly(func() {
					_, _ = r.writeAttempts(due.ID, sendResult{attempts: []webhook.Attempt{panicAttempt(to, n.At)}})
				})
			}
			recoverQuietly(func() { r.o.Notify(n) })
		}
	}()
	d, err := r.readDelivery(due.ID)
	if isNotFound(err) || err == nil && (d.ResolvedBy != "" || d.Resolutions[to.String()] != "") {
		return true // pruned, or delivered by a replay
	}
	// If the process dies during the attempt, the next session must know that the handler may have received the delivery.
	before, during := *due, *due
	during.Uncertain = true
	if err != nil || r.updateDue(due, during) != nil || r.abortCtx.Err() != nil {
		return false
	}
	a := r.o.Sender.Send(r.abortCtx, r.targetFor(to, &d), r.handlerHeader(d.Header), d.Body)
	if out != nil {
		out.handler.observe(&d, a.Attempt)
	}
	held, uncertain := r.shouldHold(r.abortCtx, out, &a, due.Tries)
	if held && !uncertain {
		_ = r.updateDue(due, before) // on failure the session is ending, and the row keeps the more cautious state
		return false
	}
	due.Tries++
	s := sendResult{attempts: a.Attempts()}
	if held = held || r.o.Hold && out != nil && a.Failure == webhook.FailureCanceled; held { // the handler may have received it
		s.due = append(s.due, *due)
	} else if next, ok := r.retries.nextRetry(&d, a.Attempt, due.Tries); ok {
		s.due = append(s.due, next)
	}
	written = true
	status, err := r.writeAttempts(due.ID, s)
	if err != nil {
		r.noteRecordError(err)
	}
	if r.IsResumed(due.ID) {
		r.tally.resumed(status)
	} else {
		r.tally.reattempted(d.Status, status, a.Attempt)
	}
	return !held
}

// updateDue updates the log's row for a delivery to send. It returns an error only if the delivery no longer exists or the relay is
// drained.
func (r *Relay) updateDue(due *store.Due, to store.Due) error {
	if *due == to {
		return nil
	}
	err := r.untilDrained(func() error { return r.o.Log.Hold(to, "") })
	if err == nil {
		*due = to
	}
	return err
}
