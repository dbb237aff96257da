// Package retry sends things when they are due: Schedule computes the due times as the provider documents them, and Queue keeps them in a
// heap and calls back when a clock reaches them. The relay and the emulator use it.
//
// A Queue is a copy in memory. Callers keep the due times in the delivery log, and schedule them again after a restart.
package retry

import (
	"context"
	"sync"
	"time"
)

// Options configures a Queue. Clock, Send, Parallel and Done are required.
type Options[T any] struct {
	Clock    Clock
	Send     func(T)               // sends one value; runs in its own goroutine, and may schedule the next one
	Parallel func(lane string) int // the maximum number of concurrent calls of Send in a lane
	Go       func(func())          // starts a goroutine; nil: go
	Done     <-chan struct{}       // once it is closed, nothing more is sent
}

// Queue calls Send with each value once it is due. Values belong to lanes, such as targets: a lane in which Send takes long does not delay
// the others. Within a lane, values are sent in the order of their due times. A Queue has one timer and, per lane, only the goroutines
// that send. Its methods may be called concurrently.
type Queue[T any] struct {
	o    Options[T]
	wake chan struct{} // signals an item that is due before the timer fires

	mu      sync.Mutex
	due     dueHeap[T]
	seq     uint64
	lanes   map[string]*lane[T] // those with a goroutine that sends
	running bool
	settled chan struct{} // closed when nothing due is left; nil: nobody waits
}

// lane has the values of one lane that are due.
type lane[T any] struct {
	sending int // goroutines
	waiting []T // until a goroutine is free, earliest first
}

// New returns an empty Queue. It has no goroutine until something is scheduled.
func New[T any](o Options[T]) *Queue[T] {
	if o.Go == nil {
		o.Go = func(f func()) { go f() }
	}
	return &Queue[T]{o: o, wake: make(chan struct{}, 1), lanes: map[string]*lane[T]{}}
}

// Schedule adds a value that is due at a time.
func (q *Queue[T]) Schedule(name string, at time.Time, value T) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.seq++
	q.due.add(item[T]{at: at, seq: q.seq, lane: name, value: value})
	select {
	case q.wake <- struct{}{}:
	default:
	}
	if !q.running {
		q.running = true
		q.o.Go(q.run)
	}
}

// Next returns when the next value is due. ok is false if there is none. Values that are being sent do not count.
func (q *Queue[T]) Next() (at time.Time, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.due) == 0 {
		return time.Time{}, false
	}
	return q.due[0].at, true
}

// Len returns the number of values that are not due yet.
func (q *Queue[T]) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.due)
}

// Clear drops all values that are not being sent.
func (q *Queue[T]) Clear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.due = nil
	for _, l := range q.lanes {
		l.waiting = nil
	}
	q.noteSettled()
}

// Settle returns once everything that is due by now has been sent, including what Send scheduled meanwhile. It returns an error if ctx or
// Done ends first.
func (q *Queue[T]) Settle(ctx context.Context) error {
	for {
		q.mu.Lock()
		if q.isSettled() {
			q.mu.Unlock()
			return nil
		}
		if q.settled == nil {
			q.settled = make(chan struct{})
		}
		settled := q.settled
		q.mu.Unlock()
		select {
		case <-settled:
		case <-ctx.Done():
			return ctx.Err()
		case <-q.o.Done:
			return context.Canceled
		}
	}
}

// isSettled reports whether nothing due is left. The caller holds mu.
func (q *Queue[T]) isSettled() bool {
	return len(q.lanes) == 0 && (len(q.due) == 0 || q.due[0].at.After(q.o.Clock.Now()))
}

// noteSettled wakes the callers of Settle if nothing due is left. The caller holds mu.
func (q *Queue[T]) noteSettled() {
	if q.settled != nil && q.isSettled() {
		close(q.settled)
		q.settled = nil
	}
}

func (q *Queue[T]) isDone() bool {
	select {
	case <-q.o.Done:
		return true
	default:
		return false
	}
}

// run starts each send when it is due. It returns when the heap is empty or the queue is done.
func (q *Queue[T]) run() {
	for {
		at, ok := q.startDue()
		if !ok {
			return
		}
		q.o.Clock.WaitUntil(at, q.wake, q.o.Done)
	}
}

// startDue starts everything that is due, and returns when the next value is due. ok is false if there is none, or the queue is done.
func (q *Queue[T]) startDue() (next time.Time, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.due) > 0 && !q.isDone() {
		if at := q.due[0].at; at.After(q.o.Clock.Now()) {
			return at, true
		}
		q.start(q.due.remove())
	}
	q.running = false
	return time.Time{}, false
}

// start sends a value, or queues it if its lane is full. The caller holds mu.
func (q *Queue[T]) start(i item[T]) {
	l := q.lanes[i.lane]
	if l == nil {
		l = &lane[T]{}
		q.lanes[i.lane] = l
	}
	if l.sending == q.o.Parallel(i.lane) {
		l.waiting = append(l.waiting, i.value)
		return
	}
	l.sending++
	q.o.Go(func() { q.sendAll(i.lane, l, i.value) })
}

// sendAll sends a value, then those that wait in its lane.
func (q *Queue[T]) sendAll(name string, l *lane[T], value T) {
	for ok := true; ok; {
		q.o.Send(value)
		value, ok = q.nextIn(name, l)
	}
}

// nextIn returns the next value that waits in a lane. ok is false if there is none: the goroutine is then no longer counted.
func (q *Queue[T]) nextIn(name string, l *lane[T]) (value T, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(l.waiting) > 0 && !q.isDone() {
		value = l.waiting[0]
		clear(l.waiting[:1])
		l.waiting = l.waiting[1:]
		return value, true
	}
	if l.sending--; l.sending == 0 {
		delete(q.lanes, name)
	}
	q.noteSettled()
	return value, false
}
