package relay

import (
	"context"
	"slices"
	"sync"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// holding is the deliveries that wait for the handler of one target, in the order in which they arrived. As long as there is one, later
// deliveries queue behind it. Only their names are kept here: the log has the rest.
type holding struct {
	relay *Relay
	out   *outlet

	mu      sync.Mutex
	waiting []*heldDelivery // the first is the one that is being sent
	sending bool            // the first is under way: nothing goes before it
}

// heldDelivery is a delivery that waits for its handler.
type heldDelivery struct {
	n     int64 // its place in the order of arrival
	id    webhook.ID
	tries int           // attempts at this target so far
	done  chan struct{} // closed when it was sent
}

// awaitHeld returns when all of these were sent, or when ctx is done or the session ends. It reports whether at least one of them was.
func (r *Relay) awaitHeld(ctx context.Context, all []*heldDelivery) (one bool) {
	for _, held := range all {
		select {
		case <-held.done:
			one = true
		case <-r.draining.Done():
			return one
		case <-ctx.Done():
			return one
		}
	}
	return one
}

func (h *holding) len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.waiting)
}

// behind queues a delivery behind those that are held already; nil where there are none.
func (h *holding) behind(d *recorded) *heldDelivery {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.waiting) == 0 {
		return nil
	}
	return h.insert(d.n, d.ID, 0)
}

// first holds a delivery that found no handler.
func (h *holding) first(d *recorded) *heldDelivery {
	h.mu.Lock()
	begins := len(h.waiting) == 0
	held := h.insert(d.n, d.ID, 0)
	h.mu.Unlock()
	if begins {
		h.relay.o.Notify(Notice{Kind: NoticeHolding, At: h.relay.o.Now(), Target: h.out.target})
	}
	return held
}

// again holds what an earlier session was to send. It comes before all that arrives.
func (h *holding) again(id webhook.ID, tries int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.insert(0, id, tries)
}

// insert puts a delivery into its place and sees to it that what waits is sent. Those that arrive at once may find out in another order
// that the handler is gone. The caller holds mu.
func (h *holding) insert(n int64, id webhook.ID, tries int) *heldDelivery {
	held := &heldDelivery{n: n, id: id, tries: tries, done: make(chan struct{})}
	at := len(h.waiting)
	for at > 0 && h.waiting[at-1].n > n && (at > 1 || !h.sending) {
		at--
	}
	h.waiting = slices.Insert(h.waiting, at, held)
	if len(h.waiting) == 1 {
		h.relay.later.Go(h.flush)
	}
	return held
}

// flush sends what waits, one after the other, whenever the handler is there, until nothing waits or the session ends.
func (h *holding) flush() {
	for more := true; more; {
		h.out.handler.up(h.relay.draining)
		held, ok := h.begin()
		if !ok || !h.out.slots.acquire(h.relay.draining, held.n) {
			return
		}
		done := h.relay.sendAgain(h.out.target, h.out, held.id, held.tries)
		h.out.slots.release()
		if !done {
			continue
		}
		close(held.done)
		more = h.remove()
	}
}

// begin is the delivery to send next; ok is false where the session ends.
func (h *holding) begin() (held *heldDelivery, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.relay.draining.Err() != nil {
		return nil, false
	}
	h.sending = true
	return h.waiting[0], true
}

// remove takes out the delivery that was sent, and reports whether there are more. When there are not, the next to arrive goes to its
// handler by itself again.
func (h *holding) remove() (more bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sending = false
	h.waiting = slices.Delete(h.waiting, 0, 1)
	return len(h.waiting) > 0
}

// heldText is the error of an attempt that was not made, since others wait for the same handler.
const heldText = "Held until the handler is there."

// heldAttempt stands for the attempt at one of several targets where the delivery is held.
func (r *Relay) heldAttempt(out *outlet) webhook.Attempt {
	return webhook.Attempt{
		Target: out.target.String(), StartedAt: r.o.Now().UTC(), Failure: webhook.FailureRefused, Error: heldText,
	}
}
