package relay

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/testkit"
)

func TestIngressAcceptsOnlyPostsToItsPath(t *testing.T) {
	tests := []struct {
		method, target string
		want           int
	}{
		{"POST", "/webhooks/vidiking", http.StatusOK},
		{"POST", "/webhooks/vidiking?a=1", http.StatusOK},
		{"POST", "http://ingress.test/webhooks/vidiking", http.StatusOK},
		{"GET", "/webhooks/vidiking", http.StatusMethodNotAllowed},
		{"HEAD", "/webhooks/vidiking", http.StatusMethodNotAllowed},
		{"PUT", "/webhooks/vidiking", http.StatusMethodNotAllowed},
		{"OPTIONS", "/webhooks/vidiking", http.StatusMethodNotAllowed},
		{"post", "/webhooks/vidiking", http.StatusMethodNotAllowed},
		{"POST", "/", http.StatusNotFound},
		{"POST", "/webhooks/vidiking/", http.StatusOK},
		{"POST", "/webhooks/vidiking/order/42?a", http.StatusOK},
		{"POST", "/webhooks/vidikings", http.StatusNotFound},
		{"POST", "/webhooks/vidiking/../vidiking", http.StatusNotFound},
		{"POST", "/webhooks/vidiking/%2e%2E/x", http.StatusNotFound},
		{"POST", "/webhooks/vidiking/a%2f..%2fb", http.StatusNotFound},
		{"POST", "/webhooks/vidiking/a#b", http.StatusNotFound},
		{"POST", "/webhooks/vidiking/%zz", http.StatusBadRequest},
		{"POST", "/webhooks//vidiking", http.StatusNotFound},
		{"POST", "//webhooks/vidiking", http.StatusNotFound},
		{"POST", "/webhooks/./vidiking", http.StatusNotFound},
		{"POST", "/Webhooks/Vidiking", http.StatusNotFound},
		{"GET", "/", http.StatusNotFound},
	}
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
	r := start(t, handler.URL(), warn)
	accepted := 0
	for _, test := range tests {
		t.Run(test.method+" "+test.target, func(t *testing.T) {
			c := r.dial()
			write(t, c, strings.Replace(rawPost(sampleBody), "POST "+ingressPath, test.method+" "+test.target, 1))
			got := readResponseTo(t, c, test.method)
			if got.code != test.want {
				t.Errorf("%s %s got %d %s, want %d", test.method, test.target, got.code, got.body, test.want)
			}
			if test.want == http.StatusOK {
				accepted++
			}
			if n, m := len(r.recorded()), len(handler.Requests()); n != accepted || m != accepted {
				t.Errorf("after %s %s: %d recorded, %d forwarded, want %d of each", test.method, test.target, n, m, accepted)
			}
			if allow := got.header.Get("Allow"); (allow == http.MethodPost) != (test.want == http.StatusMethodNotAllowed) {
				t.Errorf("%s %s got %d with Allow %q, want POST with 405 only", test.method, test.target, got.code, allow)
			}
		})
	}
}

func TestAPostToAWrongPathIsReportedOnce(t *testing.T) {
	r := start(t, testkit.RefusingAddr(t))
	for range 3 {
		got := r.do(r.request(t.Context(), http.MethodPost, "/webhook", strings.NewReader(sampleBody), nil))
		if want := "Send deliveries to " + ingressPath + " or below it.\n"; got.code != http.StatusNotFound || got.body != want {
			t.Errorf("POST /webhook got %d %q, want 404 %q", got.code, got.body, want)
		}
		r.do(r.request(t.Context(), http.MethodGet, "/favicon.ico", nil, nil))
	}
	r.do(r.request(t.Context(), http.MethodPost, "/hook", strings.NewReader(sampleBody), nil))
	var notices []string
	for _, n := range r.notices.of(NoticeWrongPath) {
		notices = append(notices, n.Path)
	}
	if got, want := strings.Join(notices, " "), "/webhook /hook"; got != want {
		t.Errorf("POST to /webhook three times, GET of /favicon.ico, POST to /hook: reported %q, want %q", got, want)
	}
}

func TestAPathScannerIsReportedAFewTimesOnly(t *testing.T) {
	r := start(t, testkit.RefusingAddr(t))
	for i := range 3 * maxWrongPaths {
		r.do(r.request(t.Context(), http.MethodPost, fmt.Sprintf("/scan/%d", i), nil, nil))
	}
	if got := len(r.notices.of(NoticeWrongPath)); got != maxWrongPaths || len(r.ingress.wrongPaths) != maxWrongPaths {
		t.Errorf("%d wrong paths: reported %d and remembered %d, want %d", 3*maxWrongPaths, got, len(r.ingress.wrongPaths), maxWrongPaths)
	}
}

func TestABodyOverTheLimitIsRejectedAndNotRecorded(t *testing.T) {
	const limit = 40_000 // larger than the first buffer for a body of unknown length
	tests := []struct {
		name    string
		bytes   int
		chunked bool
		want    int
	}{
		{"the maximum size", limit, false, http.StatusOK},
		{"one byte more", limit + 1, false, http.StatusRequestEntityTooLarge},
		{"the maximum size, in chunks", limit, true, http.StatusOK},
		{"one byte more, in chunks", limit + 1, true, http.StatusRequestEntityTooLarge},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
			r := start(t, handler.URL(), warn, func(p *rigOptions) { p.ingress.MaxBody = limit })
			var body io.Reader = strings.NewReader(strings.Repeat("x", test.bytes))
			if test.chunked {
				body = struct{ io.Reader }{body}
			}
			got := r.do(r.request(t.Context(), http.MethodPost, ingressPath, body, nil))
			recorded := r.recorded()
			if got.code != test.want || (len(recorded) == 1) != (test.want == http.StatusOK) || len(handler.Requests()) != len(recorded) {
				t.Errorf("%d bytes of %d: got %d, %d recorded, %d forwarded; want %d", test.bytes, limit, got.code, len(recorded),
					len(handler.Requests()), test.want)
			}
			r.wantNothingHeld()
		})
	}
}

