package relay

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func warn(p *rigOptions) { p.relay.Verify = VerifyWarn }

func TestHandlerGetsTheRecordedBytes(t *testing.T) {
	bodies := []struct{ name, body string }{
		{"a payload", sampleBody},
		{"unusual spacing", "\n{ \"event\" :\t\"render.complete\" , \"data\":{\"n\":1.00e+2, \"s\":\"\\u00e9\\/\"} }\r\n"},
		{"empty", ""},
		{"invalid UTF-8", "\xff\xfe\x00\x01\r\n\r\n"},
		{"a byte order mark", "\ufeff" + sampleBody},
		{"text that looks like chunks", "5\r\nhello\r\n0\r\n\r\n"},
		{"the maximum size", strings.Repeat("x", 1<<20)},
	}
	for _, test := range bodies {
		for _, encoding := range []string{"with its length", "in chunks"} {
			t.Run(test.name+" "+encoding, func(t *testing.T) {
				handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
				r := start(t, handler.URL())
				var body io.Reader = strings.NewReader(test.body)
				if encoding == "in chunks" {
					body = struct{ io.Reader }{body} // hides the length from net/http
				}
				got := r.do(r.request(t.Context(), http.MethodPost, ingressPath, body, signedHeader(test.body)))
				if got.code != http.StatusOK {
					t.Fatalf("the sender of %.60q got %d %s, want 200", test.body, got.code, got.body)
				}
				received := handler.Wait(1)[0].Body
				d := r.onlyDelivery()
				if !bytes.Equal(received, []byte(test.body)) || !bytes.Equal(d.Body, received) {
					t.Errorf("sent %.60q (%d bytes)\nhandler got %.60q (%d)\nrecorded %.60q (%d)",
						test.body, len(test.body), received, len(received), d.Body, len(d.Body))
				}
				if d.Verdict != webhook.VerdictValid || d.BodyBytes != int64(len(test.body)) {
					t.Errorf("recorded %.60q as %s with %d bytes, want valid with %d", test.body, d.Verdict, d.BodyBytes, len(test.body))
				}
			})
		}
	}
}

