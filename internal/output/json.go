package output

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"time"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/explain"
	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// jsonVersion is the "v" of every object. It would only grow if a field were removed or changed its meaning.
// docs/json.md documents the format, which only ever gains fields.
const jsonVersion = 1

// jsonPrinter writes one JSON object per line.
type jsonPrinter struct {
	o   Options
	out *stream
	enc *json.Encoder
}

func newJSON(o Options) *jsonPrinter {
	out := newStream(o.Stdout, false, o.Style)
	return &jsonPrinter{o: o, out: out, enc: newEncoder(out)}
}

// newEncoder returns an encoder that escapes what a terminal would interpret, but not HTML. The output is the same on a
// terminal and in a pipe.
func newEncoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(EscapeJSON(w))
	enc.SetEscapeHTML(false)
	return enc
}

// EscapeJSON returns a writer that escapes characters in JSON that a terminal would interpret (see
// [display.EscapeJSON]). Each Write must contain whole characters.
func EscapeJSON(w io.Writer) io.Writer { return jsonEscaper{w} }

type jsonEscaper struct{ w io.Writer }

func (e jsonEscaper) Write(p []byte) (int, error) {
	if _, err := e.w.Write(display.EscapeJSON(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (p *jsonPrinter) Err() error     { return p.out.err }
func (p *jsonPrinter) Batch(f func()) { p.out.batch(f) }

// put writes an object. Encoding these types cannot fail, and the stream remembers write errors.
func (p *jsonPrinter) put(v any) { _ = p.enc.Encode(v) }

// kind holds the first fields of every object.
type kind struct {
	V    int    `json:"v"`
	Type string `json:"type"`
}

func of(name string) kind { return kind{jsonVersion, name} }

// jsonTime is a time in RFC 3339, UTC, with milliseconds.
type jsonTime time.Time

// MarshalText returns the time in UTC with milliseconds.
func (t jsonTime) MarshalText() ([]byte, error) {
	return []byte(time.Time(t).UTC().Format("2006-01-02T15:04:05.000Z")), nil
}

// millis converts a duration to milliseconds, rounded to microseconds.
func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

type jsonReady struct {
	kind
	URL     string      `json:"url"`
	Forward string      `json:"forward,omitempty"`
	Routes  []jsonRoute `json:"routes,omitempty"`
	Run     string      `json:"run,omitempty"`
	Tunnel  string      `json:"tunnel,omitempty"`
	Verify  string      `json:"verify"`
	Events  []string    `json:"events,omitempty"`
	DataDir string      `json:"data_dir,omitempty"`
	Local   string      `json:"local_url,omitempty"`
	API     string      `json:"api_url,omitempty"`

	Registered bool   `json:"registered,omitempty"`
	Restores   string `json:"restores,omitempty"`
}

// jsonRoute is a target and the events that go there. Without events, all go there.
type jsonRoute struct {
	Events []string `json:"events,omitempty"`
	Target string   `json:"target"`
}

// Ready writes the first target as forward. It writes all routes if there are several, or if the only one does not
// accept all events.
func (p *jsonPrinter) Ready(r Ready) {
	o := jsonReady{kind: of("ready"), URL: r.URL, Tunnel: r.Tunnel, Verify: r.Verify, Events: r.Events, DataDir: r.DataDir, Local: r.Local, API: r.API}
	o.Registered, o.Restores, o.Run = r.Register != "", r.Restores, r.Run
	for _, to := range r.Forward {
		o.Routes = append(o.Routes, jsonRoute{to.Events, to.Target})
	}
	if len(r.Forward) > 0 {
		o.Forward = r.Forward[0].Target
	}
	if len(r.Forward) == 1 && len(r.Forward[0].Events) == 0 {
		o.Routes = nil
	}
	p.put(o)
}

type jsonHandlerOutput struct {
	kind
	Line string `json:"line"`
}

func (p *jsonPrinter) HandlerOutput(line string) { p.put(jsonHandlerOutput{of("output"), line}) }

type jsonDelivery struct {
	kind
	ID             webhook.ID      `json:"id"`
	Event          string          `json:"event"`
	Status         webhook.Status  `json:"status"`
	Verdict        webhook.Verdict `json:"verdict"`
	Origin         webhook.Origin  `json:"origin"`
	ReceivedAt     jsonTime        `json:"received_at"`
	About          string          `json:"about"`
	BodyBytes      int64           `json:"body_bytes"`
	ReplayOf       webhook.ID      `json:"replay_of,omitempty"`
	ResolvedBy     webhook.ID      `json:"resolved_by,omitempty"`
	SameBodyAs     webhook.ID      `json:"same_body_as,omitempty"`
	Masked         []string        `json:"masked,omitempty"`
	Method         string          `json:"method,omitempty"`
	Path           string          `json:"path,omitempty"`
	Query          string          `json:"query,omitempty"`
	MaskedQuery    []string        `json:"masked_query,omitempty"`
	Host           string          `json:"host,omitempty"`
	Project        string          `json:"project,omitempty"`
	Probe          bool            `json:"probe,omitempty"`
	ExpectedStatus string          `json:"expected_status,omitempty"`
	Met            bool            `json:"met,omitempty"`
	Attempts       int             `json:"attempts"`
	Code           int             `json:"code,omitempty"`
	DurationMS     float64         `json:"duration_ms,omitempty"`
}

func deliveryObject(s webhook.Summary) jsonDelivery {
	return jsonDelivery{
		kind: of("delivery"), ID: s.ID, Event: s.Event, Status: s.Status, Verdict: s.Verdict, Origin: s.Origin,
		ReceivedAt: jsonTime(s.ReceivedAt), About: s.About, BodyBytes: s.BodyBytes, ReplayOf: s.ReplayOf, ResolvedBy: s.ResolvedBy,
		SameBodyAs: s.SameBodyAs, Masked: s.Masked,
		Method: s.Method, Path: s.Path, Query: s.Query, MaskedQuery: s.MaskedQuery, Host: s.Host, Project: s.Project, Probe: s.Probe,
		ExpectedStatus: s.ExpectedStatus, Met: s.Met, Attempts: s.Attempts, Code: s.Code, DurationMS: millis(s.Duration),
	}
}

func (p *jsonPrinter) Recorded(s webhook.Summary) { p.put(deliveryObject(s)) }
func (p *jsonPrinter) Row(s webhook.Summary)      { p.put(deliveryObject(s)) }

type jsonAttempt struct {
	kind
	DeliveryID  webhook.ID      `json:"delivery_id"`
	N           int             `json:"n"`
	Target      string          `json:"target"`
	URL         string          `json:"url,omitempty"`
	StartedAt   jsonTime        `json:"started_at"`
	Code        int             `json:"code,omitempty"`
	DurationMS  float64         `json:"duration_ms"`
	ConnectMS   float64         `json:"connect_ms,omitempty"`
	FirstByteMS float64         `json:"first_byte_ms,omitempty"`
	Failure     webhook.Failure `json:"failure,omitempty"`
	Error       string          `json:"error,omitempty"`
	Status      webhook.Status  `json:"status"`
	jsonResponse
}

// jsonResponse is a handler's response body: text if it is valid UTF-8, base64 otherwise.
type jsonResponse struct {
	Body      *string     `json:"response,omitempty"`
	Base64    string      `json:"response_base64,omitempty"`
	Bytes     int64       `json:"response_bytes,omitempty"`
	Truncated bool        `json:"response_truncated,omitempty"`
	Headers   [][2]string `json:"response_headers,omitempty"`
}

func attemptObject(id webhook.ID, status webhook.Status, a webhook.Attempt) jsonAttempt {
	o := jsonAttempt{
		kind: of("attempt"), DeliveryID: id, N: a.N, Target: a.Target, URL: a.RequestURL(), StartedAt: jsonTime(a.StartedAt), Code: a.Code,
		DurationMS: millis(a.Duration), ConnectMS: millis(a.Connect), FirstByteMS: millis(a.FirstByte),
		Failure: a.Failure, Error: a.Error, Status: status,
	}
	o.Bytes, o.Truncated, o.Headers = a.ResponseBytes, a.ResponseTruncated, pairs(a.Header)
	if utf8.Valid(a.Response) && len(a.Response) > 0 {
		text := string(a.Response)
		o.Body = &text
	} else {
		o.Base64 = base64.StdEncoding.EncodeToString(a.Response)
	}
	return o
}

func pairs(h webhook.Header) [][2]string {
	out := make([][2]string, 0, len(h))
	for _, f := range h {
		out = append(out, [2]string{f.Name, f.Value})
	}
	return out
}

func (p *jsonPrinter) Attempted(s webhook.Summary, a webhook.Attempt, d Detail) {
	each := d.Attempts
	if len(each) == 0 {
		each = []webhook.Attempt{a}
	}
	for _, a := range each {
		p.put(attemptObject(s.ID, s.Status, a))
	}
}

// jsonDeliveryDetails is a complete delivery in the format of a recording, which can be imported.
type jsonDeliveryDetails struct {
	recording.Line
	Project string `json:"project,omitempty"` // recordings omit it
	jsonReplayTree
	jsonFindings
}

func (p *jsonPrinter) Show(s DeliveryDetails) {
	p.put(jsonDeliveryDetails{recording.LineOf(s.Delivery), s.Delivery.Project, replayTreeObject(s.ReplayTree), findingObjects(p.o.withSelf(s.findings()), s.Tried)})
}

type jsonWarning struct {
	kind
	Code       string        `json:"code"`
	DeliveryID webhook.ID    `json:"delivery_id,omitempty"`
	Message    string        `json:"message"`
	Hint       string        `json:"hint,omitempty"`
	Findings   []jsonFinding `json:"findings,omitempty"`
}

func (p *jsonPrinter) Hint(id webhook.ID, h display.Hint) {
	h.Command, h.Findings = p.o.Command(h.Command), p.o.withSelf(h.Findings)
	p.put(jsonWarning{of("warning"), string(h.Cause), id, h.String(), h.Command, findingObjects(explain.Findings(h), nil).Findings})
}

func (p *jsonPrinter) Notice(n Notice) {
	if n.Tunnel != nil {
		p.put(tunnelObject(n))
		return
	}
	p.put(jsonWarning{kind: of("warning"), Code: n.Code, Message: n.Message, Hint: p.o.Command(n.Hint)})
}

type jsonStopped struct {
	kind
	Received    int     `json:"received"`
	Delivered   int     `json:"delivered"`
	Refused     int     `json:"refused"`
	Unreachable int     `json:"unreachable"`
	TimedOut    int     `json:"timed_out"`
	Rejected    int     `json:"rejected"`
	Skipped     int     `json:"skipped"`
	Resumed     int     `json:"resumed,omitempty"`
	Held        int     `json:"held,omitempty"`
	P50MS       float64 `json:"p50_ms"`
	P99MS       float64 `json:"p99_ms"`
}

func (p *jsonPrinter) Stopped(s Stopped) {
	c := s.Counts
	p.put(jsonStopped{of("summary"), c.Received, c.Delivered, c.Refused, c.Unreachable, c.TimedOut, c.Rejected, c.Skipped, c.Resumed, s.Held, millis(c.P50), millis(c.P99)})
}

type jsonSent struct {
	kind
	Sent       int  `json:"sent"`
	Delivered  int  `json:"delivered"`
	AsExpected *int `json:"as_expected,omitempty"`
}

func (p *jsonPrinter) Sent(s Sent) { p.put(jsonSent{of("summary"), s.Sent, s.Delivered, s.Expected}) }

// Text only.
func (p *jsonPrinter) Head()                                  {}
func (p *jsonPrinter) Waiting(webhook.Summary, time.Duration) {}
func (p *jsonPrinter) Contents(webhook.Delivery)              {}
func (p *jsonPrinter) ClosingLine(string)                     {}
func (p *jsonPrinter) SentVia(string)                         {}

type jsonStep struct {
	kind
	Step   int    `json:"step,omitempty"`
	Text   string `json:"text"`
	Passed *bool  `json:"passed,omitempty"`
}

// DemoStep writes a step of `demo`, and finally whether all steps passed.
func (p *jsonPrinter) DemoStep(s DemoStep) {
	o := jsonStep{kind: of("step"), Step: s.Number, Text: s.Text}
	if s.Final {
		o.Passed = &s.Passed
	}
	p.put(o)
}
