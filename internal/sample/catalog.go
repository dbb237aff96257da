package sample

import (
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Basis tells how a field is known.
type Basis string

// The ways in which a field is known.
const (
	Documented Basis = "documented" // Vidiking's documentation names it
	Invented   Basis = "sample"     // only the samples of this program have it
	Observed   Basis = "observed"   // deliveries in the log have it
)

// Event describes the payload of an event.
type Event struct {
	Name    string
	When    string // a few words without a period; empty if the event is not documented
	Payload Shape
}

// IsDocumented reports whether Vidiking documents the event.
func (e Event) IsDocumented() bool { return webhook.IsEvent(e.Name) }

// Catalog returns the documented events in the order of the documentation. Samples, schemas, types and docs are all made from it.
func Catalog() []Event {
	var all []Event
	for _, info := range webhook.Events() {
		all = append(all, Event{Name: info.Name, When: info.When, Payload: payloadOf(info.Name)})
	}
	return all
}

// payloadOf returns the shape of an event's payload. The envelope is documented (docs: Webhooks, Payload).
func payloadOf(event string) Shape {
	data := Shape{Types: Object, Fields: dataOf(event)}
	return Shape{Types: Object, Fields: []Field{
		{Name: "event", Basis: Documented, Description: "The name of the event.", Shape: Shape{Types: String, Values: []string{event}}},
		{Name: "timestamp", Basis: Documented, Description: "When it happened, in UTC.", Shape: Shape{Types: String, Format: "date-time"}, Example: `"2025-01-15T10:30:45Z"`},
		{Name: "data", Basis: Documented, Description: "What the event is about.", Shape: data},
	}}
}

// dataOf returns the fields of an event's data, in the order of its samples.
//
// Vidiking documents render.complete with an example, and its sample handlers read error from failed jobs and balance from
// wallet.low_balance. All other fields are invented in the same style. An example does not tell integers from other numbers.
func dataOf(event string) []Field {
	switch event {
	case webhook.EventRenderQueued:
		return []Field{jobID(Invented, "job"), status(Invented, "QUEUED")}
	case webhook.EventRenderProcessing:
		return []Field{jobID(Invented, "job"), status(Invented, "PROCESSING")}
	case webhook.EventRenderComplete: // fields, order and values of the documented example
		return []Field{
			jobID(Documented, "job"), status(Documented, "COMPLETE"),
			link(Documented, "The rendered video.", "https://cdn.vidiking.com/renders/job_abc123.mp4"),
			number(Documented, "duration", "The length of the video in seconds.", "10.5"),
			number(Documented, "credits_used", "The credits that the job cost.", "10"),
			number(Documented, "wallet_balance", "The balance after the job.", "4510"),
		}
	case webhook.EventRenderFailed:
		return []Field{jobID(Invented, "job"), status(Invented, "FAILED"), reason("a source of the timeline could not be read")}
	case webhook.EventAIComplete: // render.complete with the dimensions that POST /ai/image returns
		return []Field{
			jobID(Invented, "img"), status(Invented, "COMPLETE"),
			link(Invented, "The generated file.", "https://cdn.vidiking.com/images/img_abc123.png"),
			number(Invented, "width", "The width in pixels.", "1024"), number(Invented, "height", "The height in pixels.", "1024"),
			number(Invented, "credits_used", "The credits that the job cost.", "5"),
			number(Invented, "wallet_balance", "The balance after the job.", "4505"),
		}
	case webhook.EventAIFailed:
		return []Field{jobID(Invented, "img"), status(Invented, "FAILED"), reason("the model gave no result")}
	case webhook.EventWalletLowBalance:
		return []Field{
			number(Documented, "balance", "The balance. Only the name is documented.", "312"),
			number(Invented, "threshold", "The threshold that the balance dropped below.", "500"),
		}
	case webhook.EventWalletDeposit:
		return []Field{
			number(Invented, "amount", "The amount that was deposited.", "5000"),
			number(Invented, "wallet_balance", "The balance after the deposit.", "5312"),
		}
	default: // not documented
		return nil
	}
}

func jobID(b Basis, prefix string) Field {
	return Field{Name: "id", Basis: b, Description: "The id of the job.", Shape: Shape{Types: String}, Example: `"` + prefix + `_abc123"`}
}

// status returns the status of a job, one of those in a job's life cycle (docs: Jobs & Rendering).
func status(b Basis, now string) Field {
	return Field{
		Name: "status", Basis: b, Description: "The status of the job.", Example: `"` + now + `"`,
		Shape: Shape{Types: String, Values: []string{"QUEUED", "PROCESSING", "COMPLETE", "FAILED"}},
	}
}

func link(b Basis, description, example string) Field {
	return Field{Name: "url", Basis: b, Description: description, Shape: Shape{Types: String, Format: "uri"}, Example: `"` + example + `"`}
}

func number(b Basis, name, description, example string) Field {
	return Field{Name: name, Basis: b, Description: description, Shape: Shape{Types: Number}, Example: example}
}

func reason(example string) Field {
	return Field{
		Name: "error", Basis: Documented, Description: "Why the job failed. Only the name is documented.",
		Shape: Shape{Types: String}, Example: `"` + example + `"`,
	}
}

// exampleID is the part after the prefix of each id in an example (docs: Render, AI Image Generation).
const exampleID = "abc123"

// dataFor returns the sample data of an event for the job with the given id. Only ids vary, so tests of handlers can rely on the
// other values.
func dataFor(event, id string) string {
	_, drawn, _ := strings.Cut(id, "_")
	members := make([]string, 0, 8)
	for _, f := range dataOf(event) {
		members = append(members, `"`+f.Name+`":`+strings.ReplaceAll(f.Example, exampleID, drawn))
	}
	return "{" + strings.Join(members, ",") + "}"
}
