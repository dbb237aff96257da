package webhookscmd

import (
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// awaited is what a wait waits for: the first so many deliveries of each event since a moment. A delivery that was rejected or skipped
// did not come, as far as the handler goes, and a replay of one that is among them is not another one.
type awaited struct {
	events []string // patterns
	count  int      // of each
	since  time.Time

	order []webhook.ID // in the order in which they were received
	rows  map[webhook.ID]webhook.Summary
}

func newAwaited(events []string, count int, since time.Time) *awaited {
	return &awaited{events: events, count: count, since: since, rows: map[webhook.ID]webhook.Summary{}}
}

// see takes in how a delivery stands now. They are seen in the order in which they were received first.
func (w *awaited) see(s webhook.Summary) {
	if s.ReceivedAt.Before(w.since) || !w.names(s.Event) || !s.Status.Forwardable() {
		return
	}
	if _, ok := w.rows[s.ID]; !ok {
		if _, repeats := w.rows[s.ReplayOf]; repeats {
			return
		}
		w.order = append(w.order, s.ID)
	}
	w.rows[s.ID] = s
}

func (w *awaited) names(event string) bool {
	for _, pattern := range w.events {
		if webhook.EventMatches(pattern, event) {
			return true
		}
	}
	return false
}

// tally is how the deliveries of one event stand.
type tally struct {
	event                   string
	came, delivered, failed int
}

// tally counts the first so many of each event.
func (w *awaited) tally() []tally {
	out := make([]tally, len(w.events))
	for i, pattern := range w.events {
		out[i].event = pattern
		for _, id := range w.order {
			s := w.rows[id]
			if out[i].came == w.count || !webhook.EventMatches(pattern, s.Event) {
				continue
			}
			out[i].came++
			switch {
			case s.Failed():
				out[i].failed++
			case s.Status != webhook.StatusPending: // delivered, or a replay of it was
				out[i].delivered++
			}
		}
	}
	return out
}

// Taken are the deliveries that tally counts.
func (w *awaited) Taken() []webhook.Summary {
	counted := map[string]int{}
	var out []webhook.Summary
	for _, id := range w.order {
		s, take := w.rows[id], false
		for _, pattern := range w.events {
			if webhook.EventMatches(pattern, s.Event) && counted[pattern] < w.count {
				counted[pattern]++
				take = true
			}
		}
		if take {
			out = append(out, s)
		}
	}
	return out
}

// Outcome is what came of a wait, as far as it is known.
type Outcome string

// The outcomes.
const (
	OutcomeOpen      Outcome = "waiting"
	outcomeDelivered Outcome = "delivered"
	outcomeRefused   Outcome = "refused" // or could not be reached
	OutcomeTimedOut  Outcome = "timed_out"
)

// outcome says whether all came and were delivered, or one of them was not, whatever may come yet.
func (w *awaited) outcome() Outcome {
	all := outcomeDelivered
	for _, t := range w.tally() {
		if t.failed > 0 {
			return outcomeRefused
		}
		if t.delivered < w.count {
			all = OutcomeOpen
		}
	}
	return all
}
