package tunnel

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestDelaysDoubleUpToACapWithJitter(t *testing.T) {
	t.Parallel()
	lowest, highest := backoff{random: func() float64 { return 0 }}, backoff{random: func() float64 { return 0.999999 }}
	want := initialDelay
	for try := range 40 {
		low, high := lowest.next(), highest.next()
		if low != want/2 || high < want-time.Millisecond || high > want {
			t.Fatalf("attempt %d: got %v to %v, want %v to %v", try, low, high, want/2, want)
		}
		want = min(2*want, maxDelay)
	}
	lowest.reset()
	if got := lowest.next(); got != initialDelay/2 {
		t.Errorf("after a reset: got %v, want %v", got, initialDelay/2)
	}
}

func TestClientsRetryAtDifferentTimes(t *testing.T) {
	t.Parallel()
	seen := map[time.Duration]bool{}
	for seed := range uint64(50) {
		p := backoff{random: rand.New(rand.NewPCG(seed, 0)).Float64}
		seen[p.next()] = true
	}
	if len(seen) < 45 {
		t.Errorf("50 clients wait only %d different times", len(seen))
	}
}
