package webhook_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestStatusOfAttemptFollowsItsResponse(t *testing.T) {
	tests := []struct {
		attempt webhook.Attempt
		want    webhook.Status
	}{
		{webhook.Attempt{Code: 200}, webhook.StatusDelivered},
		{webhook.Attempt{Code: 299}, webhook.StatusDelivered},
		{webhook.Attempt{Code: 199}, webhook.StatusRefused},
		{webhook.Attempt{Code: 300}, webhook.StatusRefused},
		{webhook.Attempt{Code: 401}, webhook.StatusRefused},
		{webhook.Attempt{Code: 500}, webhook.StatusRefused},
		{webhook.Attempt{}, webhook.StatusUnreachable},
		{webhook.Attempt{Failure: webhook.FailureRefused}, webhook.StatusUnreachable},
		{webhook.Attempt{Failure: webhook.FailureTimeout}, webhook.StatusTimedOut},
		{webhook.Attempt{Failure: webhook.FailureTimeout, Code: 200}, webhook.StatusTimedOut}, // the response body did not arrive in time
		{webhook.Attempt{Failure: webhook.FailureReset, Code: 200}, webhook.StatusUnreachable},
	}
	for _, test := range tests {
		if got := test.attempt.Status(); got != test.want {
			t.Errorf("%+v.Status() = %s, want %s", test.attempt, got, test.want)
		}
	}
}

func TestStatusOfUsesTheLatestPerTargetAndTheWorst(t *testing.T) {
	to := func(target string, code int) webhook.Attempt { return webhook.Attempt{Target: target, Code: code} }
	late := webhook.Attempt{Target: "a", Failure: webhook.FailureTimeout}
	tests := []struct {
		name     string
		attempts []webhook.Attempt
		want     webhook.Status
	}{
		{"none", nil, webhook.StatusPending},
		{"one delivered", []webhook.Attempt{to("a", 200)}, webhook.StatusDelivered},
		{"refused, then delivered", []webhook.Attempt{to("a", 401), to("a", 200)}, webhook.StatusDelivered},
		{"delivered, then refused", []webhook.Attempt{to("a", 200), to("a", 401)}, webhook.StatusRefused},
		{"two targets, one refused", []webhook.Attempt{to("b", 500), to("a", 200)}, webhook.StatusRefused},
		{"refused and timed out", []webhook.Attempt{late, to("b", 500)}, webhook.StatusTimedOut},
		{"timed out and unreachable", []webhook.Attempt{to("b", 0), late}, webhook.StatusUnreachable},
		{"resolved at the unreachable target", []webhook.Attempt{to("b", 0), to("a", 500), to("b", 200)}, webhook.StatusRefused},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := webhook.StatusOf(test.attempts); got != test.want {
				t.Errorf("StatusOf(%+v) = %s, want %s", test.attempts, got, test.want)
			}
		})
	}
}

// Laws of a delivery's status, checked on random attempts.
func TestStatusOfDependsOnTheLatestAttempts(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		attempts := randomAttempts(random)
		got := webhook.StatusOf(attempts)
		latest := map[string]webhook.Attempt{}
		for _, a := range attempts {
			latest[a.Target] = a
		}
		allDelivered, some := len(latest) > 0, false
		for _, a := range latest {
			allDelivered = allDelivered && a.Status() == webhook.StatusDelivered
			some = some || a.Status() == got
		}
		if (got == webhook.StatusDelivered) != allDelivered {
			t.Fatalf("StatusOf(%+v) = %s, want delivered only if the latest attempt at each target is", attempts, got)
		}
		if len(attempts) > 0 && !some {
			t.Fatalf("StatusOf(%+v) = %s, but no target's latest attempt has that status", attempts, got)
		}
		if again := webhook.StatusOf(append(slices.Clone(attempts), attempts[max(0, len(attempts)-1):]...)); again != got {
			t.Fatalf("StatusOf(%+v) = %s, but %s with the last one twice", attempts, got, again)
		}
	}
}

