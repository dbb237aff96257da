package tunnel

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestPausesDoubleUpToACapAndAreSpread(t *testing.T) {
	t.Parallel()
	lowest, highest := pace{random: func() float64 { return 0 }}, pace{random: func() float64 { return 0.999999 }}
	want := firstPause
	for try := range 40 {
		low, high := lowest.next(), highest.next()
		if low != want/2 || high < want-time.Millisecond || high > want {
			t.Fatalf("try %d: got %v to %v, want %v to %v", try, low, high, want/2, want)
		}
		want = min(2*want, lastPause)
	}
	lowest.reset()
	if got := lowest.next(); got != firstPause/2 {
		t.Errorf("after a reset: got %v, want %v", got, firstPause/2)
	}
}

func TestNoTwoClientsComeBackAtOnce(t *testing.T) {
	t.Parallel()
	seen := map[time.Duration]bool{}
	for seed := range uint64(50) {
		p := pace{random: rand.New(rand.NewPCG(seed, 0)).Float64}
		seen[p.next()] = true
	}
	if len(seen) < 45 {
		t.Errorf("50 clients wait only %d different times", len(seen))
	}
}
