package relay

import (
	"context"
	"sync"
)

// jobQueues keeps the deliveries of each job in order of arrival: each is sent once those before it have their responses. Jobs don't wait
// for each other. The zero value is ready to use. A job without deliveries uses no memory.
type jobQueues struct {
	mu   sync.Mutex
	last map[string]*ticket // by job: the ticket of the newest delivery
}

// ticket is a delivery's place in the queue of its job. A nil ticket waits for nothing.
type ticket struct {
	queues   *jobQueues
	job      string
	previous <-chan struct{} // closed when the previous ticket is done; nil if there is none
	done     chan struct{}
}

// join adds a ticket to the queue of a job. It returns nil if the delivery has no job.
func (q *jobQueues) join(job string) *ticket {
	if job == "" {
		return nil
	}
	t := &ticket{queues: q, job: job, done: make(chan struct{})}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.last == nil {
		q.last = make(map[string]*ticket)
	}
	if before := q.last[job]; before != nil {
		t.previous = before.done
	}
	q.last[job] = t
	return t
}

// wait returns when all earlier deliveries of the job are done, or ctx is canceled.
func (t *ticket) wait(ctx context.Context) {
	if t == nil || t.previous == nil {
		return
	}
	select {
	case <-t.previous:
	case <-ctx.Done():
	}
}

// release ends the ticket. The next delivery of the job continues once this one and all before it are released. A delivery that ends
// early, because it could not be recorded or its caller left, does not let the next one overtake earlier ones. release is called once.
func (t *ticket) release() {
	if t == nil {
		return
	}
	if t.previous != nil {
		select {
		case <-t.previous:
		default:
			go func() {
				<-t.previous
				t.finish()
			}()
			return
		}
	}
	t.finish()
}

func (t *ticket) finish() {
	t.queues.mu.Lock()
	if t.queues.last[t.job] == t {
		delete(t.queues.last, t.job)
	}
	t.queues.mu.Unlock()
	close(t.done)
}
