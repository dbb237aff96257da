package listen

import (
	"slices"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// expectation tracks the first deliveries of each awaited event since a moment, up to a count. Rejected and skipped deliveries
// don't count, because no handler gets them. A replay of a counted delivery doesn't count again.
type expectation struct {
	events []string // patterns
	count  int      // of each
	since  time.Time

	order []webhook.ID // in order of arrival
	rows  map[webhook.ID]webhook.Summary
}

func newExpectation(events []string, count int, since time.Time) *expectation {
	return &expectation{events: events, count: count, since: since, rows: map[webhook.ID]webhook.Summary{}}
}

// observe takes the current state of a delivery. Deliveries must first be observed in order of arrival.
func (x *expectation) observe(s webhook.Summary) {
	if s.ReceivedAt.Before(x.since) || !x.matches(s.Event) || !s.Status.Forwardable() {
		return
	}
	if _, ok := x.rows[s.ID]; !ok {
		if _, replayed := x.rows[s.ReplayOf]; replayed {
			return
		}
		x.order = append(x.order, s.ID)
	}
	x.rows[s.ID] = s
}

// knows reports whether a delivery was observed before and may count.
func (x *expectation) knows(id webhook.ID) bool {
	_, ok := x.rows[id]
	return ok
}

func (x *expectation) matches(event string) bool {
	return slices.ContainsFunc(x.events, func(pattern string) bool { return webhook.EventMatches(pattern, event) })
}

// tally counts the deliveries of one event by their state.
type tally struct {
	event                       string
	received, delivered, failed int
}

// tally counts the first deliveries of each event.
func (x *expectation) tally() []tally {
	out := make([]tally, len(x.events))
	for i, pattern := range x.events {
		out[i].event = pattern
		for _, id := range x.order {
			s := x.rows[id]
			if out[i].received == x.count || !webhook.EventMatches(pattern, s.Event) {
				continue
			}
			out[i].received++
			switch {
			case s.Failed():
				out[i].failed++
			case s.Status != webhook.StatusPending: // delivered, or resolved by a replay
				out[i].delivered++
			}
		}
	}
	return out
}

// counted returns the deliveries that tally counts.
func (x *expectation) counted() []webhook.Summary {
	perPattern := map[string]int{}
	var out []webhook.Summary
	for _, id := range x.order {
		s, counts := x.rows[id], false
		for _, pattern := range x.events {
			if webhook.EventMatches(pattern, s.Event) && perPattern[pattern] < x.count {
				perPattern[pattern]++
				counts = true
			}
		}
		if counts {
			out = append(out, s)
		}
	}
	return out
}

// Result is the state of a wait.
type Result string

// The results.
const (
	ResultOpen      Result = "waiting"
	ResultDelivered Result = "delivered"
	ResultRefused   Result = "refused" // or unreachable
	ResultTimedOut  Result = "timed_out"
)

// result returns ResultDelivered if every expected delivery was delivered, and ResultRefused if one of them failed.
func (x *expectation) result() Result {
	result := ResultDelivered
	for _, t := range x.tally() {
		if t.failed > 0 {
			return ResultRefused
		}
		if t.delivered < x.count {
			result = ResultOpen
		}
	}
	return result
}
