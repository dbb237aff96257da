package relay

import (
	"slices"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// maxRetries is the maximum number of concurrent retries to one target, so a handler that comes up is not overloaded.
const maxRetries = 8

// nextRetry returns the retry that follows an attempt, which was attempt number tries at that target. ok is false if there is none: the
// attempt was delivered, the retries are exhausted, the delivery is a probe, or the user expects this response.
func nextRetry(o *Options, d *webhook.Delivery, a webhook.Attempt, tries int) (due store.Due, ok bool) {
	if o.Retry == nil || a.Status() == webhook.StatusDelivered || d.Probe || webhook.MeetsStatus(d.ExpectedStatus, a.Code) {
		return store.Due{}, false
	}
	at, ok := o.Retry.Next(tries, o.Now())
	if !ok {
		o.notify(Notice{Kind: NoticeGivenUp, ID: d.ID, Tries: tries})
	}
	return store.Due{ID: d.ID, Target: a.Target, At: at.UTC().Truncate(time.Millisecond), Tries: tries}, ok
}

// retryQueues has one retryQueue for each target.
type retryQueues struct {
	now  func() time.Time
	life *lifetime
	send func(store.Due) // makes a retry

	mu       sync.Mutex
	byTarget map[string]*retryQueue
}

// schedule queues deliveries that are due at a time. Held deliveries have no time, so it skips them.
func (q *retryQueues) schedule(due []store.Due) {
	for _, d := range due {
		if !d.At.IsZero() {
			q.forTarget(d.Target).schedule(d)
		}
	}
}

// forTarget returns the queue of a target.
func (q *retryQueues) forTarget(target string) *retryQueue {
	q.mu.Lock()
	defer q.mu.Unlock()
	t := q.byTarget[target]
	if t == nil {
		t = &retryQueue{now: q.now, life: q.life, send: q.send, slots: make(chan struct{}, maxRetries), wake: make(chan struct{}, 1)}
		if q.byTarget == nil {
			q.byTarget = make(map[string]*retryQueue)
		}
		q.byTarget[target] = t
	}
	return t
}

// retryQueue sends the retries to one target when they are due. Each target has its own queue, so a target that hangs does not delay the
// others. The due times are rows in the log; the queue has a copy, earliest first, and a timer.
type retryQueue struct {
	now   func() time.Time
	life  *lifetime
	send  func(store.Due)
	slots chan struct{}

	mu      sync.Mutex
	due     []store.Due
	running bool
	wake    chan struct{} // signals that a retry is due before the timer fires
}

// schedule queues a retry.
func (t *retryQueue) schedule(d store.Due) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, _ := slices.BinarySearchFunc(t.due, d, func(a, b store.Due) int {
		if a.At.After(b.At) {
			return 1
		}
		return -1 // the older of two with the same time first
	})
	t.due = slices.Insert(t.due, at, d)
	select {
	case t.wake <- struct{}{}:
	default:
	}
	if !t.running {
		t.running = true
		t.life.background.Go(t.run)
	}
}

// run sends each retry when it is due. It returns when the queue is empty or the relay is drained.
func (t *retryQueue) run() {
	var sending sync.WaitGroup
	defer sending.Wait()
	for {
		due, ok := t.waitDue()
		if !ok {
			return
		}
		select {
		case t.slots <- struct{}{}:
		case <-t.life.drainCtx.Done():
			return
		}
		sending.Go(func() {
			defer func() { <-t.slots }()
			t.send(due)
		})
	}
}

// waitDue waits until the next retry is due and returns it. ok is false if there is none or the relay is drained.
func (t *retryQueue) waitDue() (due store.Due, ok bool) {
	for {
		t.mu.Lock()
		if len(t.due) == 0 || t.life.isDraining() {
			t.running = false
			t.mu.Unlock()
			return store.Due{}, false
		}
		due = t.due[0]
		left := due.At.Sub(t.now())
		if left <= 0 {
			t.due = slices.Delete(t.due, 0, 1)
			t.mu.Unlock()
			return due, true
		}
		t.mu.Unlock()
		t.sleep(left)
	}
}

func (t *retryQueue) sleep(left time.Duration) {
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.wake:
	case <-t.life.drainCtx.Done():
	}
}
