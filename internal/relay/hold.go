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
	// maxResends is the number of held deliveries that are sent at once if there is no limit. One at a time may never catch up with new
	// deliveries. Too many overload a handler that has just started.
	maxResends = 8
	// maxCrashes is the number of attempts after which a delivery is no longer held although the handler crashed during each: it may be
	// the cause.
	maxCrashes = 5
)

// holdQueue holds the deliveries to one target while its handler is down, in order of arrival. While it is not empty, new deliveries
// queue behind it. It stores only ids; the log has the rest.
type holdQueue struct {
	o       *Options
	life    *lifetime
	target  dispatch.Target
	handler *handlerState
	slots   *slots
	resend  func(due *store.Due) (done bool) // sends one delivery; if it is not done, the delivery stays in the queue

	mu         sync.Mutex
	deliveries []*heldDelivery // a delivery is removed once it has been sent
	workers    int             // number of goroutines that send
}

// heldDelivery is a delivery that waits for its handler.
type heldDelivery struct {
	seq   int64     // its place in the order of arrival
	due   store.Due // the row in the log
	queue *holdQueue
	state heldState
	done  chan struct{} // closed once it has been sent
}

// heldState is the state of a held delivery.
type heldState int

const (
	heldUnrecorded heldState = iota // the log does not have it as held yet
	heldReady                       // it waits to be sent
	heldSending                     // an attempt is in progress
)

// waitHeld waits until all these deliveries are sent, ctx is done, or drained is. It reports whether at least one was sent.
func waitHeld(ctx, drained context.Context, all []*heldDelivery) (one bool) {
	for _, held := range all {
		select {
		case <-held.done:
			one = true
		case <-drained.Done():
			return one
		case <-ctx.Done():
			return one
		}
	}
	return one
}

func (h *holdQueue) len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.deliveries)
}

// addBehind queues a delivery behind those already held, or returns nil if none are. The caller calls markReady once the log has it.
func (h *holdQueue) addBehind(seq int64, id webhook.ID) *heldDelivery {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.deliveries) == 0 {
		return nil
	}
	held := &heldDelivery{seq: seq, queue: h, due: store.Due{ID: id, Target: h.target.String()}, done: make(chan struct{})}
	h.insert(held)
	return held
}

// add holds a delivery after an attempt that found no handler. The caller calls markReady once the log has it.
func (h *holdQueue) add(seq int64, id webhook.ID, due store.Due) *heldDelivery {
	due.ID, due.Target = id, h.target.String()
	held := &heldDelivery{seq: seq, queue: h, due: due, done: make(chan struct{})}
	h.mu.Lock()
	begins := len(h.deliveries) == 0
	h.insert(held)
	h.mu.Unlock()
	if begins {
		h.o.notify(Notice{Kind: NoticeHolding, Target: h.target})
	}
	return held
}

// addResumed holds a delivery that the log already has as held. It precedes all new deliveries.
func (h *holdQueue) addResumed(due store.Due) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.insert(&heldDelivery{queue: h, due: due, state: heldReady, done: make(chan struct{})})
	h.startWorker()
}

// markReady lets a delivery be sent after the log has it as held. Before that, the result of an attempt could reach the log first, and the
// delivered delivery would then appear as held.
func (h *holdQueue) markReady(held *heldDelivery) {
	h.mu.Lock()
	defer h.mu.Unlock()
	held.state = heldReady
	h.startWorker()
}

// insert adds a delivery in order of arrival, because concurrent deliveries may find the handler down in any order. It never precedes one
// that is being sent. The caller holds mu.
func (h *holdQueue) insert(held *heldDelivery) {
	at := len(h.deliveries)
	for at > 0 && h.deliveries[at-1].seq > held.seq && h.deliveries[at-1].state != heldSending {
		at--
	}
	h.deliveries = slices.Insert(h.deliveries, at, held)
}

// startWorker starts another worker unless there are enough. The caller holds mu.
func (h *holdQueue) startWorker() {
	most := min(cmp.Or(h.o.MaxConcurrency, maxResends), len(h.deliveries))
	if h.workers < most && !h.life.isDraining() {
		h.workers++
		h.life.background.Go(h.work)
	}
}

// work sends deliveries while the handler is up. It returns when none can be sent or the relay is drained.
func (h *holdQueue) work() {
	for {
		h.handler.waitUp(h.life.drainCtx)
		held := h.claim()
		if held == nil || !h.slots.acquire(h.life.drainCtx, held.seq) {
			return
		}
		done := h.resend(&held.due)
		h.slots.release()
		if done {
			h.remove(held)
		} else {
			h.markReady(held)
		}
	}
}

// claim returns the next delivery to send. If there is none, or the relay is drained, it returns nil, and the worker must return.
func (h *holdQueue) claim() *heldDelivery {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.life.isDraining() {
		if held := h.next(); held != nil {
			held.state = heldSending
			return held
		}
	}
	h.workers--
	return nil
}

// next returns the first delivery that is ready, or nil. With Ordered it never skips one, so deliveries are sent one at a time. The caller
// holds mu.
func (h *holdQueue) next() *heldDelivery {
	for _, held := range h.deliveries {
		if held.state == heldReady {
			return held
		}
		if h.o.Ordered {
			break
		}
	}
	return nil
}

// remove deletes a delivery that has been sent. Once the queue is empty, new deliveries go directly to the handler.
func (h *holdQueue) remove(held *heldDelivery) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at := slices.Index(h.deliveries, held)
	copy(h.deliveries[1:at+1], h.deliveries[:at]) // the delivery is near the front, and the rest may be long
	h.deliveries[0] = nil
	h.deliveries = h.deliveries[1:]
	close(held.done)
}

// The error texts of attempts at held deliveries.
const (
	heldText    = "Held until the handler is up."
	crashedText = "The handler closed the connection without a response and is down. " +
		"It may have received the delivery, which is held and sent again."
)
