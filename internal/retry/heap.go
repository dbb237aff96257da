package retry

import (
	"container/heap"
	"time"
)

// item is a send that is due at a time.
type item[T any] struct {
	at    time.Time
	seq   uint64 // items with the same time keep the order in which they were scheduled
	lane  string
	value T
}

// dueHeap is a heap of items, earliest first. It implements heap.Interface.
type dueHeap[T any] []item[T]

func (h dueHeap[T]) Len() int      { return len(h) }
func (h dueHeap[T]) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

func (h dueHeap[T]) Less(i, j int) bool {
	if c := h[i].at.Compare(h[j].at); c != 0 {
		return c < 0
	}
	return h[i].seq < h[j].seq
}

// Push implements heap.Interface.
func (h *dueHeap[T]) Push(x any) { *h = append(*h, x.(item[T])) }

// Pop implements heap.Interface.
func (h *dueHeap[T]) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = item[T]{}
	*h = old[:len(old)-1]
	return last
}

func (h *dueHeap[T]) add(i item[T])   { heap.Push(h, i) }
func (h *dueHeap[T]) remove() item[T] { return heap.Pop(h).(item[T]) }
