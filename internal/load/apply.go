package load

import (
	"iter"
	"math/rand/v2"
	"time"
)

// Shot is one sending to be made.
type Request[T any] struct {
	Item      T
	Number    int           // of the item, from 1, in the order of the source
	Copy      int           // of the item, from 1
	Delay     time.Duration // how long it waits before it is sent
	Truncated bool          // its body is cut short

	keptFraction float64 // the share of the body that is left where it is cut, below 1
}

// Body is what is sent of a body: all of it, or its beginning.
func (s Request[T]) Body(whole []byte) []byte {
	if !s.Truncated {
		return whole
	}
	return whole[:int(s.keptFraction*float64(len(whole)))]
}

// Stir makes sendings of items, with chaos: each is copied, groups are shuffled, then each sending by itself is delayed or cut short.
// The same items, chaos and seed give the same sendings; each kind of chaos rolls dice of its own, so that one more kind does not
// change what the others do. No more than a group is read ahead.
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

// dice has one die for each kind of chaos.
type rngs struct{ order, delay, cut *rand.Rand }

func newRNGs(seed uint64) rngs {
	die := func(kind uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, kind)) }
	return rngs{order: die(1), delay: die(2), cut: die(3)}
}

func (s *chaosApplier[T]) add(request Request[T]) bool {
	s.group = append(s.group, request)
	return len(s.group) < s.chaos.Shuffle || s.flush()
}

// flush sends the group on, in random order, and reports whether more is wanted.
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
