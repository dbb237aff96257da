package relay

import (
	"slices"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// maxRetries is how many retries to one target run at once, at most: a handler that comes back to a pile of them is not to be run over.
const maxRetries = 8

// retries makes the attempts at one target again when they are due. A target that hangs delays no retry to another. What is due stands
// in the log; here is a copy of it, earliest first, with a timer.
type retries struct {
	relay *Relay
	out   *outlet // nil if no route leads to the target any more
	slots chan struct{}

	mu      sync.Mutex
	waiting []store.Due
	running bool
	sooner  chan struct{} // something is due before what the timer is set to
}

// retryQueues are the retries of all targets.
type retryQueues struct {
	relay *Relay

	mu       sync.Mutex
	byTarget map[string]*retries
}

// of returns the retries of a target.
func (q *retryQueues) of(target string) *retries {
	q.mu.Lock()
	defer q.mu.Unlock()
	t := q.byTarget[target]
	if t == nil {
		t = &retries{relay: q.relay, out: q.relay.outletOf(target), slots: make(chan struct{}, maxRetries), sooner: make(chan struct{}, 1)}
		if q.byTarget == nil {
			q.byTarget = make(map[string]*retries)
		}
		q.byTarget[target] = t
	}
	return t
}

// plan sets the timers for what is due at a time. What is held has none, and is not this one's.
func (q *retryQueues) plan(due []store.Due) {
	for _, d := range due {
		if !d.At.IsZero() {
			q.of(d.Target).plan(d)
		}
	}
}

// next is when an attempt that was that target's tries-th is made again; ok is false if it was delivered, or is not made again. Neither
// a probe nor a response that the user expects is retried.
func (q *retryQueues) next(d *webhook.Delivery, a webhook.Attempt, tries int) (due store.Due, ok bool) {
	r, id := q.relay, d.ID
	if r.o.Retry == nil || a.Status() == webhook.StatusDelivered || d.Probe || webhook.MeetsStatus(d.ExpectedStatus, a.Code) {
		return store.Due{}, false
	}
	at, ok := r.o.Retry.Next(tries, r.o.Now())
	if !ok {
		r.o.Notify(Notice{Kind: NoticeGivenUp, At: r.o.Now(), ID: id, Tries: tries})
	}
	return store.Due{ID: id, Target: a.Target, At: at.UTC().Truncate(time.Millisecond), Tries: tries}, ok
}

// plan sets the timer for one that is due.
func (t *retries) plan(d store.Due) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, _ := slices.BinarySearchFunc(t.waiting, d, func(a, b store.Due) int {
		if a.At.After(b.At) {
			return 1
		}
		return -1 // of equals the older one first
	})
	t.waiting = slices.Insert(t.waiting, at, d)
	select {
	case t.sooner <- struct{}{}:
	default:
	}
	if !t.running {
		t.running = true
		t.relay.later.Go(t.run)
	}
}

// run makes each attempt when it is due, until there are none or the session ends.
func (t *retries) run() {
	var making sync.WaitGroup
	defer making.Wait()
	for {
		due, ok := t.await()
		if !ok {
			return
		}
		select {
		case t.slots <- struct{}{}:
		case <-t.relay.draining.Done():
			return
		}
		making.Go(func() {
			defer func() { <-t.slots }()
			t.make(due)
		})
	}
}

// await returns the next that is due, once it is; ok is false where there is none, or the session ends.
func (t *retries) await() (due store.Due, ok bool) {
	for {
		t.mu.Lock()
		if len(t.waiting) == 0 || t.relay.draining.Err() != nil {
			t.running = false
			t.mu.Unlock()
			return store.Due{}, false
		}
		due = t.waiting[0]
		left := due.At.Sub(t.relay.o.Now())
		if left <= 0 {
			t.waiting = slices.Delete(t.waiting, 0, 1)
			t.mu.Unlock()
			return due, true
		}
		t.mu.Unlock()
		t.pause(left)
	}
}

func (t *retries) pause(left time.Duration) {
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.sooner:
	case <-t.relay.draining.Done():
	}
}

// make makes an attempt again, in one of the target's slots. Where its handler is not there it is held, if anything is.
func (t *retries) make(due store.Due) {
	r := t.relay
	target, err := dispatch.ParseTarget(due.Target, "/")
	if err != nil {
		return // it was a target when it was written
	}
	if t.out == nil {
		r.sendAgain(target, nil, &due)
		return
	}
	if !t.out.slots.acquire(r.draining, r.arrived.Load()) { // behind what arrived before it was due
		return
	}
	done := r.sendAgain(target, t.out, &due)
	t.out.slots.release()
	if done || !r.o.Hold || r.draining.Err() != nil {
		return
	}
	due.At = time.Time{}
	if r.insist(func() error { return r.o.Log.Hold(due, "") }) == nil {
		t.out.held.again(due)
	}
}

// outletOf is the outlet of a target; nil where no route leads there any more.
func (r *Relay) outletOf(target string) *outlet {
	i := slices.IndexFunc(r.outlets, func(o *outlet) bool { return o.target.String() == target })
	if i < 0 {
		return nil
	}
	return r.outlets[i]
}
