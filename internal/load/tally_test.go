package load_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/load"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func result(status webhook.Status, code int, wrong string, took time.Duration) load.Result {
	return load.Result{Response: load.Response{Status: status, Attempt: webhook.Attempt{Code: code}, Failure: wrong}, Took: took}
}

func TestReport(t *testing.T) {
	t.Parallel()
	tally := load.NewTally(10)
	for range 3 {
		tally.Add(result(webhook.StatusDelivered, 200, "", 3*time.Millisecond))
	}
	tally.Add(result(webhook.StatusRefused, 500, "500 refused", 40*time.Millisecond))
	tally.Add(result(webhook.StatusRefused, 503, "503 refused", 1500*time.Microsecond))
	tally.Add(result(webhook.StatusRefused, 503, "503 refused", time.Millisecond))
	tally.Add(result(webhook.StatusUnreachable, 0, "unreachable", time.Nanosecond))
	tally.Add(result("", 0, "not taken", time.Nanosecond))
	tally.Add(result(webhook.StatusRejected, 401, "rejected", time.Nanosecond))
	if sent, wrong := tally.Progress(); sent != 9 || wrong != 6 {
		t.Errorf("Progress: got %d, %d, want 9, 6", sent, wrong)
	}
	r := tally.Report(2 * time.Second)
	if r.Sent != 9 || r.Failed != 6 || r.NotRecorded != 1 || r.PerSecond() != 4.5 {
		t.Errorf("got %+v", r)
	}
	if diff := cmp.Diff(map[int]int{200: 3, 500: 1, 503: 2}, r.Codes); diff != "" {
		t.Errorf("codes of the handler only (-want +got):\n%s", diff)
	}
	want := map[webhook.Status]int{webhook.StatusDelivered: 3, webhook.StatusRefused: 3, webhook.StatusUnreachable: 1, webhook.StatusRejected: 1}
	if diff := cmp.Diff(want, r.Statuses); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	if r.Reasons[0].Failure != "503 refused" || r.Reasons[0].Count != 2 || len(r.Reasons) != 5 {
		t.Errorf("reasons: got %+v, want the most frequent first, without duplicates", r.Reasons)
	}
	if r.Took != (load.Percentiles{P50: 3 * time.Millisecond, P90: 40 * time.Millisecond, P99: 40 * time.Millisecond, Max: 40 * time.Millisecond}) {
		t.Errorf("took: got %+v, want only requests that the handler answered or that timed out", r.Took)
	}
	buckets := []load.Bucket{
		{UpTo: time.Millisecond, Count: 1}, {UpTo: 2 * time.Millisecond, Count: 1}, {UpTo: 5 * time.Millisecond, Count: 3},
		{UpTo: 10 * time.Millisecond}, {UpTo: 20 * time.Millisecond}, {UpTo: 50 * time.Millisecond, Count: 1},
	}
	if diff := cmp.Diff(buckets, r.Buckets); diff != "" {
		t.Errorf("histogram (-want +got):\n%s", diff)
	}
}

func TestEmptyReport(t *testing.T) {
	t.Parallel()
	r := load.NewTally(0).Report(0)
	if r.Took != (load.Percentiles{}) || r.Buckets != nil || r.PerSecond() != 0 {
		t.Errorf("got %+v", r)
	}
}

func TestReasonsAreBounded(t *testing.T) {
	t.Parallel()
	tally := load.NewTally(0)
	for i := range 1000 {
		tally.Add(result(webhook.StatusRefused, 500, fmt.Sprint(i), time.Second))
	}
	r := tally.Report(time.Second)
	if got := len(r.Reasons) + r.OtherFailures; got != 1000 || len(r.Reasons) != 20 {
		t.Errorf("got %d reasons and %d others, want 20 and 980", len(r.Reasons), r.OtherFailures)
	}
}

// A percentile of n measurements is one of them. At least that percentage is at or below it, and less is below it.
func TestPercentilesAreMeasurements(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(1, 1))
	for n := 1; n < 300; n++ {
		tally := load.NewTally(n)
		var all []time.Duration
		for range n {
			d := time.Duration(dice.IntN(50)+1) * time.Millisecond
			all = append(all, d)
			tally.Add(result(webhook.StatusDelivered, 200, "", d))
		}
		r := tally.Report(time.Second)
		count := 0
		for _, b := range r.Buckets {
			count += b.Count
		}
		if count != n {
			t.Fatalf("of %d measurements, the histogram counts %d", n, count)
		}
		for percent, p := range map[int]time.Duration{50: r.Took.P50, 90: r.Took.P90, 99: r.Took.P99, 100: r.Took.Max} {
			atMost, below := 0, 0
			for _, d := range all {
				if d <= p {
					atMost++
				}
				if d < p {
					below++
				}
			}
			if !slices.Contains(all, p) || atMost*100 < percent*n || below*100 >= percent*n {
				t.Fatalf("of %d measurements, p%d is %s: %d are at or below it, %d below", n, percent, p, atMost, below)
			}
		}
	}
}
