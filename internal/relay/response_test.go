package relay

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// rawHandler responds with these header lines, a length and a body.
func rawHandler(t *testing.T, status, body string, lines ...string) *testkit.Raw {
	t.Helper()
	lines = append([]string{"HTTP/1.1 " + status}, lines...)
	lines = append(lines, fmt.Sprintf("Content-Length: %d", len(body)))
	return testkit.ServeRaw(t, testkit.RespondRaw(strings.Join(lines, "\r\n")+"\r\n\r\n"+body))
}

func TestTheSenderGetsTheHandlersResponse(t *testing.T) {
	tests := []struct {
		status, body string
		code         int
	}{
		{"200 OK", `{"received":true}`, 200},
		{"200 OK", strings.Repeat("long ", 10_000), 200},
		{"201 Created", "<!doctype html>", 201},
		{"302 Found", "moved", 302},
		{"401 Unauthorized", "no", 401},
		{"418 I'm a teapot", "\xff\x00", 418},
		{"500 Internal Server Error", "", 500},
		{"599 Whatever", "x", 599},
		{"799 Whatever", "x", 799},
	}
	for _, test := range tests {
		t.Run(test.status, func(t *testing.T) {
			handler := rawHandler(t, test.status, test.body, "X-Twice: a", "x-twice: b", "Set-Cookie: s=1", "X-Empty:",
				"Location: http://127.0.0.1:1/elsewhere", "Date: Mon, 23 Nov 2026 12:00:00 GMT")
			r := start(t, handler.URL())
			got := r.postSigned(sampleBody)
			if got.code != test.code || got.body != test.body {
				t.Errorf("the handler sent %s %.40q, the sender got %d %.40q", test.status, test.body, got.code, got.body)
			}
			want := http.Header{
				"X-Twice": {"a", "b"}, "Set-Cookie": {"s=1"}, "X-Empty": {""}, "Location": {"http://127.0.0.1:1/elsewhere"},
				"Date": {"Mon, 23 Nov 2026 12:00:00 GMT"}, "Content-Length": {fmt.Sprint(len(test.body))},
			}
			for name := range want {
				if !slices.Equal(got.header[name], want[name]) {
					t.Errorf("%s: the sender got %s %q, want %q", test.status, name, got.header[name], want[name])
				}
			}
			if len(got.header) != len(want) {
				t.Errorf("%s: the sender got %v, want %v and no more", test.status, got.header, want)
			}
		})
	}
}

func TestARedirectIsReturnedAndNotFollowed(t *testing.T) {
	elsewhere := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
	handler := testkit.Serve(t, testkit.Redirect(elsewhere.URL()))
	r := start(t, handler.URL())
	got := r.postSigned(sampleBody)
	if d := r.onlyDelivery(); got.code != http.StatusFound || got.header.Get("Location") != elsewhere.URL() || d.Status != webhook.StatusRefused {
		t.Errorf("got %d to %q, %s; want 302 to %s, refused", got.code, got.header.Get("Location"), d.Status, elsewhere.URL())
	}
	if n := len(elsewhere.Requests()); n != 0 {
		t.Errorf("the redirect target got %d deliveries, want 0", n)
	}
}

func TestConnectionFieldsAreNotReturned(t *testing.T) {
	handler := rawHandler(t, "200 OK", "ok", "Connection: keep-alive, X-Hop", "X-Hop: 1", "Keep-Alive: timeout=5", "Upgrade: h2c",
		"Proxy-Authenticate: Basic", "Trailer: X-After", "X-Kept: 1")
	r := start(t, handler.URL())
	got := r.postSigned(sampleBody)
	for _, name := range []string{"Connection", "X-Hop", "Keep-Alive", "Upgrade", "Proxy-Authenticate", "Trailer"} {
		if values := got.header[name]; values != nil {
			t.Errorf("the sender got %s %q, want none", name, values)
		}
	}
	if got.header.Get("X-Kept") != "1" || r.onlyDelivery().History[0].Header.Get("X-Hop") != "1" {
		t.Errorf("got X-Kept %q and recorded X-Hop %q, want 1 and 1", got.header.Get("X-Kept"), r.onlyDelivery().History[0].Header.Get("X-Hop"))
	}
}

