package recording

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	lineVersion  = 1 // the "v" of a line: incremented only if a field changes its meaning or is removed
	deliveryType = "delivery"
	attemptType  = "attempt"
)

// Line is a complete delivery as one JSON object, as `webhooks export` and `webhooks show -o json` print it. docs/json.md documents its
// fields.
type Line struct {
	V              int             `json:"v"`
	Type           string          `json:"type" schema:"delivery"`
	ID             webhook.ID      `json:"id"`
	Event          Text            `json:"event"`
	Status         webhook.Status  `json:"status"`
	Verdict        webhook.Verdict `json:"verdict"`
	Origin         webhook.Origin  `json:"origin"`
	ReceivedAt     *moment         `json:"received_at"`
	About          Text            `json:"about"`
	BodyBytes      int64           `json:"body_bytes"`
	ReplayOf       webhook.ID      `json:"replay_of,omitempty"`
	ResolvedBy     webhook.ID      `json:"resolved_by,omitempty"`
	OldResolvedBy  webhook.ID      `json:"mended_by,omitempty" schema:"-"` // the name of resolved_by in older versions; never written
	SameBodyAs     webhook.ID      `json:"same_body_as,omitempty"`
	Masked         []Text          `json:"masked,omitempty"`
	Method         string          `json:"method,omitempty"`
	Path           Text            `json:"path,omitempty"`
	Rest           Text            `json:"rest,omitempty"`
	Query          Text            `json:"query,omitempty"`
	MaskedQuery    []Text          `json:"masked_query,omitempty"`
	Host           Text            `json:"host,omitempty"`
	Probe          bool            `json:"probe,omitempty"`
	ExpectedStatus Text            `json:"expected_status,omitempty"`
	Met            bool            `json:"met,omitempty"`
	Attempts       int             `json:"attempts"`
	Code           int             `json:"code,omitempty"`
	DurationMS     Millis          `json:"duration_ms,omitempty"`
	Session        Text            `json:"session,omitempty"`
	SecretHint     Text            `json:"secret_hint,omitempty"`
	Headers        pairs           `json:"headers"`
	BodySHA256     string          `json:"body_sha256"`
	BodyBase64     *[]byte         `json:"body_base64"`
	History        []attemptLine   `json:"history"`
}

type attemptLine struct {
	V           int             `json:"v"`
	Type        string          `json:"type" schema:"attempt"`
	DeliveryID  webhook.ID      `json:"delivery_id"`
	N           int             `json:"n"`
	Target      Text            `json:"target"`
	URL         Text            `json:"url,omitempty"`
	StartedAt   *moment         `json:"started_at"`
	Code        int             `json:"code,omitempty"`
	DurationMS  Millis          `json:"duration_ms"`
	ConnectMS   Millis          `json:"connect_ms,omitempty"`
	FirstByteMS Millis          `json:"first_byte_ms,omitempty"`
	Failure     webhook.Failure `json:"failure,omitempty"`
	Error       Text            `json:"error,omitempty"`
	Status      webhook.Status  `json:"status"`
	Masked      []Text          `json:"masked,omitempty"`
	responseFields
	oldResponseFields `schema:"-"`
}

// responseFields are the handler's response, as text or in base64.
type responseFields struct {
	Response  Text   `json:"response,omitempty"`
	Base64    []byte `json:"response_base64,omitempty"`
	Bytes     int64  `json:"response_bytes,omitempty"`
	Truncated bool   `json:"response_truncated,omitempty"`
	Headers   pairs  `json:"response_headers,omitempty"`
}

// oldResponseFields are the names of responseFields in older recordings. They are read but never written.
type oldResponseFields struct {
	Answer       Text   `json:"answer,omitempty"`
	AnswerBase64 []byte `json:"answer_base64,omitempty"`
	AnswerBytes  int64  `json:"answer_bytes,omitempty"`
	AnswerCut    bool   `json:"answer_cut,omitempty"`
	AnswerHeader pairs  `json:"answer_headers,omitempty"`
}

// readOldNames moves fields under old names to the current ones. A field under its current name takes precedence.
func (l *attemptLine) readOldNames() {
	l.Response = cmp.Or(l.Response, l.Answer)
	l.Bytes = cmp.Or(l.Bytes, l.AnswerBytes)
	l.Truncated = l.Truncated || l.AnswerCut
	if l.Base64 == nil {
		l.Base64 = l.AnswerBase64
	}
	if l.Headers == nil {
		l.Headers = l.AnswerHeader
	}
	l.oldResponseFields = oldResponseFields{}
}

