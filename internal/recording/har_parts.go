package recording

import (
	"encoding/base64"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

type harEntry struct {
	Started  *moment     `json:"startedDateTime"`
	Time     Millis      `json:"time"`
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  harTimings  `json:"timings"`

	ID          webhook.ID      `json:"_id"`
	Attempt     int             `json:"_attempt,omitempty"`
	Origin      webhook.Origin  `json:"_origin"`
	Verdict     webhook.Verdict `json:"_verdict"`
	Status      webhook.Status  `json:"_status"`
	ReplayOf    webhook.ID      `json:"_replay_of,omitempty"`
	Masked      []Text          `json:"_masked,omitempty"`
	MaskedQuery []Text          `json:"_masked_query,omitempty"`
	Kind        string          `json:"_resourceType"` // of Chromium, which shows the entry under Fetch/XHR
}

type harRequest struct {
	Method      string       `json:"method"`
	URL         Text         `json:"url"`
	Version     string       `json:"httpVersion"`
	Cookies     []struct{}   `json:"cookies"`
	Headers     []harPair    `json:"headers"`
	Query       []harPair    `json:"queryString"`
	Body        *harPostData `json:"postData,omitempty"`
	HeadersSize int          `json:"headersSize"`
	BodySize    int64        `json:"bodySize"`
}

type harPostData struct {
	Type    Text   `json:"mimeType"`
	Text    Text   `json:"text"`
	Base64  string `json:"_base64,omitempty"`
	Comment string `json:"comment,omitempty"`
}

type harResponse struct {
	Status      int             `json:"status"`
	StatusText  string          `json:"statusText"`
	Version     string          `json:"httpVersion"`
	Cookies     []struct{}      `json:"cookies"`
	Headers     []harPair       `json:"headers"`
	Content     harContent      `json:"content"`
	Redirect    Text            `json:"redirectURL"`
	HeadersSize int             `json:"headersSize"`
	BodySize    int64           `json:"bodySize"`
	Error       Text            `json:"_error,omitempty"` // of Chromium, for an entry without a response
	Failure     webhook.Failure `json:"_failure,omitempty"`
}

type harContent struct {
	Size     int64  `json:"size"`
	Type     Text   `json:"mimeType"`
	Text     Text   `json:"text"`
	Encoding string `json:"encoding,omitempty"`
	Comment  string `json:"comment,omitempty"`
}

type harTimings struct {
	Blocked Millis `json:"blocked"`
	DNS     Millis `json:"dns"`
	Connect Millis `json:"connect"`
	Send    Millis `json:"send"`
	Wait    Millis `json:"wait"`
	Receive Millis `json:"receive"`
	SSL     Millis `json:"ssl"`
}

// sum adds the known parts. Unknown parts are negative.
func (t harTimings) sum() Millis {
	return max(t.Blocked, 0) + max(t.DNS, 0) + max(t.Connect, 0) + t.Send + t.Wait + t.Receive
}

type harPair struct {
	Name   Text   `json:"name"`
	Value  Text   `json:"value"`
	Base64 string `json:"_base64,omitempty"`
}

func harPairsOf(h webhook.Header) []harPair {
	out := make([]harPair, 0, len(h))
	for _, f := range h {
		p := harPair{Name: Text(validText(f.Name)), Value: Text(validText(f.Value))}
		if !utf8.ValidString(f.Value) {
			p.Base64 = base64.StdEncoding.EncodeToString([]byte(f.Value))
		}
		out = append(out, p)
	}
	return out
}

// validText replaces invalid UTF-8.
func validText(s string) string { return strings.ToValidUTF8(s, "\ufffd") }

// splitQuery returns the parameters of a query in order.
func splitQuery(query string) []harPair {
	out := []harPair{}
	for part := range strings.SplitSeq(query, "&") {
		if part != "" {
			name, value, _ := strings.Cut(part, "=")
			out = append(out, harPair{Name: unescaped(name), Value: unescaped(value)})
		}
	}
	return out
}

func unescaped(s string) Text {
	if text, err := url.QueryUnescape(s); err == nil && utf8.ValidString(text) {
		return Text(text)
	}
	return Text(validText(s))
}
