package load

import (
	"iter"
	"math/rand/v2"
	"time"
)

// Request is a request to be sent.
type Request[T any] struct {
	Item      T
	Number    int           // of the item, from 1, in source order
	Copy      int           // of the item, from 1
	Delay     time.Duration // wait before sending
	Truncated bool          // the body is truncated

	keptFraction float64 // remaining share of a truncated body, below 1
}

// Body returns the part of a body to send: all of it, or its beginning if it is truncated.
func (s Request[T]) Body(whole []byte) []byte {
	if !s.Truncated {
		return whole
	}
	return whole[:int(s.keptFraction*float64(len(whole)))]
}

// ApplyChaos turns items into requests and applies chaos: it copies each item, shuffles groups, then delays or truncates single requests.
// The result depends only on the items, the chaos and the seed. Each kind of chaos has its own random numbers, so adding one does not
// change the others. It reads at most one group ahead.
func ApplyChaos[T any](items iter.Seq[T], c Chaos, seed uint64) iter.Seq[Request[T]] {
	return func(yield func(Request[T]) bool) {
		s := chaosApplier[T]{chaos: c, rngs: newRNGs(seed), yield: yield}
		number := 0
		for item := range items {
			number++
			for n := range c.Copies() {
				if !s.add(Request[T]{Item: item, Number: number, Copy: n + 1}) {
					return
				}
			}
		}
		s.flush()
	}
}

type chaosApplier[T any] struct {
	chaos Chaos
	rngs  rngs
	group []Request[T]
	yield func(Request[T]) bool
}

// rngs has a random number generator for each kind of chaos.
type rngs struct{ order, delay, cut *rand.Rand }

func newRNGs(seed uint64) rngs {
	die := func(kind uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, kind)) }
	return rngs{order: die(1), delay: die(2), cut: die(3)}
}

func (s *chaosApplier[T]) add(request Request[T]) bool {
	s.group = append(s.group, request)
	return len(s.group) < s.chaos.Shuffle || s.flush()
}

// flush yields the group in random order and reports whether to continue.
func (s *chaosApplier[T]) flush() bool {
	s.rngs.order.Shuffle(len(s.group), func(i, j int) { s.group[i], s.group[j] = s.group[j], s.group[i] })
	for _, request := range s.group {
		if s.chaos.Delay > 0 {
			request.Delay = time.Duration(s.rngs.delay.Int64N(int64(s.chaos.Delay)))
		}
		if s.chaos.Truncate > 0 {
			request.Truncated = s.rngs.cut.IntN(s.chaos.Truncate) == 0
			request.keptFraction = s.rngs.cut.Float64()
		}
		if !s.yield(request) {
			return false
		}
	}
	s.group = s.group[:0]
	return true
}
