package relay

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestPercentilesAreWithinOnePercent(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var tally Tally
		took := make([]time.Duration, 1+random.IntN(2000))
		for i := range took {
			// Log-uniform between 10 µs and two hours.
			took[i] = time.Duration(math.Exp(math.Log(float64(minDuration)) + random.Float64()*math.Log(float64(2*time.Hour/minDuration))))
			tally.attempted(webhook.Attempt{Code: 200, Duration: took[i]})
		}
		slices.Sort(took)
		got := tally.Counts()
		for q, percentile := range map[float64]time.Duration{0.50: got.P50, 0.99: got.P99} {
			exact := took[int(math.Ceil(q*float64(len(took))))-1] // nearest rank
			if off := math.Abs(float64(percentile-exact)) / float64(exact); off > 0.01 {
				t.Errorf("of %d durations the %g quantile is %v, got %v: %.2f %% off, want at most 1 %%", len(took), q, exact, percentile, 100*off)
			}
		}
	}
}

func TestPercentilesOfExtremeDurationsAreClamped(t *testing.T) {
	tests := []struct {
		took     time.Duration
		from, to time.Duration
	}{
		{-time.Second, 0, minDuration},
		{0, 0, minDuration},
		{time.Nanosecond, 0, minDuration},
		{minDuration, 9 * time.Microsecond, minDuration},
		{1000 * time.Hour, 2 * time.Hour, 1000 * time.Hour},
		{math.MaxInt64, 2 * time.Hour, math.MaxInt64},
	}
	for _, test := range tests {
		var tally Tally
		tally.attempted(webhook.Attempt{Code: 200, Duration: test.took})
		if got := tally.Counts().P50; got < test.from || got > test.to {
			t.Errorf("of %v alone the median is %v, want between %v and %v", test.took, got, test.from, test.to)
		}
	}
}

func TestTheTallyCountsEveryStatus(t *testing.T) {
	var tally Tally
	if diff := cmp.Diff(Counts{}, tally.Counts()); diff != "" {
		t.Errorf("before anything (-want +got):\n%s", diff)
	}
	for status, n := range map[webhook.Status]int{webhook.StatusPending: 15, webhook.StatusRejected: 6, webhook.StatusSkipped: 7} {
		for range n {
			tally.received(status)
		}
	}
	for a, n := range map[*webhook.Attempt]int{
		{Code: 204}: 1, {Code: 500}: 2, {Failure: webhook.FailureRefused}: 3, {Failure: webhook.FailureTimeout}: 4,
		{Failure: webhook.FailureReset, Code: 200}: 5,
	} {
		for range n {
			tally.attempted(*a)
		}
	}
	want := Counts{Received: 28, Delivered: 1, Refused: 2, Unreachable: 8, TimedOut: 4, Rejected: 6, Skipped: 7}
	got := tally.Counts()
	got.P50, got.P99 = 0, 0
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOnlyCompleteResponsesCountForPercentiles(t *testing.T) {
	var tally Tally
	tally.attempted(webhook.Attempt{Failure: webhook.FailureRefused, Duration: time.Microsecond})
	tally.attempted(webhook.Attempt{Failure: webhook.FailureTimeout, Code: 200, Duration: time.Hour})
	if got := tally.Counts(); got.P50 != 0 || got.P99 != 0 {
		t.Errorf("without an answer: p50 %v, p99 %v; want 0", got.P50, got.P99)
	}
	tally.attempted(webhook.Attempt{Code: 500, Duration: time.Second})
	if got := tally.Counts(); got.P50 < 990*time.Millisecond || got.P99 > 1010*time.Millisecond {
		t.Errorf("with one of 1 s: p50 %v, p99 %v; want 1 s within 1 %%", got.P50, got.P99)
	}
}
