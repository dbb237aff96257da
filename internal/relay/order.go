package relay

import (
	"context"
	"sync"
)

// queues keeps the deliveries of one job in the order in which they arrived: each is sent when those before it have their answers.
// Different jobs do not wait for each other. The zero value is ready; a job without deliveries takes no memory.
type queues struct {
	mu   sync.Mutex
	last map[string]*turn // by job: the newest delivery's turn
}

// turn is a delivery's place in its job's queue. A nil turn waits for nothing.
type turn struct {
	queues *queues
	job    string
	before <-chan struct{} // closed when the one before is done; nil where there is none
	done   chan struct{}
}

// join takes the next place in the queue of a job, or none if the delivery has no job.
func (q *queues) join(job string) *turn {
	if job == "" {
		return nil
	}
	t := &turn{queues: q, job: job, done: make(chan struct{})}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.last == nil {
		q.last = make(map[string]*turn)
	}
	if before := q.last[job]; before != nil {
		t.before = before.done
	}
	q.last[job] = t
	return t
}

// wait returns when it is the delivery's turn, or when ctx is cancelled.
func (t *turn) wait(ctx context.Context) {
	if t == nil || t.before == nil {
		return
	}
	select {
	case <-t.before:
	case <-ctx.Done():
	}
}

// leave ends the delivery's turn. The next delivery of the job goes on once this one and all before it have left: a delivery that leaves
// early, because it could not be recorded or its caller is gone, does not let the next one overtake those before it. It is called once.
func (t *turn) leave() {
	if t == nil {
		return
	}
	if t.before != nil {
		select {
		case <-t.before:
		default:
			go func() {
				<-t.before
				t.end()
			}()
			return
		}
	}
	t.end()
}

func (t *turn) end() {
	t.queues.mu.Lock()
	if t.queues.last[t.job] == t {
		delete(t.queues.last, t.job)
	}
	t.queues.mu.Unlock()
	close(t.done)
}