func TestHeaderIsRecordedUnchangedAndForwardedWithoutConnectionFields(t *testing.T) {
	handler := testkit.ServeRaw(t, testkit.RespondRaw("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
	r := start(t, handler.URL(), warn)
	request := rawPost(sampleBody,
		"x-VIDIKING-signature: sha256=first", "X-Many: one", "X-Many:", "x-many: one", "X-MANY:   three  ",
		"X-Latin: caf\xe9 \xff", "X-Comma: a, b,,c", "X-Tab: a\tb", "X-Under_Score: 1", "Cookie: a=1", "Cookie: b=2",
		"X-VIDIKING-SIGNATURE: second", "Connection: keep-alive, X-Hop", "X-Hop: 1", "Keep-Alive: timeout=5", "TE: trailers",
		"Proxy-Authorization: Basic eA==", "Upgrade: h2c", "User-Agent: Vidiking-Webhooks/1.0", "Accept-Encoding: gzip")
	if got := r.raw(request); got.code != http.StatusOK {
		t.Fatalf("the sender got %d %s, want 200", got.code, got.body)
	}
	forwarded := []string{
		"Accept-Encoding: gzip", fmt.Sprintf("Content-Length: %d", len(sampleBody)), "Cookie: a=1", "Cookie: b=2",
		"User-Agent: Vidiking-Webhooks/1.0", "X-Comma: a, b,,c", "X-Latin: caf\xe9 \xff", "X-Many: one", "X-Many: ", "X-Many: one",
		"X-Many: three", "X-Tab: a\tb", "X-Under_score: 1", "X-Vidiking-Signature: sha256=first", "X-Vidiking-Signature: second",
	}
	ofOneHop := []string{
		"Connection: keep-alive, X-Hop", "Keep-Alive: timeout=5", "Proxy-Authorization: Basic eA==", "Te: trailers", "Upgrade: h2c", "X-Hop: 1",
	}
	var recorded []string
	for _, f := range r.onlyDelivery().Header {
		recorded = append(recorded, f.Name+": "+f.Value)
	}
	want := append([]string{"Host: ingress.test"}, byName(slices.Concat(forwarded, ofOneHop))...)
	if diff := cmp.Diff(want, recorded); diff != "" {
		t.Errorf("sent\n%s\nrecorded header (-want +got):\n%s", request, diff)
	}
	head, _, _ := strings.Cut(string(handler.Wait(1)[0]), "\r\n\r\n")
	want = byName(append(forwarded, "Host: "+handler.Addr()))
	if diff := cmp.Diff(want, byName(strings.Split(head, "\r\n")[1:])); diff != "" {
		t.Errorf("sent\n%s\nforwarded header, by name (-want +got):\n%s", request, diff)
	}
}

// byName sorts header lines by name. Lines with the same name keep their order.
func byName(lines []string) []string {
	name := func(line string) string { n, _, _ := strings.Cut(line, ":"); return n }
	slices.SortStableFunc(lines, func(a, b string) int { return strings.Compare(name(a), name(b)) })
	return lines
}

func TestSenderHeaderIsNeitherRecordedNorForwarded(t *testing.T) {
	trusted := session.Sender{Token: token, Origin: webhook.OriginTrigger}.String()
	tests := []struct {
		name   string
		values []string
		origin webhook.Origin
	}{
		{"with the token", []string{trusted}, webhook.OriginTrigger},
		{"with another token", []string{"token=guess; origin=trigger"}, webhook.OriginLocal},
		{"empty", []string{""}, webhook.OriginLocal},
		{"several values", []string{trusted, "token=guess; origin=trigger"}, webhook.OriginTrigger},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
			r := start(t, handler.URL(), warn)
			var lines []string
			for _, v := range test.values {
				lines = append(lines, "vidiking-CLI-sender: "+v)
			}
			r.raw(rawPost(sampleBody, append(lines, "X-Other: kept")...))
			d := r.onlyDelivery()
			if got := d.Header.Values(session.SenderHeader); got != nil || d.Header.Get("X-Other") != "kept" {
				t.Errorf("%q: recorded the sender header %q, want none; X-Other %q, want kept", test.values, got, d.Header.Get("X-Other"))
			}
			if got := handler.Wait(1)[0].Header.Values(session.SenderHeader); got != nil {
				t.Errorf("%q: the handler got the sender header %q, want none", test.values, got)
			}
			if d.Origin != test.origin {
				t.Errorf("%q: origin %s, want %s", test.values, d.Origin, test.origin)
			}
		})
	}
}

func TestHandlerSeesTheHostOfItsAddress(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
	r := start(t, handler.URL()+"/hooks?a=1", warn)
	r.raw(rawPost(sampleBody))
	got := handler.Wait(1)[0]
	if got.Host != handler.Addr() || got.URI != "/hooks?a=1" || got.Method != http.MethodPost {
		t.Errorf("the handler got %s %s with Host %q, want POST /hooks?a=1 with %q", got.Method, got.URI, got.Host, handler.Addr())
	}
}

func TestHeaderOptionReplacesForwardedFieldsOnly(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
	r := start(t, handler.URL(), warn, func(p *rigOptions) {
		p.relay.Header = []webhook.Field{{Name: "X-Env", Value: "dev"}, {Name: "X-New", Value: "1"}, {Name: "X-New", Value: "2"}}
	})
	for range 2 { // the first delivery must not change what the second gets
		r.raw(rawPost(sampleBody, "X-Env: live", "X-Env: twice", "X-Kept: yes"))
	}
	for i, got := range handler.Wait(2) {
		want := map[string][]string{"X-Env": {"dev"}, "X-New": {"1", "2"}, "X-Kept": {"yes"}}
		for name, values := range want {
			if !slices.Equal(got.Header.Values(name), values) {
				t.Errorf("delivery %d: the handler got %s %q, want %q", i+1, name, got.Header.Values(name), values)
			}
		}
	}
	for _, d := range r.recorded() {
		if got := d.Header.Values("X-Env"); !slices.Equal(got, []string{"live", "twice"}) || d.Header.Get("X-New") != "" {
			t.Errorf("recorded X-Env %q and X-New %q, want [live twice] and none", got, d.Header.Get("X-New"))
		}
	}
}