// LineOf returns the delivery as a line.
func LineOf(d webhook.Delivery) Line {
	sum := sha256.Sum256(d.Body)
	body := d.Body
	if body == nil {
		body = []byte{} // nil would become null
	}
	l := Line{
		V: lineVersion, Type: deliveryType, ID: d.ID, Event: Text(d.Event), Status: d.Status, Verdict: d.Verdict, Origin: d.Origin,
		ReceivedAt: (*moment)(&d.ReceivedAt), About: Text(d.About), BodyBytes: d.BodyBytes, ReplayOf: d.ReplayOf, ResolvedBy: d.ResolvedBy,
		SameBodyAs: d.SameBodyAs, Masked: texts(d.Masked),
		Method: d.Method, Path: Text(d.Path), Rest: Text(d.Rest), Query: Text(d.Query), MaskedQuery: texts(d.MaskedQuery),
		Host: Text(d.Host), Probe: d.Probe, ExpectedStatus: Text(d.ExpectedStatus), Met: d.Met, Attempts: d.Attempts, Code: d.Code, DurationMS: Millis(d.Duration),
		Session: Text(d.Session), SecretHint: Text(d.SecretHint), Headers: pairsOf(d.Header),
		BodySHA256: hex.EncodeToString(sum[:]), BodyBase64: &body, History: make([]attemptLine, 0, len(d.History)),
	}
	for i, a := range d.History {
		l.History = append(l.History, attemptOf(d.ID, webhook.StatusOf(d.History[:i+1]), a))
	}
	return l
}

func attemptOf(id webhook.ID, status webhook.Status, a webhook.Attempt) attemptLine {
	l := attemptLine{
		V: lineVersion, Type: attemptType, DeliveryID: id, N: a.N, Target: Text(a.Target), URL: Text(a.RequestURL()), StartedAt: (*moment)(&a.StartedAt), Code: a.Code,
		DurationMS: Millis(a.Duration), ConnectMS: Millis(a.Connect), FirstByteMS: Millis(a.FirstByte), Failure: a.Failure,
		Error: Text(a.Error), Status: status, Masked: texts(a.Masked),
		responseFields: responseFields{Bytes: a.ResponseBytes, Truncated: a.ResponseTruncated, Headers: pairsOf(a.Header)},
	}
	if utf8.Valid(a.Response) {
		l.Response = Text(a.Response)
	} else {
		l.Base64 = a.Response
	}
	return l
}

// delivery returns the delivery of a valid line.
func (l *Line) delivery() webhook.Delivery {
	d := webhook.Delivery{
		Summary: webhook.Summary{
			ID: l.ID, Session: string(l.Session), ReceivedAt: timeOf(l.ReceivedAt), Origin: l.Origin, Event: webhook.Truncate(string(l.Event)), About: webhook.Truncate(string(l.About)),
			Status: l.Status, Verdict: l.Verdict, SecretHint: string(l.SecretHint), ReplayOf: l.ReplayOf, ResolvedBy: cmp.Or(l.ResolvedBy, l.OldResolvedBy),
			SameBodyAs: l.SameBodyAs, BodyBytes: l.BodyBytes, Masked: stringsOf(l.Masked), Attempts: len(l.History),
			Method: l.Method, Path: string(l.Path), Rest: string(l.Rest), Query: string(l.Query), MaskedQuery: stringsOf(l.MaskedQuery),
			Host: string(l.Host), Probe: l.Probe, ExpectedStatus: string(l.ExpectedStatus), Met: l.Met,
		},
		Header: l.Headers.header(), Body: *l.BodyBase64,
	}
	for i := range l.History {
		d.History = append(d.History, l.History[i].attempt())
	}
	last := webhook.Deciding(d.History)
	d.Target, d.Code, d.Duration, d.Failure = last.Target, last.Code, last.Duration, last.Failure
	return d
}

func (l *attemptLine) attempt() webhook.Attempt {
	a := webhook.Attempt{
		N: l.N, Target: string(l.Target), URL: string(l.URL), StartedAt: timeOf(l.StartedAt), Code: l.Code, Failure: l.Failure, Error: string(l.Error),
		Duration: duration(l.DurationMS), Connect: duration(l.ConnectMS), FirstByte: duration(l.FirstByteMS),
		Header: l.Headers.header(), Response: l.Base64, ResponseBytes: l.Bytes, ResponseTruncated: l.Truncated, Masked: stringsOf(l.Masked),
	}
	if a.URL == a.Target {
		a.URL = ""
	}
	if len(a.Response) == 0 {
		a.Response = []byte(l.Response)
	}
	return a
}
