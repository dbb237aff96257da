package dispatch

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const okResponse = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// sendRaw sends h and body to a raw handler and returns the lines that it received.
func sendRaw(t *testing.T, path string, h webhook.Header, body []byte) []string {
	t.Helper()
	handler := testkit.ServeRaw(t, testkit.RespondRaw(okResponse))
	got := sender(t, Options{}).Send(t.Context(), target(t, handler.URL()+path), h, body)
	wantCode(t, got, http.StatusOK)
	text := string(handler.Wait(1)[0])
	return strings.Split(strings.ReplaceAll(text, handler.Addr(), "HANDLER"), "\r\n")
}

func wantLines(t *testing.T, got, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("received request (-want +got):\n%s", diff)
	}
}

func TestBodyIsSentUnchanged(t *testing.T) {
	every := make([]byte, 0, 1<<16)
	for i := range 1 << 16 {
		every = append(every, byte(i), byte(i>>8))
	}
	for name, body := range map[string][]byte{
		"a payload":            samplePayload,
		"spaced JSON":          []byte("{ \"a\" : 1.0,\r\n\t\"a\": 2 }\n\n"),
		"not UTF-8":            []byte("\xff\xfe\x00"),
		"looks like a request": []byte("\r\n\r\nPOST / HTTP/1.1\r\n\r\n"),
		"128 KiB":              every,
		"nothing":              nil,
	} {
		t.Run(name, func(t *testing.T) {
			handler := testkit.Serve(t, testkit.Respond(http.StatusOK, ""))
			got := sender(t, Options{}).Send(t.Context(), target(t, handler.URL()), sampleHeader(), body)
			wantCode(t, got, http.StatusOK)
			if received := handler.Wait(1)[0]; !bytes.Equal(received.Body, body) {
				t.Errorf("got %d bytes, want %d, for %.40q", len(received.Body), len(body), body)
			}
		})
	}
}

func TestOnlyHostAndContentLengthAreAdded(t *testing.T) {
	got := sendRaw(t, "/hook?a=b%20c", nil, []byte("{}"))
	wantLines(t, got, []string{"POST /hook?a=b%20c HTTP/1.1", "Host: HANDLER", "Content-Length: 2", "", "{}"})
}

func TestEmptyBodyHasContentLength(t *testing.T) {
	got := sendRaw(t, "/", nil, nil)
	wantLines(t, got, []string{"POST / HTTP/1.1", "Host: HANDLER", "Content-Length: 0", "", ""})
}

func TestWholeHeaderIsSent(t *testing.T) {
	got := sendRaw(t, "/", webhook.Header{
		{Name: "Host", Value: "k3v9.ngrok.app"},
		{Name: "Accept", Value: "*/*"},
		{Name: "Authorization", Value: "Bearer x"},
		{Name: "Content-Length", Value: "99"},
		{Name: "Content-Type", Value: "text/plain"},
		{Name: "Content-Type", Value: "application/json; charset=utf-8"},
		{Name: "Cookie", Value: "a=1"},
		{Name: "Cookie", Value: "b=2"},
		{Name: "Expect", Value: "100-continue"},
		{Name: "Idempotency-Key", Value: "k"},
		{Name: "User-Agent", Value: "vidiking/1.0.0"},
		{Name: "X-Empty", Value: ""},
		{Name: "X-Latin", Value: "gr\xf6\xdfe"},
		{Name: "X-Twice", Value: "b"},
		{Name: "X-Other", Value: "between"},
		{Name: "x-twice", Value: "a"},
	}, []byte("{}"))
	wantLines(t, got, []string{
		"POST / HTTP/1.1",
		"Host: HANDLER",
		"User-Agent: vidiking/1.0.0",
		"Content-Length: 2",
		"Accept: */*",
		"Authorization: Bearer x",
		"Content-Type: text/plain",
		"Content-Type: application/json; charset=utf-8",
		"Cookie: a=1",
		"Cookie: b=2",
		"Expect: 100-continue",
		"Idempotency-Key: k",
		"X-Empty: ",
		"X-Latin: gr\xf6\xdfe",
		"X-Other: between",
		"X-Twice: b",
		"X-Twice: a",
		"", "{}",
	})
}

func TestHopByHopFieldsAreNotSent(t *testing.T) {
	got := sendRaw(t, "/", webhook.Header{
		{Name: "Connection", Value: "keep-alive, x-hop ,, Upgrade"},
		{Name: "connection", Value: "X-Other-Hop"},
		{Name: "Keep-Alive", Value: "timeout=5"},
		{Name: "Proxy-Authenticate", Value: "Basic"},
		{Name: "Proxy-Authorization", Value: "Basic x"},
		{Name: "Proxy-Connection", Value: "close"},
		{Name: "TE", Value: "trailers"},
		{Name: "Trailer", Value: "X-Sum"},
		{Name: "Transfer-Encoding", Value: "chunked"},
		{Name: "Upgrade", Value: "websocket"},
		{Name: "X-Hop", Value: "1"},
		{Name: "X-Other-Hop", Value: "1"},
		{Name: "X-Stays", Value: "1"},
	}, []byte("{}"))
	wantLines(t, got, []string{"POST / HTTP/1.1", "Host: HANDLER", "Content-Length: 2", "X-Stays: 1", "", "{}"})
}

func TestEveryUserAgentIsSent(t *testing.T) {
	for name, values := range map[string][]string{
		"none": {}, "an empty one": {""}, "two": {"a/1", "b/2"},
	} {
		t.Run(name, func(t *testing.T) {
			var h webhook.Header
			want := []string{"POST / HTTP/1.1", "Host: HANDLER", "Content-Length: 2"}
			for _, v := range values {
				h = append(h, webhook.Field{Name: "User-Agent", Value: v})
				want = append(want, "user-agent: "+v)
			}
			wantLines(t, sendRaw(t, "/", h, []byte("{}")), append(want, "", "{}"))
		})
	}
}

func TestHeaderReceivedByNetHTTPIsForwardedUnchanged(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, ""))
	ingress := testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := webhook.HeaderFrom(r.Host, r.Header)
		a := sender(t, Options{}).Send(r.Context(), target(t, handler.URL()), h, samplePayload)
		w.WriteHeader(a.Code)
	}))
	wantCode(t, send(t, Options{}, ingress.URL()), http.StatusOK)
	first, second := ingress.Wait(1)[0], handler.Wait(1)[0]
	if diff := cmp.Diff(first.Header, second.Header); diff != "" {
		t.Errorf("forwarded header (-received +forwarded):\n%s", diff)
	}
	if second.Host != handler.Addr() {
		t.Errorf("host: got %q, want the target's, %q", second.Host, handler.Addr())
	}
}

func TestSendDoesNotModifyTheHeader(t *testing.T) {
	h := sampleHeader()
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, ""))
	wantCode(t, sender(t, Options{}).Send(t.Context(), target(t, handler.URL()), h, samplePayload), http.StatusOK)
	if diff := cmp.Diff(sampleHeader(), h); diff != "" {
		t.Errorf("header after Send (-before +after):\n%s", diff)
	}
}

func TestInvalidHeaderIsNotSent(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, ""))
	h := webhook.Header{{Name: "X-Split", Value: "a\r\nX-Injected: b"}}
	got := sender(t, Options{}).Send(t.Context(), target(t, handler.URL()), h, samplePayload)
	wantFailure(t, got, webhook.FailureUnexpected, `The delivery could not be sent: net/http: invalid header field value for "X-Split".`)
	if n := len(handler.Requests()); n != 0 {
		t.Errorf("got %d requests at the handler, want none", n)
	}
}
