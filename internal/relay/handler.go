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
	o      Options
	target dispatch.Target
	held   func() int      // returns the number of deliveries held for the handler
	abort  context.Context //nolint:containedctx //nolint:containedctx // the relay's abortCtx, which ends all probes

	down atomic.Bool // changed only with mu held; every delivery reads it without mu

	mu          sync.Mutex
	lastDown    time.Time // when the handler was last found to be down
	missed      int
	missedSince time.Time          // when the first missed delivery was received
	cancelProbe context.CancelFunc // ends the current probe; nil before the first
	probeDone   <-chan struct{}    // closed when the current probe ends

	probes sync.WaitGroup
}

func newHandlerState(abort context.Context, t dispatch.Target, held func() int, o Options) *handlerState {
	return &handlerState{o: o, target: t, held: held, abort: abort}
}

// ProbeHandlers connects once to each target and returns those that are down. It keeps probing these in the background.
func (r *Relay) ProbeHandlers(ctx context.Context) (absent []dispatch.Target) {
	missing := make([]bool, len(r.upstreams))
	var all sync.WaitGroup
	for i, out := range r.upstreams {
		all.Go(func() { missing[i] = !out.handler.checkUp(ctx) })
	}
	all.Wait()
	for i, out := range r.upstreams {
		if missing[i] {
			absent = append(absent, out.target)
		}
	}
	return absent
}

// checkUp connects once, and starts probing if the handler is down.
func (w *handlerState) checkUp(ctx context.Context) bool {
	err := w.o.Sender.Reachable(ctx, w.target)
	if err != nil && ctx.Err() == nil {
		w.markDown()
	}
	return err == nil
}

// markDown records that the handler is down, and starts probing it.
func (w *handlerState) markDown() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.markDownLocked()
}

// waitUp returns once the handler accepts connections, as far as is known, or ctx is done.
func (w *handlerState) waitUp(ctx context.Context) {
	w.mu.Lock()
	down, done := w.down.Load(), w.probeDone
	w.mu.Unlock()
	if !down {
		return
	}
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// observe updates the state from the result of an attempt.
func (w *handlerState) observe(d *webhook.Delivery, a webhook.Attempt) {
	switch {
	case takesNoConnections(a.Failure) && w.o.Hold:
		w.markDown() // it is held, not missed
	case takesNoConnections(a.Failure):
		w.countMissed(d)
	case a.Failure == "" && w.down.Load():
		// A process that is shutting down may still respond to deliveries that it accepted earlier.
		w.markUp(func() bool { return !d.ReceivedAt.Before(w.missedSince) })
	}
}

// countMissed counts a delivery that found the handler down.
func (w *handlerState) countMissed(d *webhook.Delivery) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.markDownLocked()
	if w.missed == 0 || d.ReceivedAt.Before(w.missedSince) {
		w.missedSince = d.ReceivedAt
	}
	w.missed++
}

// reprobeDelay is the delay before the second probe after a closed connection: a process that ends closes its port a moment later.
const reprobeDelay = 50 * time.Millisecond

// refusesConnections reports whether the handler has refused a connection after since, or refuses one now.
func (w *handlerState) refusesConnections(ctx context.Context, since time.Time) bool {
	for range 2 {
		w.mu.Lock()
		refused := !w.lastDown.Before(since)
		w.mu.Unlock()
		if refused {
			return true
		}
		var down *dispatch.UnreachableError
		if errors.As(w.o.Sender.Reachable(ctx, w.target), &down) && takesNoConnections(down.Failure) {
			w.markDown()
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
func (w *handlerState) markDownLocked() {
	w.lastDown = w.o.Now()
	if w.down.Load() || w.abort.Err() != nil {
		return
	}
	w.down.Store(true)
	ctx, cancel := context.WithCancel(w.abort)
	w.cancelProbe, w.probeDone = cancel, ctx.Done()
	w.probes.Go(func() { w.probe(ctx) })
}

// probe connects with growing delays until the handler is up or ctx is done.
func (w *handlerState) probe(ctx context.Context) {
	pause := firstProbeDelay
	for {
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		if w.o.Sender.Reachable(ctx, w.target) == nil {
			w.markUp(func() bool { return ctx.Err() == nil }) // if an attempt ended this probe, another may have started since
			return
		}
		pause = min(2*pause, maxProbeDelay)
	}
}

// markUp ends the probe and reports the missed deliveries, if the handler was down and condition returns true. It calls condition with mu
// held.
func (w *handlerState) markUp(condition func() bool) {
	w.mu.Lock()
	if !w.down.Load() || !condition() {
		w.mu.Unlock()
		return
	}
	n := Notice{Kind: NoticeHandlerBack, At: w.o.Now(), Target: w.target, Missed: w.missed, Since: w.missedSince, Held: w.held()}
	w.down.Store(false)
	w.missed, w.missedSince = 0, time.Time{}
	w.cancelProbe()
	w.mu.Unlock()
	w.o.Notify(n)
}

// waitProbes waits for the last probe to end. The caller has canceled abort, so no other probe starts.
func (w *handlerState) waitProbes() {
	w.mu.Lock()   // a caller that saw abort still open has started its probe when it releases mu
	w.mu.Unlock() //nolint:staticcheck //nolint:staticcheck // the critical section is empty on purpose
	w.probes.Wait()
}

// takesNoConnections reports whether the failure means that nothing accepts connections at the target.
func takesNoConnections(f webhook.Failure) bool {
	return f == webhook.FailureRefused || f == webhook.FailureNoHost || f == webhook.FailureNoRoute
}
