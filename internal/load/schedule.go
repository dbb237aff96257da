package load

import (
	"container/heap"
	"iter"
	"math"
	"time"
)

// scheduled is a request with its due time, relative to the start.
type scheduled[T any] struct {
	Request[T]
	due    time.Duration
	n      int  // position in the source
	queued bool // the maximum number of requests was in flight when it was dispatched
}

// maxDue limits due times to avoid overflow. It is practically never.
const maxDue = 100 * 365 * 24 * time.Hour

// schedule gives each request its due time: the n-th is due n/rate seconds after the start, plus its delay. It yields requests in the
// order of their due times. Without a rate, it keeps the order of the source.
func schedule[T any](requests iter.Seq[Request[T]], rate float64) iter.Seq[scheduled[T]] {
	return func(yield func(scheduled[T]) bool) {
		var pending queue[T]
		n := 0
		for request := range requests {
			var slot time.Duration
			if rate > 0 {
				due := math.Round(float64(n) / rate * float64(time.Second)) // computed from n, so rounding errors do not add up
				slot = time.Duration(min(due, float64(maxDue)))
			}
			t := scheduled[T]{Request: request, due: slot, n: n}
			if rate > 0 {
				t.due += request.Delay
			}
			pending.push(t)
			n++
			// These can be yielded: every later request is due at its own slot or after it.
			for len(pending) > 0 && pending[0].due <= slot {
				if !yield(pending.pop()) {
					return
				}
			}
		}
		for len(pending) > 0 {
			if !yield(pending.pop()) {
				return
			}
		}
	}
}

// queue is a heap of requests, ordered by due time, then by source position.
type queue[T any] []scheduled[T]

func (q *queue[T]) push(t scheduled[T]) { heap.Push(q, t) }
func (q *queue[T]) pop() scheduled[T]   { return heap.Pop(q).(scheduled[T]) } // the heap contains only this type

// Len implements heap.Interface.
func (q queue[T]) Len() int { return len(q) }

// Less implements heap.Interface.
func (q queue[T]) Less(i, j int) bool {
	if q[i].due != q[j].due {
		return q[i].due < q[j].due
	}
	return q[i].n < q[j].n
}

// Swap implements heap.Interface.
func (q queue[T]) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push implements heap.Interface.
func (q *queue[T]) Push(x any) { *q = append(*q, x.(scheduled[T])) }

// Pop implements heap.Interface.
func (q *queue[T]) Pop() any {
	last := len(*q) - 1
	t := (*q)[last]
	(*q)[last] = scheduled[T]{} // release the item
	*q = (*q)[:last]
	return t
}
