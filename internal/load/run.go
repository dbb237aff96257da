package load

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Options configures Run.
type Options struct {
	Rate        float64          // requests due per second; 0: start the next when one finishes
	Concurrency int              // maximum number of requests in flight
	Now         func() time.Time // the clock
}

// Response is the result of one request.
type Response struct {
	ID      webhook.ID     // of the delivery; empty if it was not recorded
	Status  webhook.Status // of the delivery; empty if it was not recorded
	Verdict webhook.Verdict
	Attempt webhook.Attempt
	Failure string    // why the result is not the expected one, with the same text for the same cause; empty for success
	At      time.Time // when the response arrived
}

// Result is a response with its measurements.
type Result struct {
	Response
	Took time.Duration // from the due time to the response
	Lag  time.Duration // from the due time to sending
	// Queued tells that the request had to wait when it was due, because the maximum number of requests was in flight.
	Queued bool
}

// Sender sends one request. Run calls it from several goroutines.
type Sender[T any] func(context.Context, Request[T]) Response

// Run sends the requests and calls each with every result, one at a time, in the order of the responses. After stop is closed it starts
// no request and waits for those in flight; canceling ctx aborts these too. It returns the elapsed time.
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
	inFlight atomic.Int64 // number of requests in flight

	mu   sync.Mutex
	each func(Request[T], Result)
}

// dispatch hands out the requests, each when it is due.
func (r *run[T]) dispatch(ctx context.Context, all iter.Seq[scheduled[T]]) {
	for t := range all {
		if r.Rate > 0 && !r.sleep(ctx, r.start.Add(t.due).Sub(r.Now())) {
			return
		}
		select { // checked first, because the select below picks a ready case at random
		case <-r.stop:
			return
		case <-ctx.Done():
			return
		default:
		}
		t.queued = int(r.inFlight.Load()) >= max(1, r.Concurrency)
		select {
		case r.next <- t: // blocks while the maximum is in flight, which delays this request and those after it
		case <-r.stop:
			return
		case <-ctx.Done():
			return
		}
	}
}

// sleep waits for d and reports whether it was not interrupted.
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

// sendOne sends one request and measures it.
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
