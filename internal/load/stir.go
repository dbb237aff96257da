package load

import (
	"iter"
	"math/rand/v2"
	"time"
)

// Shot is one sending to be made.
type Shot[T any] struct {
	Item   T
	Number int           // of the item, from 1, in the order of the source
	Copy   int           // of the item, from 1
	Delay  time.Duration // how long it waits before it is sent
	Cut    bool          // its body is cut short

	left float64 // the share of the body that is left where it is cut, below 1
}

// Body is what is sent of a body: all of it, or its beginning.
func (s Shot[T]) Body(whole []byte) []byte {
	if !s.Cut {
		return whole
	}
	return whole[:int(s.left*float64(len(whole)))]
}

// Stir makes sendings of items, with chaos: each is copied, groups are shuffled, then each sending by itself is delayed or cut short.
// The same items, chaos and seed give the same sendings; each kind of chaos rolls dice of its own, so that one more kind does not
// change what the others do. No more than a group is read ahead.
func Stir[T any](items iter.Seq[T], c Chaos, seed uint64) iter.Seq[Shot[T]] {
	return func(yield func(Shot[T]) bool) {
		s := stirring[T]{chaos: c, dice: rollDice(seed), yield: yield}
		number := 0
		for item := range items {
			number++
			for n := range c.Copies() {
				if !s.take(Shot[T]{Item: item, Number: number, Copy: n + 1}) {
					return
				}
			}
		}
		s.flush()
	}
}

type stirring[T any] struct {
	chaos Chaos
	dice  dice
	group []Shot[T]
	yield func(Shot[T]) bool
}

// dice has one die for each kind of chaos.
type dice struct{ order, delay, cut *rand.Rand }

func rollDice(seed uint64) dice {
	die := func(kind uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, kind)) }
	return dice{order: die(1), delay: die(2), cut: die(3)}
}

func (s *stirring[T]) take(shot Shot[T]) bool {
	s.group = append(s.group, shot)
	return len(s.group) < s.chaos.Shuffle || s.flush()
}

// flush sends the group on, in random order, and reports whether more is wanted.
func (s *stirring[T]) flush() bool {
	s.dice.order.Shuffle(len(s.group), func(i, j int) { s.group[i], s.group[j] = s.group[j], s.group[i] })
	for _, shot := range s.group {
		if s.chaos.Delay > 0 {
			shot.Delay = time.Duration(s.dice.delay.Int64N(int64(s.chaos.Delay)))
		}
		if s.chaos.Truncate > 0 {
			shot.Cut = s.dice.cut.IntN(s.chaos.Truncate) == 0
			shot.left = s.dice.cut.Float64()
		}
		if !s.yield(shot) {
			return false
		}
	}
	s.group = s.group[:0]
	return true
}
