package load

import (
	"container/heap"
	"iter"
	"math"
	"time"
)

// timed is a sending with the moment in which it is due, counted from the start.
type scheduled[T any] struct {
	Request[T]
	due    time.Duration
	n      int  // in the order of the source
	queued bool // when it was handed out, as many as are allowed were under way
}

// latest is when a sending is due at the latest: as good as never, and no number that overflows.
const maxDue = 100 * 365 * 24 * time.Hour

// schedule gives each sending its time: the n-th is due n/rate seconds after the start, and its delay later. They come in the order in
// which they are due. Without a rate there is no such time, and they come as they are.
func schedule[T any](requests iter.Seq[Request[T]], rate float64) iter.Seq[scheduled[T]] {
	return func(yield func(scheduled[T]) bool) {
		var pending queue[T]
		n := 0
		for request := range requests {
			var slot time.Duration
			if rate > 0 {
				due := math.Round(float64(n) / rate * float64(time.Second)) // not summed up, so that no error is
				slot = time.Duration(min(due, float64(maxDue)))
			}
			t := scheduled[T]{Request: request, due: slot, n: n}
			if rate > 0 {
				t.due += request.Delay
			}
			pending.push(t)
			n++
			// What is due by now can't be overtaken any more: nothing to come is due before its own slot.
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

// queue is a heap of sendings, the one that is due first on top; of several, the one that came first.
type queue[T any] []scheduled[T]

func (q *queue[T]) push(t scheduled[T]) { heap.Push(q, t) }
func (q *queue[T]) pop() scheduled[T]   { return heap.Pop(q).(scheduled[T]) } // only these are pushed

// Len is the heap's.
func (q queue[T]) Len() int { return len(q) }

// Less is the heap's.
func (q queue[T]) Less(i, j int) bool {
	if q[i].due != q[j].due {
		return q[i].due < q[j].due
	}
	return q[i].n < q[j].n
}

// Swap is the heap's.
func (q queue[T]) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push is the heap's.
func (q *queue[T]) Push(x any) { *q = append(*q, x.(scheduled[T])) }

// Pop is the heap's.
func (q *queue[T]) Pop() any {
	last := len(*q) - 1
	t := (*q)[last]
	(*q)[last] = scheduled[T]{} // let go of its item
	*q = (*q)[:last]
	return t
}
