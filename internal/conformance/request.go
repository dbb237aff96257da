package conformance

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// requester makes the requests of a case.
type requester struct {
	run    *battery
	source *sample.Source
	err    error // why the case cannot go on: a request could not be made or recorded
}

// payload returns a new sample of an event.
func (q *requester) payload(event string) []byte {
	body, err := q.source.Payload(event)
	if err != nil && q.err == nil {
		q.err = err
	}
	return body
}

// complete returns the documented example with a new id and the current time.
func (q *requester) complete() []byte { return q.payload(webhook.EventRenderComplete) }

// signed returns a request with the correct signature, in the form that the handler accepts.
func (q *requester) signed(body []byte) Request {
	return q.with(body, signature.Sign(q.run.options.Secret, body, q.run.form))
}

// with returns a request with some signature headers.
func (q *requester) with(body []byte, signatures ...string) Request {
	h := webhook.Header{{Name: "Content-Type", Value: "application/json"}}
	for _, s := range signatures {
		h = append(h, webhook.Field{Name: webhook.SignatureHeader, Value: s})
	}
	return Request{Header: h, Body: body, Shape: dispatch.Shape{NewConnections: true}}
}

// inForm returns hex digits in the form that the handler accepts.
func (q *requester) inForm(digits string) string {
	if q.run.form == signature.StyleBare {
		return digits
	}
	return prefix + digits
}

// digits returns the correct signature without its prefix.
func (q *requester) digits(body []byte) string {
	return hex.EncodeToString(digest(sha256.New, q.run.options.Secret.Reveal(), body))
}

// replaced returns a body with one text replaced by another.
func replaced(body []byte, old, by string) []byte {
	return bytes.Replace(body, []byte(old), []byte(by), 1)
}
