package output

import (
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Waited is what came of a wait.
type Waited struct {
	Outcome string // delivered, refused, timed_out
	Since   time.Time
	Count   int // how many of each event were waited for
	Events  []WaitedEvent
	Instead []WaitedInstead // what came otherwise, where time was up
}

// WaitedEvent is how the awaited deliveries of one event stand.
type WaitedEvent struct {
	Event     string `json:"event"`
	Came      int    `json:"came"`
	Delivered int    `json:"delivered"`
	Failed    int    `json:"failed"`
}

// WaitedInstead counts deliveries that were not waited for, or not delivered.
type WaitedInstead struct {
	Event  string         `json:"event"`
	Status webhook.Status `json:"status"`
	Count  int            `json:"count"`
}

// Waited says nothing: the rows and the closing line do.
func (p *textPrinter) Waited(Waited) {}

type jsonWaited struct {
	kind
	Outcome string          `json:"outcome"`
	Since   *jsonTime       `json:"since,omitempty"`
	Count   int             `json:"count"`
	Events  []WaitedEvent   `json:"events"`
	Instead []WaitedInstead `json:"instead,omitempty"`
}

// Waited says it as an object.
func (p *jsonPrinter) Waited(w Waited) {
	o := jsonWaited{kind: of("wait"), Outcome: w.Outcome, Count: w.Count, Events: w.Events, Instead: w.Instead}
	if !w.Since.IsZero() {
		since := jsonTime(w.Since)
		o.Since = &since
	}
	p.put(o)
}
