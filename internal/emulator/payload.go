package emulator

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// videoSeconds is the length of the video that the emulator serves.
const videoSeconds = 1

// member is a member of a JSON object.
type member struct {
	name  string
	value any
}

// object writes a JSON object as JSON.stringify does, because a documented handler hashes what JSON.stringify makes of the parsed body.
func object(members ...member) json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(stringify(m.name))
		b.WriteByte(':')
		b.Write(stringify(m.value))
	}
	b.WriteByte('}')
	return b.Bytes()
}

func stringify(value any) []byte {
	text, err := json.Marshal(value)
	if err == nil {
		text, err = jsontext.Stringify(text)
	}
	if err != nil {
		return []byte("null") // cannot happen: values are strings, numbers and objects
	}
	return text
}

// payload returns the body of an event (docs: Webhooks, Payload).
func payload(event string, at time.Time, data json.RawMessage) []byte {
	return object(member{"event", event}, member{"timestamp", at.UTC().Format(time.RFC3339)}, member{"data", data})
}

// jobData returns the data of a job's event, with the fields of the catalog of events.
func jobData(j *job, balance credits) json.RawMessage {
	all := []member{{"id", j.ID}, {"status", string(j.Status)}}
	switch j.Status {
	case StatusComplete:
		all = append(all, member{"url", j.URL})
		if j.Kind == kindRender {
			all = append(all, member{"duration", videoSeconds})
		}
		all = append(all, member{"credits_used", int64(j.Price)}, member{"wallet_balance", int64(balance)})
	case StatusFailed:
		all = append(all, member{"error", j.Error})
	}
	return object(all...)
}

func lowBalanceData(balance, threshold credits) json.RawMessage {
	return object(member{"balance", int64(balance)}, member{"threshold", int64(threshold)})
}

func depositData(amount, balance credits) json.RawMessage {
	return object(member{"amount", int64(amount)}, member{"wallet_balance", int64(balance)})
}

// isFinal reports whether a job ends with the event. A callback is notified of these (docs: Webhooks).
func isFinal(event string) bool {
	switch event {
	case webhook.EventRenderComplete, webhook.EventRenderFailed, webhook.EventAIComplete, webhook.EventAIFailed:
		return true
	}
	return false
}
