package listen

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestExpectationCountsTheFirstDeliveriesOfEachEvent(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 2, 14, 0, 0, 0, time.UTC)
	const complete, failed = webhook.EventRenderComplete, webhook.EventRenderFailed
	at := func(event string, status webhook.Status) webhook.Summary {
		return webhook.Summary{Event: event, Status: status, ReceivedAt: start}
	}
	before := at(complete, webhook.StatusDelivered)
	before.ReceivedAt = start.Add(-time.Millisecond)
	resolved := at(complete, webhook.StatusRefused)
	resolved.ResolvedBy = "dlv_1"
	repeats := at(complete, webhook.StatusDelivered)
	repeats.ReplayOf = "dlv_0"
	older := at(complete, webhook.StatusDelivered)
	older.ReplayOf = "dlv_before"
	for _, tc := range []struct {
		name   string
		events []string
		count  int
		seen   []webhook.Summary
		want   Result
		tally  []tally
	}{
		{"nothing", []string{complete}, 1, nil, ResultOpen, []tally{{complete, 0, 0, 0}}},
		{"delivered", []string{complete}, 1, []webhook.Summary{at(complete, webhook.StatusDelivered)}, ResultDelivered, []tally{{complete, 1, 1, 0}}},
		{"pending", []string{complete}, 1, []webhook.Summary{at(complete, webhook.StatusPending)}, ResultOpen, []tally{{complete, 1, 0, 0}}},
		{"refused", []string{complete}, 2, []webhook.Summary{at(complete, webhook.StatusRefused)}, ResultRefused, []tally{{complete, 1, 0, 1}}},
		{"unreachable", []string{complete}, 1, []webhook.Summary{at(complete, webhook.StatusUnreachable)}, ResultRefused, []tally{{complete, 1, 0, 1}}},
		{"timed out", []string{complete}, 1, []webhook.Summary{at(complete, webhook.StatusTimedOut)}, ResultRefused, []tally{{complete, 1, 0, 1}}},
		{"rejected and skipped did not arrive", []string{complete}, 1, []webhook.Summary{at(complete, webhook.StatusRejected), at(complete, webhook.StatusSkipped)}, ResultOpen, []tally{{complete, 0, 0, 0}}},
		{"another event", []string{complete}, 1, []webhook.Summary{at(failed, webhook.StatusDelivered)}, ResultOpen, []tally{{complete, 0, 0, 0}}},
		{"before", []string{complete}, 1, []webhook.Summary{before}, ResultOpen, []tally{{complete, 0, 0, 0}}},
		{"one of two", []string{complete}, 2, []webhook.Summary{at(complete, webhook.StatusDelivered)}, ResultOpen, []tally{{complete, 1, 1, 0}}},
		{"one of each of two", []string{complete, failed}, 1, []webhook.Summary{at(complete, webhook.StatusDelivered)}, ResultOpen, []tally{{complete, 1, 1, 0}, {failed, 0, 0, 0}}},
		{"a pattern matches several events", []string{"render.*"}, 2, []webhook.Summary{at(complete, webhook.StatusDelivered), at(failed, webhook.StatusDelivered)}, ResultDelivered, []tally{{"render.*", 2, 2, 0}}},
		{"a delivery counts for two patterns", []string{"*", "render.*"}, 1, []webhook.Summary{at(complete, webhook.StatusDelivered)}, ResultDelivered, []tally{{"*", 1, 1, 0}, {"render.*", 1, 1, 0}}},
		{"later deliveries do not count", []string{complete}, 1, []webhook.Summary{at(complete, webhook.StatusDelivered), at(complete, webhook.StatusRefused)}, ResultDelivered, []tally{{complete, 1, 1, 0}}},
		{"a resolved delivery was delivered", []string{complete}, 1, []webhook.Summary{resolved}, ResultDelivered, []tally{{complete, 1, 1, 0}}},
		{"a replay of a counted delivery does not count", []string{complete}, 2, []webhook.Summary{resolved, repeats}, ResultOpen, []tally{{complete, 1, 1, 0}}},
		{"a replay of an older delivery counts", []string{complete}, 1, []webhook.Summary{older}, ResultDelivered, []tally{{complete, 1, 1, 0}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newExpectation(tc.events, tc.count, start)
			for i, s := range tc.seen {
				s.ID = webhook.ID(fmt.Sprintf("dlv_%d", i))
				w.observe(s)
			}
			if got := w.result(); got != tc.want {
				t.Errorf("result: got %s, want %s", got, tc.want)
			}
			if diff := cmp.Diff(tc.tally, w.tally(), cmp.AllowUnexported(tally{})); diff != "" {
				t.Errorf("tally (-want +got):\n%s", diff)
			}
		})
	}
}

func TestExpectationFollowsChangesOfADelivery(t *testing.T) {
	t.Parallel()
	w := newExpectation([]string{"*"}, 1, time.Time{})
	s := webhook.Summary{ID: "dlv_1", Event: "ai.complete"}
	for _, step := range []struct {
		status   webhook.Status
		resolved webhook.ID
		want     Result
	}{
		{webhook.StatusPending, "", ResultOpen}, {webhook.StatusRefused, "", ResultRefused},
		{webhook.StatusRefused, "dlv_2", ResultDelivered}, {webhook.StatusDelivered, "", ResultDelivered},
	} {
		s.Status, s.ResolvedBy = step.status, step.resolved
		if w.observe(s); w.result() != step.want || len(w.counted()) != 1 {
			t.Errorf("%+v: got %s, want %s", step, w.result(), step.want)
		}
	}
}
