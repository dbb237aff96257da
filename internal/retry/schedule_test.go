package retry_test

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vidiking/vidiking-cli/internal/retry"
)

func TestScheduleMatchesTheProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var waited []time.Duration
		tries := 1
		for at, ok := (retry.Schedule{}).Next(tries, time.Now()); ok; at, ok = (retry.Schedule{}).Next(tries, time.Now()) {
			waited = append(waited, time.Until(at))
			time.Sleep(time.Until(at)) // fake time
			tries++
		}
		want := []time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour}
		if len(waited) != len(want) {
			t.Fatalf("retried after %v, want %v", waited, want)
		}
		for i := range want {
			if waited[i] != want[i] {
				t.Errorf("retry %d came after %v, want %v", i+1, waited[i], want[i])
			}
		}
		// The last retry is 7 h 12 min 30 s after the first attempt.
		if took := time.Since(began); took != 7*time.Hour+12*time.Minute+30*time.Second {
			t.Errorf("gave up after %v, want 7h12m30s", took)
		}
	})
}

// The schedule is finite, never goes back in time, and speed only scales it.
func TestSpeedScalesTheSchedule(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	last := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for range 1000 {
		speed := random.Float64()*1000 + 0.01
		tries := random.IntN(10) - 2
		slow, ok := retry.Schedule{}.Next(tries, last)
		fast, okFast := retry.Schedule{Speed: speed}.Next(tries, last)
		if ok != okFast || ok != (tries >= 1 && tries <= retry.Schedule{}.Retries()) {
			t.Fatalf("after %d tries: %t, and %t at speed %v; want the same, and true for the first five", tries, ok, okFast, speed)
		}
		if !ok {
			continue
		}
		if want := time.Duration(float64(slow.Sub(last)) / speed); fast.Sub(last) != want || fast.Before(last) {
			t.Fatalf("after %d tries at speed %v: %v, want %v", tries, speed, fast.Sub(last), want)
		}
	}
}

func TestTinySpeedDelaysRetries(t *testing.T) {
	now := time.Date(2026, 3, 2, 14, 0, 0, 0, time.UTC)
	for _, speed := range []float64{1e-6, 1e-12, 5e-324} {
		if at, ok := (retry.Schedule{Speed: speed}).Next(1, now); !ok || at.Before(now.Add(30*time.Second)) {
			t.Errorf("speed %g: got the second attempt at %v, %t; want long after %v", speed, at, ok, now)
		}
	}
}
