package output

import (
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// WaitResult is the result of a wait.
type WaitResult struct {
	Outcome string // delivered, refused, timed_out
	Since   time.Time
	Count   int // how many of each event were awaited
	Events  []WaitEvent
	Others  []WaitOther // other deliveries in the meantime, if the wait timed out
}

// WaitEvent is the result for one awaited event.
type WaitEvent struct {
	Event     string `json:"event"`
	Received  int    `json:"received"`
	Delivered int    `json:"delivered"`
	Failed    int    `json:"failed"`
}

// WaitOther counts deliveries that were not awaited or not delivered.
type WaitOther struct {
	Event  string         `json:"event"`
	Status webhook.Status `json:"status"`
	Count  int            `json:"count"`
}

// WaitResult prints nothing: rows and the closing line show the result.
func (p *textPrinter) WaitResult(WaitResult) {}

type jsonWait struct {
	kind
	Outcome string      `json:"outcome"`
	Since   *jsonTime   `json:"since,omitempty"`
	Count   int         `json:"count"`
	Events  []WaitEvent `json:"events"`
	Instead []WaitOther `json:"others,omitempty"`
}

// WaitResult writes the result as an object.
func (p *jsonPrinter) WaitResult(w WaitResult) {
	o := jsonWait{kind: of("wait"), Outcome: w.Outcome, Count: w.Count, Events: w.Events, Instead: w.Others}
	if !w.Since.IsZero() {
		since := jsonTime(w.Since)
		o.Since = &since
	}
	p.put(o)
}