func TestResponsesWithoutABodyHaveNoLength(t *testing.T) {
	for _, status := range []string{"204 No Content", "304 Not Modified"} {
		handler := testkit.ServeRaw(t, testkit.RespondRaw("HTTP/1.1 "+status+"\r\nX-Kept: 1\r\n\r\n"))
		r := start(t, handler.URL())
		got := r.postSigned(sampleBody)
		if fmt.Sprint(got.code) != status[:3] || got.body != "" || got.header.Get("X-Kept") != "1" || got.header["Content-Length"] != nil {
			t.Errorf("the handler sent %s, the sender got %d %q with %v, want the same without a length", status, got.code, got.body, got.header)
		}
	}
}

func TestALongResponseIsReturnedTruncated(t *testing.T) {
	handler := testkit.Serve(t, testkit.Huge(1000))
	r := start(t, handler.URL(), func(p *rigOptions) { p.sender.ResponseLimit = 100 })
	got := r.postSigned(sampleBody)
	if a := r.onlyDelivery().History[0]; got.code != http.StatusOK || len(got.body) != 100 || !a.ResponseTruncated {
		t.Errorf("1000 bytes with a cap of 100: got %d with %d, truncated %t; want 200 with 100, truncated", got.code, len(got.body), a.ResponseTruncated)
	}
}

func TestAHandlerCannotSetSessionHeaders(t *testing.T) {
	handler := rawHandler(t, "200 OK", "ok", session.DeliveryHeader+": dlv_0000000000", session.StatusHeader+": rejected")
	r := start(t, handler.URL())
	got := r.post(sampleBody, trustedHeader(sampleBody, session.Sender{Origin: webhook.OriginTrigger}))
	id, status := got.header[session.DeliveryHeader], got.header[session.StatusHeader]
	if !slices.Equal(id, []string{string(r.onlyDelivery().ID)}) || !slices.Equal(status, []string{"delivered"}) {
		t.Errorf("got id %q and status %q, want only %s and delivered", id, status, r.onlyDelivery().ID)
	}
	if got := r.postSigned(sampleBody); got.header[session.DeliveryHeader] != nil || got.header[session.StatusHeader] != nil {
		t.Errorf("a sender without the token got %v, want neither id nor status", got.header)
	}
}

func TestTheSenderGets502Or504WithoutAResponse(t *testing.T) {
	never := make(chan struct{})
	stalled := testkit.Serve(t, testkit.StallMidResponse(never, "half", ""))
	const short = 200 * time.Millisecond // for handlers that never respond
	tests := []struct {
		name, target string
		timeout      time.Duration
		code         int
		status       webhook.Status
		body         string
	}{
		{"handler down", testkit.RefusingAddr(t), testTimeout, 502, webhook.StatusUnreachable, "The handler could not be reached.\n"},
		{"hangs up", testkit.Serve(t, testkit.HangUp()).URL(), testTimeout, 502, webhook.StatusUnreachable, "The handler could not be reached.\n"},
		{"hangs up midway", testkit.Serve(t, testkit.HangUpMidResponse()).URL(), testTimeout, 502, webhook.StatusUnreachable, "The handler could not be reached.\n"},
		{"too slow", testkit.Serve(t, testkit.Slow(never, nil)).URL(), short, 504, webhook.StatusTimedOut, "The handler did not respond in time.\n"},
		{"stalls", stalled.URL(), short, 504, webhook.StatusTimedOut, "The handler did not respond in time.\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := start(t, test.target, func(p *rigOptions) { p.sender.Timeout = test.timeout })
			got := r.post(sampleBody, trustedHeader(sampleBody, session.Sender{Origin: webhook.OriginTrigger}))
			d := r.onlyDelivery()
			if got.code != test.code || got.body != test.body || d.Status != test.status || got.header.Get(session.StatusHeader) != string(test.status) {
				t.Errorf("got %d %q, recorded %s, response header %q; want %d %q, %s", got.code, got.body, d.Status, got.header.Get(session.StatusHeader),
					test.code, test.body, test.status)
			}
		})
	}
}

