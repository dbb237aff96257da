package output

import (
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// WaitResult is what came of a wait.
type WaitResult struct {
	Outcome string // delivered, refused, timed_out
	Since   time.Time
	Count   int // how many of each event were waited for
	Events  []WaitEvent
	Others  []WaitOther // what came otherwise, where time was up
}

// WaitEvent is how the awaited deliveries of one event stand.
type WaitEvent struct {
	Event     string `json:"event"`
	Received  int    `json:"came"`
	Delivered int    `json:"delivered"`
	Failed    int    `json:"failed"`
}

// WaitOther counts deliveries that were not waited for, or not delivered.
type WaitOther struct {
	Event  string         `json:"event"`
	Status webhook.Status `json:"status"`
	Count  int            `json:"count"`
}

// WaitResult says nothing: the rows and the closing line do.
func (p *textPrinter) WaitResult(WaitResult) {}

type jsonWait struct {
	kind
	Outcome string      `json:"outcome"`
	Since   *jsonTime   `json:"since,omitempty"`
	Count   int         `json:"count"`
	Events  []WaitEvent `json:"events"`
	Instead []WaitOther `json:"instead,omitempty"`
}

// WaitResult says it as an object.
func (p *jsonPrinter) WaitResult(w WaitResult) {
	o := jsonWait{kind: of("wait"), Outcome: w.Outcome, Count: w.Count, Events: w.Events, Instead: w.Others}
	if !w.Since.IsZero() {
		since := jsonTime(w.Since)
		o.Since = &since
	}
	p.put(o)
}