func TestBothSignatureFormsVerifyAndAreForwardedUnchanged(t *testing.T) {
	tests := []struct {
		style  signature.Style
		answer http.Handler
	}{
		{signature.StylePrefixed, testkit.VerifyPrefixed(secretText)},
		{signature.StyleBare, testkit.VerifyBare(secretText)},
	}
	for _, test := range tests {
		t.Run(string(test.style), func(t *testing.T) {
			handler := testkit.Serve(t, test.answer)
			r := start(t, handler.URL())
			value := signature.Sign(webhook.SecretFrom(secretText), []byte(sampleBody), test.style)
			got := r.post(sampleBody, http.Header{webhook.SignatureHeader: {value}})
			if d := r.onlyDelivery(); got.code != http.StatusOK || d.Verdict != webhook.VerdictValid || d.SecretHint != "whsec_…4q7T" {
				t.Errorf("signature %s: got %d, %s by %q; want 200, valid by whsec_…4q7T", value, got.code, d.Verdict, d.SecretHint)
			}
		})
	}
}

func TestASenderThatExpects100ContinueGetsIt(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
	r := start(t, handler.URL(), warn)
	c := r.dial()
	head, body, _ := strings.Cut(rawPost(sampleBody, "Expect: 100-continue"), "\r\n\r\n")
	write(t, c, head+"\r\n\r\n")
	const continueResponse = "HTTP/1.1 100 Continue\r\n\r\n"
	got := make([]byte, len(continueResponse))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != continueResponse {
		t.Fatalf("after the header: got %q, %v; want %q", got, err, continueResponse)
	}
	write(t, c, body)
	if got := readResponse(t, c); got.code != http.StatusOK || string(r.onlyDelivery().Body) != sampleBody {
		t.Errorf("got %d and recorded %q, want 200 and %q", got.code, r.onlyDelivery().Body, sampleBody)
	}
}

// The rest of the path and the query are appended to the handler's path, and a replay sends them again.
func TestPathAndQueryReachTheHandlerByteForByte(t *testing.T) {
	for _, called := range []string{
		"", "/order/42", "/order/42?token=a%2Bb&x", "/a%2Fb%2f//c;d/", "/%FF|\"\xff?q=\xff;%zz", "?a=1", "/" + strings.Repeat("x", 30<<10),
	} {
		handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
		r := start(t, handler.URL()+"/hook?own=1", warn)
		got := r.raw(strings.Replace(rawPost(sampleBody), ingressPath, ingressPath+called, 1))
		rest, query, _ := strings.Cut(called, "?")
		want := webhook.RequestURL("/hook?own=1", rest, query)
		if uri := handler.Wait(1)[0].URI; got.code != http.StatusOK || uri != want {
			t.Errorf("%.60q: got %d, and the handler %.60q, want %.60q", called, got.code, uri, want)
		}
		d := r.recorded()[0]
		if d.Method != http.MethodPost || d.Path != ingressPath+rest || d.Rest != rest || d.Query != query {
			t.Errorf("recorded %s %.60q, rest %.60q, query %q", d.Method, d.Path, d.Rest, d.Query)
		}
		again := Arrival{Header: d.Header, Body: d.Body, Origin: webhook.OriginReplay, Parent: d.ID, Rest: d.Rest, Query: d.Query, Host: "shop.test"}
		if _, err := r.Deliver(t.Context(), again); err != nil {
			t.Fatal(err)
		}
		if replay := handler.Wait(2)[1]; replay.URI != want || replay.Host != "shop.test" {
			t.Errorf("replayed to %.60q at %q, want %.60q at shop.test", replay.URI, replay.Host, want)
		}
		if replay := r.recorded()[1]; replay.Rest != d.Rest || replay.Query != d.Query || replay.Host != "shop.test" || replay.Path != "" {
			t.Errorf("the replay is recorded as %+v", replay.Summary)
		}
	}
}
