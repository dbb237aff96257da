package relay

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	// maxResends is how many held deliveries are sent at once if there is no limit. One at a time may never catch up with the deliveries that
	// keep arriving; too many overload a handler that has just started.
	maxResends = 8
	// maxCrashes is how many attempts may end with the handler's death before a delivery is not held for another: it may be the cause.
	maxCrashes = 5
)

// holding is the queue of deliveries that wait for the handler of one target, in the order in which they arrived. As long as there is one,
// later deliveries queue behind it. The queue has only their ids: the log has the rest.
type holding struct {
	relay *Relay
	out   *outlet

	mu      sync.Mutex
	waiting []*heldDelivery // a delivery stays here until it is sent
	workers int             // goroutines that send
}

// heldDelivery is a delivery that waits for its handler.
type heldDelivery struct {
	n     int64     // its place in the order of arrival
	due   store.Due // as in the log
	in    *holding
	state heldState
	done  chan struct{} // closed when it was sent
}

// heldState says whether a held delivery can be sent.
type heldState int

const (
	heldNew     heldState = iota // it is not in the log yet as held
	heldReady                    // it waits to be sent
	heldSending                  // an attempt is under way
)

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

// behind queues a delivery behind those that are held already. It returns nil if there are none. The delivery is sent once it is ready.
func (h *holding) behind(d *recorded) *heldDelivery {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.waiting) == 0 {
		return nil
	}
	held := &heldDelivery{n: d.n, in: h, due: store.Due{ID: d.ID, Target: h.out.target.String()}, done: make(chan struct{})}
	h.insert(held)
	return held
}

// first holds a delivery after an attempt that found no handler. It is sent once it is ready.
func (h *holding) first(d *recorded, due store.Due) *heldDelivery {
	due.ID, due.Target = d.ID, h.out.target.String()
	held := &heldDelivery{n: d.n, in: h, due: due, done: make(chan struct{})}
	h.mu.Lock()
	begins := len(h.waiting) == 0
	h.insert(held)
	h.mu.Unlock()
	if begins {
		h.relay.o.Notify(Notice{Kind: NoticeHolding, At: h.relay.o.Now(), Target: h.out.target})
	}
	return held
}

// again holds a delivery that is in the log as held. It goes before all that arrives.
func (h *holding) again(due store.Due) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.insert(&heldDelivery{in: h, due: due, state: heldReady, done: make(chan struct{})})
	h.start()
}

// ready lets a delivery be sent that is in the log as held from now on. Before, an attempt could be recorded first, and the delivery
// would seem to be held after it was delivered.
func (h *holding) ready(held *heldDelivery) {
	h.mu.Lock()
	defer h.mu.Unlock()
	held.state = heldReady
	h.start()
}

// insert puts a delivery into its place: those that arrive at once may find out in another order that the handler is gone. It goes before
// none that is being sent. The caller holds mu.
func (h *holding) insert(held *heldDelivery) {
	at := len(h.waiting)
	for at > 0 && h.waiting[at-1].n > held.n && h.waiting[at-1].state != heldSending {
		at--
	}
	h.waiting = slices.Insert(h.waiting, at, held)
}

// start starts another worker, unless there are enough. The caller holds mu.
func (h *holding) start() {
	most := min(cmp.Or(h.relay.o.MaxConcurrency, maxResends), len(h.waiting))
	if h.workers < most && h.relay.draining.Err() == nil {
		h.workers++
		h.relay.later.Go(h.work)
	}
}

// work sends deliveries whenever the handler is there, until there is none to send or the session ends.
func (h *holding) work() {
	for {
		h.out.handler.up(h.relay.draining)
		held := h.claim()
		if held == nil || !h.out.slots.acquire(h.relay.draining, held.n) {
			return
		}
		done := h.relay.sendAgain(h.out.target, h.out, &held.due)
		h.out.slots.release()
		if done {
			h.remove(held)
		} else {
			h.ready(held)
		}
	}
}

// claim returns the delivery to send next. If there is none, or the session ends, it returns nil, and the worker has ended.
func (h *holding) claim() *heldDelivery {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.relay.draining.Err() == nil {
		if held := h.next(); held != nil {
			held.state = heldSending
			return held
		}
	}
	h.workers--
	return nil
}

// next returns the first delivery that is ready, or nil. To keep the order, it never skips one, so that one is sent at a time. The caller holds
// mu.
func (h *holding) next() *heldDelivery {
	for _, held := range h.waiting {
		if held.state == heldReady {
			return held
		}
		if h.relay.o.Ordered {
			break
		}
	}
	return nil
}

// remove takes out a delivery that was sent. When none is left, the next to arrive goes to its handler directly again.
func (h *holding) remove(held *heldDelivery) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at := slices.Index(h.waiting, held)
	copy(h.waiting[1:at+1], h.waiting[:at]) // the front is short, what is behind may be long
	h.waiting[0] = nil
	h.waiting = h.waiting[1:]
	close(held.done)
}

// The errors of attempts at deliveries that are held.
const (
	heldText    = "Held until the handler is there."                                                                                         // no attempt was made
	crashedText = "The handler closed the connection without an answer and is gone. It may have the delivery, which is held and sent again." // one was made
)

// heldAttempt stands for the attempt at one of several targets where the delivery is held.
func (r *Relay) heldAttempt(out *outlet) webhook.Attempt {
	return webhook.Attempt{
		Target: out.target.String(), StartedAt: r.o.Now().UTC(), Failure: webhook.FailureRefused, Error: heldText,
	}
}

// isLost reports whether, with Hold, no handler has dealt with a delivery: it is held then. Nothing took the connection; or the connection
// closed without a byte of response, and the port refuses connections now: the handler died during the attempt. The handler may have
// received the delivery in the second case, or if an attempt on a stale connection came first. After too many attempts that the handler died
// in, isLost reports false.
func (r *Relay) isLost(ctx context.Context, out *outlet, sent *dispatch.Result, tries int) (lost, uncertain bool) {
	if !r.o.Hold || out == nil {
		return false, false
	}
	if absent(sent.Failure) {
		return true, sent.Stale != nil
	}
	closed := sent.Failure == webhook.FailureReset && sent.Code == 0 && sent.FirstByte == 0
	if !closed || tries >= maxCrashes || !out.handler.refuses(ctx, sent.StartedAt) {
		return false, false
	}
	sent.Error = crashedText
	return true, true
}
