package load

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Options say how to send.
type Options struct {
	Rate        float64          // sendings a second that are due, whatever becomes of them; 0: the next when one is answered
	Concurrency int              // how many are under way at once, at most
	Now         func() time.Time // the clock
}

// Answer is what came of one sending.
type Response struct {
	ID      webhook.ID     // of the delivery; empty where it was not taken
	Status  webhook.Status // of the delivery; empty where it was not taken
	Attempt webhook.Attempt
	Failure string    // why it is not what it should be, the same words for the same reason; empty where it is
	At      time.Time // when the answer was there
}

// Result is an answer with what was measured.
type Result struct {
	Response
	Took time.Duration // from when it was due to the answer
	Lag  time.Duration // from when it was due to when it was sent
	// Crowded says that when it was due as many were under way as are allowed, so that it had to wait for one of them.
	Queued bool
}

// Sender makes one sending. It is called from many goroutines at once.
type Sender[T any] func(context.Context, Request[T]) Response

// Run makes the sendings and calls each with what came of each, one after the other, in the order of the answers. When stop is closed no
// further one is begun, and Run returns when those under way are answered; ctx ends these, too. It returns how long it took.
func Run[T any](ctx context.Context, stop <-chan struct{}, requests iter.Seq[Request[T]], o Options, send Sender[T], each func(Request[T], Result)) time.Duration {
	r := &run[T]{Options: o, stop: stop, send: send, each: each, next: make(chan scheduled[T])}
	var workers sync.WaitGroup
	for range max(1, o.Concurrency) {
		workers.Go(func() {
			for t := range r.next {
				r.sendOne(ctx, t)
			}
		})
	}
	r.start = o.Now()
	r.dispatch(ctx, schedule(requests, o.Rate))
	close(r.next)
	workers.Wait()
	return o.Now().Sub(r.start)
}

type run[T any] struct {
	Options
	stop     <-chan struct{}
	send     Sender[T]
	next     chan scheduled[T]
	start    time.Time
	inFlight atomic.Int64 // how many are under way

	mu   sync.Mutex
	each func(Request[T], Result)
}

// feed hands out the sendings, each when it is due.
func (r *run[T]) dispatch(ctx context.Context, all iter.Seq[scheduled[T]]) {
	for t := range all {
		if r.Rate > 0 && !r.sleep(ctx, r.start.Add(t.due).Sub(r.Now())) {
			return
		}
		select { // before the other one, which chooses at random where both are ready
		case <-r.stop:
			return
		case <-ctx.Done():
			return
		default:
		}
		t.queued = int(r.inFlight.Load()) >= max(1, r.Concurrency)
		select {
		case r.next <- t: // waits where all are under way: then this one is late, and those after it
		case <-r.stop:
			return
		case <-ctx.Done():
			return
		}
	}
}

// wait waits, and reports whether it waited to the end.
func (r *run[T]) sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.stop:
	case <-ctx.Done():
	}
	return false
}

// one makes one sending and measures it.
func (r *run[T]) sendOne(ctx context.Context, t scheduled[T]) {
	if r.Rate <= 0 && !r.sleep(ctx, t.Delay) {
		return
	}
	sent := r.Now()
	due := sent
	if r.Rate > 0 {
		due = r.start.Add(t.due)
	}
	r.inFlight.Add(1)
	response := r.send(ctx, t.Request)
	r.inFlight.Add(-1)
	if response.At.IsZero() {
		response.At = r.Now()
	}
	result := Result{Response: response, Took: max(0, response.At.Sub(due)), Lag: max(0, sent.Sub(due)), Queued: t.queued}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.each(t.Request, result)
}