func (r *rig) wantNothingHeld() {
	r.tb.Helper()
	if held := r.ingress.bodies.reserved.Load(); held != 0 {
		r.tb.Errorf("%d bytes are reserved after the last response, want 0", held)
	}
}

func TestALargeBodyIsReportedOnceAndItsSenderSeesTheResponse(t *testing.T) {
	const limit = 4 << 20 // twice this size is more than a socket buffers
	r := start(t, testkit.RefusingAddr(t), func(p *rigOptions) { p.ingress.MaxBody = limit })
	body := strings.Repeat("x", 2*limit)
	request := rawPost(body)
	chunked := strings.Replace(rawPost(""), "Content-Length: 0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n", 1)
	chunked += fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	for _, request := range []string{request, chunked} { // written completely before the response is read
		if got := r.raw(request); got.code != http.StatusRequestEntityTooLarge {
			t.Errorf("%.100q…, %d bytes: got %d, want 413", request, len(request), got.code)
		}
	}
	notices := r.notices.of(NoticeTooLarge)
	if len(notices) != 1 || notices[0].Bytes != int64(len(body)) {
		t.Errorf("got notices %+v, want %d bytes once", notices, len(body))
	}
	r.wantNothingHeld()
}

func TestADeclaredLengthOverTheLimitGetsNo100Continue(t *testing.T) {
	r := start(t, testkit.RefusingAddr(t))
	c := r.dial()
	write(t, c, "POST "+ingressPath+" HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1000000000000\r\n\r\n")
	if got := readResponse(t, c); got.code != http.StatusRequestEntityTooLarge {
		t.Errorf("a length of 1 TB got %d, want 413 and no 100 before it", got.code)
	}
}

func TestAnIncompleteBodyIsRejectedAndNotRecorded(t *testing.T) {
	head := "POST " + ingressPath + " HTTP/1.1\r\nHost: a\r\n"
	tests := []struct{ name, request string }{
		{"shorter than its length", head + "Content-Length: 100\r\n\r\n" + `{"event":`},
		{"no bytes of the body", head + "Content-Length: 100\r\n\r\n"},
		{"between chunks", head + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"eve\r\n"},
		{"within a chunk", head + "Transfer-Encoding: chunked\r\n\r\n50\r\n{\"eve"},
		{"an invalid chunk", head + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"eve\r\nzz\r\n"},
		{"after the first buffer", head + "Transfer-Encoding: chunked\r\n\r\n8000\r\n" + strings.Repeat("x", 0x8000) + "\r\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
			r := start(t, handler.URL(), warn)
			c := r.dial()
			write(t, c, test.request)
			if err := c.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatalf("close our half: %v", err)
			}
			if got := readResponse(t, c); got.code != http.StatusBadRequest {
				t.Errorf("%.80q got %d %s, want 400", test.request, got.code, got.body)
			}
			if n, m := len(r.recorded()), len(handler.Requests()); n != 0 || m != 0 {
				t.Errorf("%.80q: %d recorded, %d forwarded, want none", test.request, n, m)
			}
			r.wantNothingHeld()
		})
	}
}

func TestTooManyBytesInFlightGet503WithRetryAfter(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
	r := start(t, handler.URL(), warn)
	r.ingress.bodies.limit = 2*deliveryOverhead + int64(2*len(sampleBody)) - 1
	first := r.dial()
	head, body, _ := strings.Cut(rawPost(sampleBody, "Expect: 100-continue"), "\r\n\r\n")
	write(t, first, head+"\r\n\r\n")
	continueResponse := make([]byte, len("HTTP/1.1 100 Continue\r\n\r\n"))
	if _, err := io.ReadFull(first, continueResponse); err != nil { // the ingress waits for the body
		t.Fatalf("read %q: %v", continueResponse, err)
	}
	got := r.post(sampleBody, nil)
	if got.code != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" {
		t.Errorf("one byte over the limit: got %d with Retry-After %q, want 503 with one", got.code, got.header.Get("Retry-After"))
	}
	if got := r.post(sampleBody[1:], nil); got.code != http.StatusOK {
		t.Errorf("within the limit: got %d, want 200", got.code)
	}
	write(t, first, body)
	if got := readResponse(t, first); got.code != http.StatusOK {
		t.Errorf("the first: got %d, want 200", got.code)
	}
	if got := r.post(sampleBody, nil); got.code != http.StatusOK {
		t.Errorf("after the first: got %d, want 200", got.code)
	}
	if got := len(r.recorded()); got != 3 {
		t.Errorf("%d recorded, want 3", got)
	}
	r.wantNothingHeld()
}

func TestABodyThatGrowsBeyondTheBytesInFlightIsRejected(t *testing.T) {
	r := start(t, testkit.RefusingAddr(t), warn)
	r.ingress.bodies.limit = deliveryOverhead + 2*firstBuffer
	body := struct{ io.Reader }{strings.NewReader(strings.Repeat("x", 2*firstBuffer+1))}
	got := r.do(r.request(t.Context(), http.MethodPost, ingressPath, body, nil))
	if got.code != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" {
		t.Errorf("%d bytes in chunks: got %d with Retry-After %q, want 503 with one", 2*firstBuffer+1, got.code, got.header.Get("Retry-After"))
	}
	r.wantNothingHeld()
}
