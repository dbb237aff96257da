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

// How long to wait before looking again for a handler that is down. People restart servers within seconds, so it begins short; the
// cap keeps a handler that stays down from costing anything.
const (
	firstLook = 250 * time.Millisecond
	lastLook  = 5 * time.Second
)

// handlerWatch knows whether the handler takes connections. It learns that from the attempts themselves, and only while the handler
// is down by connecting to it now and then.
type handlerWatch struct {
	o      Options
	target dispatch.Target
	held   func() int      // how many deliveries wait for it
	abort  context.Context //nolint:containedctx // the relay's life, which the look-out must not outlive

	down atomic.Bool // changed under mu only; read without it on the way of every delivery

	mu     sync.Mutex
	goneAt time.Time // when it was last found not to be there
	missed int
	since  time.Time          // when the first of the missed was received
	seen   context.CancelFunc // ends the look-out; nil before the first
	gone   <-chan struct{}    // closed when the look-out ends

	looking sync.WaitGroup
}

func newHandlerWatch(abort context.Context, t dispatch.Target, held func() int, o Options) *handlerWatch {
	return &handlerWatch{o: o, target: t, held: held, abort: abort}
}

// LookForHandlers makes one connect to each target, and keeps looking in the background for those where there is no handler. It
// returns them.
func (r *Relay) LookForHandlers(ctx context.Context) (absent []dispatch.Target) {
	missing := make([]bool, len(r.outlets))
	var all sync.WaitGroup
	for i, out := range r.outlets {
		all.Go(func() { missing[i] = !out.handler.present(ctx) })
	}
	all.Wait()
	for i, out := range r.outlets {
		if missing[i] {
			absent = append(absent, out.target)
		}
	}
	return absent
}

// present makes one connect, and begins to look for the handler where there is none.
func (w *handlerWatch) present(ctx context.Context) bool {
	err := w.o.Sender.Reachable(ctx, w.target)
	if err != nil && ctx.Err() == nil {
		w.lose()
	}
	return err == nil
}

// lose begins to look for the handler, whatever found that it is not there.
func (w *handlerWatch) lose() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lost()
}

// up returns when the handler takes connections, as far as is known, or when ctx is done.
func (w *handlerWatch) up(ctx context.Context) {
	w.mu.Lock()
	down, gone := w.down.Load(), w.gone
	w.mu.Unlock()
	if !down {
		return
	}
	select {
	case <-gone:
	case <-ctx.Done():
	}
}

// saw learns from an attempt.
func (w *handlerWatch) saw(d *webhook.Delivery, a webhook.Attempt) {
	switch {
	case absent(a.Failure) && w.o.Hold:
		w.lose() // it misses nothing
	case absent(a.Failure):
		w.missing(d)
	case a.Failure == "" && w.down.Load():
		// What came before the handler went away may still be answered by what is left of it.
		w.back(func() bool { return !d.ReceivedAt.Before(w.since) })
	}
}

// missing counts a delivery that found no handler.
func (w *handlerWatch) missing(d *webhook.Delivery) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lost()
	if w.missed == 0 || d.ReceivedAt.Before(w.since) {
		w.since = d.ReceivedAt
	}
	w.missed++
}

// secondLook is when the handler is looked for again after it closed a connection: a process that ends closes its port a moment later.
const secondLook = 50 * time.Millisecond

// refuses reports whether the handler has refused connections since then, or does so now.
func (w *handlerWatch) refuses(ctx context.Context, since time.Time) bool {
	for range 2 {
		w.mu.Lock()
		refused := !w.goneAt.Before(since)
		w.mu.Unlock()
		if refused {
			return true
		}
		var down *dispatch.UnreachableError
		if errors.As(w.o.Sender.Reachable(ctx, w.target), &down) && absent(down.Failure) {
			w.lose()
			return true
		}
		select {
		case <-time.After(secondLook):
		case <-ctx.Done():
			return false
		}
	}
	return false
}

// lost starts the look-out, once. The caller holds mu.
func (w *handlerWatch) lost() {
	w.goneAt = w.o.Now()
	if w.down.Load() || w.abort.Err() != nil {
		return
	}
	w.down.Store(true)
	ctx, cancel := context.WithCancel(w.abort)
	w.seen, w.gone = cancel, ctx.Done()
	w.looking.Go(func() { w.look(ctx) })
}

// look connects with growing pauses until the handler is there or ctx ends.
func (w *handlerWatch) look(ctx context.Context) {
	pause := firstLook
	for {
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		if w.o.Sender.Reachable(ctx, w.target) == nil {
			w.back(func() bool { return ctx.Err() == nil }) // else an attempt was quicker, and what came after is another look-out's
			return
		}
		pause = min(2*pause, lastLook)
	}
}

// back ends the look-out and tells what the handler missed, if there still is one and holds says that it may. holds is called with mu
// held.
func (w *handlerWatch) back(holds func() bool) {
	w.mu.Lock()
	if !w.down.Load() || !holds() {
		w.mu.Unlock()
		return
	}
	n := Notice{Kind: NoticeHandlerBack, At: w.o.Now(), Target: w.target, Missed: w.missed, Since: w.since, Held: w.held()}
	w.down.Store(false)
	w.missed, w.since = 0, time.Time{}
	w.seen()
	w.mu.Unlock()
	w.o.Notify(n)
}

// wait returns when no look-out is left. The relay's life has ended by then, so that none begins any more.
func (w *handlerWatch) wait() {
	w.mu.Lock()   // whoever found that life going on has started a look-out by now
	w.mu.Unlock() //nolint:staticcheck // that is all that is wanted
	w.looking.Wait()
}

// absent reports whether the failure means that nothing takes connections there.
func absent(f webhook.Failure) bool {
	return f == webhook.FailureRefused || f == webhook.FailureNoHost || f == webhook.FailureNoRoute
}