func TestAnotherTargetNeverImprovesTheStatus(t *testing.T) {
	order := []webhook.Status{
		webhook.StatusPending, webhook.StatusDelivered, webhook.StatusRefused, webhook.StatusTimedOut, webhook.StatusUnreachable,
	}
	random := rand.New(rand.NewPCG(7, 8))
	for range 2000 {
		attempts := randomAttempts(random)
		further := randomAttempt(random)
		further.Target = "another"
		before, after := webhook.StatusOf(attempts), webhook.StatusOf(append(slices.Clone(attempts), further))
		if slices.Index(order, after) < slices.Index(order, before) {
			t.Fatalf("StatusOf(%+v) = %s, but %s with %+v at another target", attempts, before, after, further)
		}
	}
}

func randomAttempts(random *rand.Rand) []webhook.Attempt {
	attempts := make([]webhook.Attempt, random.IntN(8))
	for i := range attempts {
		attempts[i] = randomAttempt(random)
	}
	return attempts
}

func randomAttempt(random *rand.Rand) webhook.Attempt {
	a := webhook.Attempt{Target: string(rune('a' + random.IntN(3)))}
	switch random.IntN(4) {
	case 0:
		a.Failure = webhook.FailureTimeout
	case 1:
		a.Failure = webhook.FailureRefused
	default:
		a.Code = 100 * (1 + random.IntN(5))
	}
	return a
}

func TestStatusPredicates(t *testing.T) {
	tests := []struct {
		status              webhook.Status
		failed, forwardable bool
	}{
		{webhook.StatusPending, false, true},
		{webhook.StatusDelivered, false, true},
		{webhook.StatusRefused, true, true},
		{webhook.StatusUnreachable, true, true},
		{webhook.StatusTimedOut, true, true},
		{webhook.StatusRejected, false, false},
		{webhook.StatusSkipped, false, false},
	}
	for _, test := range tests {
		if got := test.status.Failed(); got != test.failed {
			t.Errorf("%s.Failed() = %t, want %t", test.status, got, test.failed)
		}
		if got := test.status.Forwardable(); got != test.forwardable {
			t.Errorf("%s.Forwardable() = %t, want %t", test.status, got, test.forwardable)
		}
		if !slices.Contains(webhook.Statuses(), test.status) {
			t.Errorf("Statuses() = %s, want %s among them", webhook.Statuses(), test.status)
		}
	}
	if got := len(webhook.Statuses()); got != len(tests) {
		t.Errorf("Statuses() has %d, want %d", got, len(tests))
	}
}

func TestDeliveryIsFailedUntilItIsResolved(t *testing.T) {
	tests := []struct {
		summary webhook.Summary
		want    bool
	}{
		{webhook.Summary{Status: webhook.StatusRefused}, true},
		{webhook.Summary{Status: webhook.StatusUnreachable}, true},
		{webhook.Summary{Status: webhook.StatusTimedOut}, true},
		{webhook.Summary{Status: webhook.StatusRefused, ResolvedBy: "dlv_x7r3kn0000"}, false},
		{webhook.Summary{Status: webhook.StatusDelivered}, false},
		{webhook.Summary{Status: webhook.StatusRejected}, false},
		{webhook.Summary{Status: webhook.StatusPending}, false},
	}
	for _, test := range tests {
		if got := test.summary.Failed(); got != test.want {
			t.Errorf("%s resolved by %q: Failed() = %t, want %t", test.summary.Status, test.summary.ResolvedBy, got, test.want)
		}
	}
}

func TestDeliveryOfTheSameBytesIsRepeated(t *testing.T) {
	tests := []struct {
		summary webhook.Summary
		want    bool
	}{
		{webhook.Summary{}, false},
		{webhook.Summary{ReplayOf: "dlv_x7r3kn0000"}, true},
		{webhook.Summary{SameBodyAs: "dlv_x7r3kn0000"}, true},
	}
	for _, test := range tests {
		if got := test.summary.Repeated(); got != test.want {
			t.Errorf("%+v.Again() = %t, want %t", test.summary, got, test.want)
		}
	}
}
