package relay

import (
	"slices"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// resender sends recorded deliveries again: held ones, and retries.
type resender struct {
	o        *Options
	life     *lifetime
	log      *attemptLog
	settler  *settler
	recorder *recorder
	resumed  map[webhook.ID]struct{} // deliveries received by earlier sessions; written by resume only
}

// Resumed counts the deliveries of earlier sessions that a relay sends.
type Resumed struct {
	Deliveries int
	Uncertain  int // how many of them the handler may have received
}

// resume sends the deliveries that earlier sessions left: held deliveries once their handler is up, retries when they are due.
func (r *resender) resume(pending []store.Due) Resumed {
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
		if u := r.upstream(due.Target); due.At.IsZero() && r.o.Hold && u != nil {
			u.held.addResumed(due)
			continue
		}
		if due.At.IsZero() {
			due.At = r.o.Now()
		}
		planned = append(planned, due)
	}
	r.settler.retries.schedule(planned)
	return Resumed{Deliveries: len(r.resumed), Uncertain: len(uncertain)}
}

func (r *resender) isResumed(id webhook.ID) bool {
	_, resumed := r.resumed[id]
	return resumed
}

// upstream returns the upstream of a target, or nil if no route leads there anymore.
func (r *resender) upstream(target string) *upstream { return r.settler.upstreams.of(target) }

// reroute returns where to send a delivery that an earlier session held: to its target if a route still leads there. Otherwise, if no
// other target has an attempt, it moves the delivery to the targets that the routes select now.
func (r *resender) reroute(due store.Due) (moved []store.Due) {
	defer r.reportPanic()
	if !due.At.IsZero() || r.upstream(due.Target) != nil {
		return []store.Due{due}
	}
	d, err := r.log.read(due.ID)
	elsewhere := func(a webhook.Attempt) bool { return a.Target != due.Target }
	if err != nil || slices.ContainsFunc(d.History, elsewhere) {
		return nil
	}
	for _, u := range r.settler.upstreams.routed(due.Event) {
		to := due
		to.Target, to.Tries = u.target.String(), 0
		if r.log.hold(to, due.Target) == nil {
			moved = append(moved, to)
		}
	}
	return moved
}

// retry makes a retry in one of the target's slots. If the handler is down, it holds the delivery, if Hold is set.
func (r *resender) retry(due store.Due) {
	defer r.reportPanic()
	target, err := dispatch.ParseTarget(due.Target, "/")
	if err != nil {
		return // cannot happen: the target was valid when it was written
	}
	u := r.upstream(due.Target)
	if u == nil {
		r.resend(target, nil, &due)
		return
	}
	if !u.slots.acquire(r.life.drainCtx, r.recorder.arrivals.Load()) { // behind the deliveries that arrived before it was due
		return
	}
	done := r.resend(target, u, &due)
	u.slots.release()
	if done || !r.o.Hold || r.life.isDraining() {
		return
	}
	due.At = time.Time{}
	if r.log.hold(due, "") == nil {
		u.held.addResumed(due)
	}
}

// resend makes another attempt at a delivery in the log and records it. It reports whether the delivery is done at that target. It is
// not done if the handler is down and the delivery should be held, or if the relay is drained before the attempt; due then matches the
// row in the log. u may be nil.
func (r *resender) resend(to dispatch.Target, u *upstream, due *store.Due) (done bool) {
	written := false
	defer func() {
		if p := recover(); p != nil {
			n := panicNotice(p)
			if done = true; !written { // and the delivery is no longer due, because the panic would recur
				failed := sendResult{attempts: []webhook.Attempt{panicAttempt(to, r.o.Now())}}
				recoverQuietly(func() { _, _ = r.settler.settle(due.ID, failed) })
			}
			r.o.notify(n)
		}
	}()
	d, err := r.log.read(due.ID)
	if isNotFound(err) || err == nil && (d.ResolvedBy != "" || d.Resolutions[to.String()] != "") {
		return true // pruned, or delivered by a replay
	}
	// If the process dies during the attempt, the next session must know that the handler may have received the delivery.
	before, during := *due, *due
	during.Uncertain = true
	if err != nil || r.updateDue(due, during) != nil || r.life.abortCtx.Err() != nil {
		return false
	}
	a := r.o.Sender.Send(r.life.abortCtx, r.o.targetFor(to, &d), r.o.handlerHeader(d.Header), d.Body)
	if u != nil {
		u.handler.observe(&d, a.Attempt)
	}
	held, uncertain := u.shouldHold(r.life.abortCtx, &a, due.Tries)
	if held && !uncertain {
		_ = r.updateDue(due, before) // on failure the session is ending, and the row keeps the more cautious state
		return false
	}
	due.Tries++
	s := sendResult{attempts: a.Attempts()}
	if held = held || r.o.Hold && u != nil && a.Failure == webhook.FailureCanceled; held { // the handler may have received it
		s.due = append(s.due, *due)
	} else if next, ok := nextRetry(r.o, &d, a.Attempt, due.Tries); ok {
		s.due = append(s.due, next)
	}
	written = true
	status, err := r.settler.settle(due.ID, s)
	if err != nil {
		r.log.noteRecordError(err)
	}
	if r.isResumed(due.ID) {
		r.settler.tally.resumed(status)
	} else {
		r.settler.tally.reattempted(d.Status, status, a.Attempt)
	}
	return !held
}

// reportPanic is deferred. It recovers and reports a panic. The delivery's row stays in the log for the next session.
func (r *resender) reportPanic() {
	if p := recover(); p != nil {
		r.o.notify(panicNotice(p))
	}
}

// updateDue updates the log's row for a delivery to send. It returns an error only if the delivery no longer exists or the relay is
// drained.
func (r *resender) updateDue(due *store.Due, to store.Due) error {
	if *due == to {
		return nil
	}
	err := r.log.hold(to, "")
	if err == nil {
		*due = to
	}
	return err
}
