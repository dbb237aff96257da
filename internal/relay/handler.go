package relay

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Delays between probes of a handler that is down. Developers restart servers within seconds, so the first delays are short. The maximum
// keeps the cost of a handler that stays down negligible.
const (
	firstProbeDelay = 250 * time.Millisecond
	maxProbeDelay   = 5 * time.Second
)

// handlerState tracks whether a handler accepts connections. It learns this from the attempts. Only while the handler is down does it
// connect to the handler from time to time.
type handlerState struct {
	o      *Options
	target dispatch.Target
	held   func() int      // returns the number of deliveries held for the handler
	abort  context.Context // the relay's abortCtx, which ends all probes

	down atomic.Bool // changed only with mu held; every delivery reads it without mu

	mu          sync.Mutex
	lastDown    time.Time // when the handler was last found to be down
	missed      int
	missedSince time.Time          // when the first missed delivery was received
	cancelProbe context.CancelFunc // ends the current probe; nil before the first
	probeDone   <-chan struct{}    // closed when the current probe ends

	probes sync.WaitGroup
}

func newHandlerState(abort context.Context, o *Options, t dispatch.Target, held func() int) *handlerState {
	return &handlerState{o: o, target: t, held: held, abort: abort}
}

// checkUp connects once, and starts probing if the handler is down.
func (h *handlerState) checkUp(ctx context.Context) bool {
	err := h.connect(ctx)
	if err != nil && ctx.Err() == nil {
		h.markDown()
	}
	return err == nil
}

// connect connects to the handler. A panic is reported and counts as a failure, because probes run without a caller that could recover it.
func (h *handlerState) connect(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errPanic
			h.o.notify(panicNotice(p))
		}
	}()
	return h.o.Sender.Reachable(ctx, h.target)
}

// markDown records that the handler is down, and starts probing it.
func (h *handlerState) markDown() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.markDownLocked()
}

// waitUp returns once the handler accepts connections, as far as is known, or ctx is done.
func (h *handlerState) waitUp(ctx context.Context) {
	h.mu.Lock()
	down, done := h.down.Load(), h.probeDone
	h.mu.Unlock()
	if !down {
		return
	}
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// observe updates the state from the result of an attempt.
func (h *handlerState) observe(d *webhook.Delivery, a webhook.Attempt) {
	switch {
	case takesNoConnections(a.Failure) && h.o.Hold:
		h.markDown() // it is held, not missed
	case takesNoConnections(a.Failure):
		h.countMissed(d)
	case a.Failure == "" && h.down.Load():
		// A process that is shutting down may still respond to deliveries that it accepted earlier.
		h.markUp(func() bool { return !d.ReceivedAt.Before(h.missedSince) })
	}
}

// countMissed counts a delivery that found the handler down.
func (h *handlerState) countMissed(d *webhook.Delivery) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.markDownLocked()
	if h.missed == 0 || d.ReceivedAt.Before(h.missedSince) {
		h.missedSince = d.ReceivedAt
	}
	h.missed++
}

// reprobeDelay is the delay before the second probe after a closed connection: a process that ends closes its port a moment later.
const reprobeDelay = 50 * time.Millisecond

// refusesConnections reports whether the handler has refused a connection after since, or refuses one now.
func (h *handlerState) refusesConnections(ctx context.Context, since time.Time) bool {
	for range 2 {
		h.mu.Lock()
		refused := !h.lastDown.Before(since)
		h.mu.Unlock()
		if refused {
			return true
		}
		var down *dispatch.UnreachableError
		if errors.As(h.connect(ctx), &down) && takesNoConnections(down.Failure) {
			h.markDown()
			return true
		}
		select {
		case <-time.After(reprobeDelay):
		case <-ctx.Done():
			return false
		}
	}
	return false
}

// markDownLocked is markDown with mu held. It starts probing unless a probe is running.
func (h *handlerState) markDownLocked() {
	h.lastDown = h.o.Now()
	if h.down.Load() || h.abort.Err() != nil {
		return
	}
	h.down.Store(true)
	ctx, cancel := context.WithCancel(h.abort)
	h.cancelProbe, h.probeDone = cancel, ctx.Done()
	h.probes.Go(func() { h.probe(ctx) })
}

// probe connects with growing delays until the handler is up or ctx is done.
func (h *handlerState) probe(ctx context.Context) {
	pause := firstProbeDelay
	for {
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		if h.connect(ctx) == nil {
			h.markUp(func() bool { return ctx.Err() == nil }) // if an attempt ended this probe, another may have started since
			return
		}
		pause = min(2*pause, maxProbeDelay)
	}
}

// markUp ends the probe and reports the missed deliveries, if the handler was down and condition returns true. It calls condition with mu
// held.
func (h *handlerState) markUp(condition func() bool) {
	h.mu.Lock()
	if !h.down.Load() || !condition() {
		h.mu.Unlock()
		return
	}
	n := Notice{Kind: NoticeHandlerBack, Target: h.target, Missed: h.missed, Since: h.missedSince, Held: h.held()}
	h.down.Store(false)
	h.missed, h.missedSince = 0, time.Time{}
	h.cancelProbe()
	h.mu.Unlock()
	h.o.notify(n)
}

// waitProbes waits for the last probe to end. The caller has canceled abort, so no other probe starts.
func (h *handlerState) waitProbes() {
	h.mu.Lock()   // a caller that saw abort still open has started its probe when it releases mu
	h.mu.Unlock() //nolint:staticcheck // the critical section is empty on purpose
	h.probes.Wait()
}

// takesNoConnections reports whether the failure means that nothing accepts connections at the target.
func takesNoConnections(f webhook.Failure) bool {
	return f == webhook.FailureRefused || f == webhook.FailureNoHost || f == webhook.FailureNoRoute
}
