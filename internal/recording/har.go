package recording

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// HAR writes deliveries as an HTTP Archive, version 1.2 (w3c.github.io/web-performance/specs/HAR/Overview.html), which the network panel of
// a browser opens. It has one entry for each attempt, and one for a delivery without attempts. Data without a standard field is in fields
// that begin with an underscore, as the specification requires.
type HAR struct {
	w             io.Writer
	version       string
	defaultTarget func(event string) string
	entries       int
}

// NewHAR returns a HAR. version is the version of this program. otherwise returns the URL for a delivery without a target.
func NewHAR(w io.Writer, version string, defaultTarget func(event string) string) *HAR {
	return &HAR{w: w, version: version, defaultTarget: defaultTarget}
}

// Write writes a delivery.
func (h *HAR) Write(d webhook.Delivery) error {
	if len(d.History) == 0 {
		return h.writeEntry(h.entry(d, webhook.Attempt{Target: h.defaultTarget(d.Event), URL: requestURL(d, h.defaultTarget(d.Event)), StartedAt: d.ReceivedAt}))
	}
	for _, a := range d.History {
		if err := h.writeEntry(h.entry(d, a)); err != nil {
			return err
		}
	}
	return nil
}

// Close writes the end of the archive.
func (h *HAR) Close() error {
	if h.entries == 0 {
		if err := h.begin(); err != nil {
			return err
		}
	}
	_, err := io.WriteString(h.w, "\n]}}\n")
	return err
}

func (h *HAR) begin() error {
	creator, err := json.Marshal(map[string]string{"name": "vidiking", "version": h.version})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(h.w, `{"log":{"version":"1.2","creator":%s,"entries":[`, creator)
	return err
}

func (h *HAR) writeEntry(e harEntry) error {
	before := ",\n"
	if h.entries == 0 {
		if err := h.begin(); err != nil {
			return err
		}
		before = "\n"
	}
	h.entries++
	if _, err := io.WriteString(h.w, before); err != nil {
		return err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return err
	}
	_, err := h.w.Write(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
	return err
}

func (h *HAR) entry(d webhook.Delivery, a webhook.Attempt) harEntry {
	e := harEntry{
		Started: (*moment)(&a.StartedAt), Request: harRequestOf(d, printableURL(a.RequestURL())), Response: harResponseOf(a), Timings: harTimingsOf(a),
		ID: d.ID, Attempt: a.N, Origin: d.Origin, Verdict: d.Verdict, Status: d.Status, ReplayOf: d.ReplayOf, Masked: texts(mergeNames(d.Masked, a.Masked)),
		MaskedQuery: texts(d.MaskedQuery),
		Kind:        "fetch",
	}
	e.Time = e.Timings.sum()
	return e
}

func harRequestOf(d webhook.Delivery, target string) harRequest {
	r := harRequest{
		Method: http.MethodPost, URL: Text(harURL(target)), Version: "HTTP/1.1", Cookies: []struct{}{}, Headers: harPairsOf(d.Header),
		Query: harQuery(target), HeadersSize: -1, BodySize: int64(len(d.Body)),
	}
	body := harPostData{Type: Text(validText(d.Header.Get("Content-Type")))}
	if utf8.Valid(d.Body) {
		body.Text = Text(d.Body)
	} else {
		body.Base64 = base64.StdEncoding.EncodeToString(d.Body)
		body.Comment = "The body is not text. Its bytes are in _base64."
	}
	r.Body = &body
	return r
}

// harURL returns a valid URL, because one invalid URL would make a panel refuse the whole archive.
func harURL(target string) string {
	if isTarget(target) {
		return target
	}
	return "http://localhost/"
}

func harQuery(target string) []harPair {
	u, err := url.Parse(harURL(target))
	if err != nil {
		return []harPair{}
	}
	return splitQuery(u.RawQuery)
}

func harResponseOf(a webhook.Attempt) harResponse {
	r := harResponse{
		Status: a.Code, StatusText: http.StatusText(a.Code), Version: "HTTP/1.1", Cookies: []struct{}{}, Headers: harPairsOf(a.Header),
		Redirect: Text(validText(a.Header.Get("Location"))), HeadersSize: -1, BodySize: a.ResponseBytes,
		Content: harContent{Size: a.ResponseBytes, Type: Text(validText(a.Header.Get("Content-Type")))},
	}
	if r.Content.Type == "" {
		r.Content.Type = "x-unknown" // as browsers write it
	}
	switch {
	case utf8.Valid(a.Response):
		r.Content.Text = Text(a.Response)
	default:
		r.Content.Text, r.Content.Encoding = Text(base64.StdEncoding.EncodeToString(a.Response)), "base64"
	}
	if a.ResponseTruncated {
		r.Content.Comment = fmt.Sprintf("The log kept the first %d bytes.", len(a.Response))
	}
	if a.Code == 0 {
		r.BodySize = -1
		r.Error, r.Failure = Text(validText(a.Error)), a.Failure
		if a.N == 0 {
			r.Error = "not sent"
		}
	}
	return r
}

// unknown is -1 as specified.
const unknown = Millis(-time.Millisecond)

// harTimingsOf divides the attempt's time. Unknown parts are not in the sum.
func harTimingsOf(a webhook.Attempt) harTimings {
	t := harTimings{Blocked: unknown, DNS: unknown, Connect: unknown, SSL: unknown}
	at := Millis(0)
	if a.Connect > 0 {
		at = min(Millis(a.Connect), Millis(max(a.Duration, 0)))
		t.Connect = at
	}
	end := max(Millis(a.Duration), at)
	first := end
	if a.FirstByte > 0 {
		first = min(max(Millis(a.FirstByte), at), end)
	}
	t.Wait, t.Receive = first-at, end-first
	return t
}
