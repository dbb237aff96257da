package output

import (
	"encoding/json"
	"io"

	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

type jsonDiff struct {
	kind
	Before   webhook.ID         `json:"before"`
	After    webhook.ID         `json:"after"`
	Same     bool               `json:"same"`
	Request  []jsonHeaderChange `json:"request,omitempty"`
	Headers  []jsonHeaderChange `json:"headers,omitempty"`
	Masked   []string           `json:"masked,omitempty"`
	Body     jsonBodyDiff       `json:"body"`
	Response *jsonResponseDiff  `json:"response,omitempty"`
}

type jsonHeaderChange struct {
	Name   string   `json:"name"`
	Before []string `json:"before,omitempty"`
	After  []string `json:"after,omitempty"`
}

type jsonBodyDiff struct {
	Same        bool              `json:"same"`
	BeforeBytes int64             `json:"before_bytes"`
	AfterBytes  int64             `json:"after_bytes"`
	Offset      *int64            `json:"offset,omitempty"`
	JSON        bool              `json:"json,omitempty"`
	Values      []jsonValueChange `json:"values,omitempty"`
	Reordered   []string          `json:"reordered,omitempty"`
	Rewritten   bool              `json:"rewritten,omitempty"`
}

type jsonValueChange struct {
	Path   string          `json:"path"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

type jsonResponseDiff struct {
	Same    bool               `json:"same"`
	Before  *jsonOutcome       `json:"before,omitempty"`
	After   *jsonOutcome       `json:"after,omitempty"`
	Headers []jsonHeaderChange `json:"headers,omitempty"`
	Masked  []string           `json:"masked,omitempty"`
	Body    jsonBodyDiff       `json:"body"`
}

type jsonOutcome struct {
	Code    int             `json:"code,omitempty"`
	Failure webhook.Failure `json:"failure,omitempty"`
}

func diffJSON(w io.Writer, c Comparison) error {
	d := c.Difference
	o := jsonDiff{kind: of("diff"), Before: c.Before.ID, After: c.After.ID, Same: c.Same(), Body: bodyDiffObject(d.Body)}
	if c.Parts == DiffAll {
		o.Request = headerChangeObjects(d.Request)
		o.Headers, o.Masked, o.Response = headerChangeObjects(d.Headers), d.Unknown, responseDiffObject(d.Response)
	}
	return newEncoder(w).Encode(o)
}

func headerChangeObjects(changes []recording.HeaderChange) []jsonHeaderChange {
	out := make([]jsonHeaderChange, 0, len(changes))
	for _, c := range changes {
		out = append(out, jsonHeaderChange(c))
	}
	return out
}

func bodyDiffObject(b recording.BodyDifference) jsonBodyDiff {
	o := jsonBodyDiff{
		Same: b.Same(), BeforeBytes: b.BeforeBytes, AfterBytes: b.AfterBytes, JSON: b.JSON, Reordered: b.Reordered, Rewritten: b.Rewritten(),
	}
	if !b.Same() {
		o.Offset = &b.Offset
	}
	for _, v := range b.Values {
		o.Values = append(o.Values, jsonValueChange{v.Path, v.Before, v.After})
	}
	return o
}

func responseDiffObject(a *recording.ResponseDifference) *jsonResponseDiff {
	if a == nil {
		return nil
	}
	return &jsonResponseDiff{
		Same: a.Same(), Before: outcomeObject(a.Before), After: outcomeObject(a.After),
		Headers: headerChangeObjects(a.Headers), Masked: a.Unknown, Body: bodyDiffObject(a.Body),
	}
}

func outcomeObject(a *webhook.Attempt) *jsonOutcome {
	if a == nil {
		return nil
	}
	return &jsonOutcome{a.Code, a.Failure}
}