func TestAckRespondsWhileTheHandlerHangs(t *testing.T) {
	release := make(chan struct{})
	handler := testkit.Serve(t, testkit.Slow(release, testkit.Respond(http.StatusTeapot, "late")))
	r := start(t, handler.URL(), func(p *rigOptions) { p.ingress.Respond = RespondAck })
	got := r.postSigned(sampleBody)
	if d := r.onlyDelivery(); got.code != http.StatusOK || got.body != "" || d.Status != webhook.StatusPending {
		t.Errorf("got %d %q and recorded %s, want 200, nothing and pending", got.code, got.body, d.Status)
	}
	handler.Wait(1)
	if held := r.ingress.bodies.reserved.Load(); held != int64(len(sampleBody))+deliveryOverhead {
		t.Errorf("%d bytes are reserved while the handler hangs, want %d", held, len(sampleBody)+deliveryOverhead)
	}
	close(release)
	r.Close()
	if d := r.onlyDelivery(); d.Status != webhook.StatusRefused || d.Code != http.StatusTeapot {
		t.Errorf("after Close: %s %d, want refused 418", d.Status, d.Code)
	}
	r.wantNothingHeld()
}

func TestATrustedSenderWaitsForTheOutcomeEvenWithAck(t *testing.T) {
	release := make(chan struct{})
	handler := testkit.Serve(t, testkit.Slow(release, testkit.Respond(http.StatusTeapot, "late")))
	r := start(t, handler.URL(), func(p *rigOptions) { p.ingress.Respond = RespondAck })
	answered := make(chan reply, 1)
	go func() {
		answered <- r.post(sampleBody, trustedHeader(sampleBody, session.Sender{Origin: webhook.OriginTrigger}))
	}()
	handler.Wait(1)
	select {
	case got := <-answered:
		t.Errorf("got %d before the handler responded", got.code)
	default:
	}
	close(release)
	got := receive(t, answered, "the response")
	if d := r.onlyDelivery(); got.code != http.StatusTeapot || got.header.Get(session.StatusHeader) != "refused" || d.Status != webhook.StatusRefused {
		t.Errorf("got %d, response header %q, recorded %s; want 418, refused", got.code, got.header.Get(session.StatusHeader), d.Status)
	}
}

func TestASenderThatHangsUpDoesNotStopTheDelivery(t *testing.T) {
	release := make(chan struct{})
	handler := testkit.Serve(t, testkit.Slow(release, testkit.Respond(http.StatusOK, "ok")))
	r := start(t, handler.URL())
	ctx, hangUp := context.WithCancel(t.Context())
	hungUp := make(chan error, 1)
	go func() {
		resp, err := r.client.Do(r.request(ctx, http.MethodPost, ingressPath, strings.NewReader(sampleBody), signedHeader(sampleBody)))
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
		hungUp <- err
	}()
	handler.Wait(1)
	hangUp()
	if err := receive(t, hungUp, "the sender to hang up"); err == nil {
		t.Fatal("the sender got an answer before it hung up")
	}
	close(release)
	all := r.waitFor("the delivery", func(all []webhook.Delivery) bool { return len(all) == 1 && all[0].Status != webhook.StatusPending })
	if all[0].Status != webhook.StatusDelivered {
		t.Errorf("the sender hung up, and the delivery is %s, want delivered", all[0].Status)
	}
}
