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

// announce opens a connection and sends a header that announces a body. It returns once the ingress waits for the body.
func (r *rig) announce(length int) net.Conn {
	r.tb.Helper()
	c := r.dial()
	write(r.tb, c, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", ingressPath, length))
	continueResponse := make([]byte, len("HTTP/1.1 100 Continue\r\n\r\n"))
	if _, err := io.ReadFull(c, continueResponse); err != nil {
		r.tb.Fatalf("read %q: %v", continueResponse, err)
	}
	return c
}

func TestAnnouncedBodiesReserveNoMemory(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
	r := start(t, handler.URL(), warn)
	r.ingress.bodies.limit = 1 << 20
	for range 8 {
		r.announce(1 << 20)
	}
	if got := r.post(sampleBody, nil); got.code != http.StatusOK {
		t.Errorf("with 8 announced bodies a small one got %d %s, want 200", got.code, got.body)
	}
	if n := len(r.notices.of(NoticeTooManyBytes)); n != 0 {
		t.Errorf("reported too many bytes in flight %d times, want 0", n)
	}
}

func TestLargeBodiesLeaveRoomForSmallOnes(t *testing.T) {
	r := start(t, testkit.RefusingAddr(t), warn)
	const large = 512 << 10
	r.ingress.bodies.limit = large + deliveryOverhead + smallReserve
	first := r.announce(large)
	write(t, first, strings.Repeat("x", large-1))
	r.waitUntil("the large body has arrived", func() bool { return r.ingress.bodies.reserved.Load() >= large })
	got := r.post(strings.Repeat("x", large), nil)
	if got.code != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" {
		t.Errorf("a second large body got %d with Retry-After %q, want 503 with one", got.code, got.header.Get("Retry-After"))
	}
	if got := r.post(sampleBody, nil); got.code != http.StatusBadGateway { // no handler is running
		t.Errorf("a small body got %d, want 502", got.code)
	}
	r.post(strings.Repeat("x", large), nil)
	if notices := r.notices.of(NoticeTooManyBytes); len(notices) != 1 || notices[0].At.IsZero() {
		t.Errorf("got notices %+v, want once", notices)
	}
}

func TestARejectedSenderSeesTheResponse(t *testing.T) {
	const large = 4 << 20 // more than a socket buffers
	r := start(t, testkit.RefusingAddr(t), func(p *rigOptions) { p.ingress.MaxBody = large })
	r.ingress.bodies.limit = 2 * firstBuffer
	for name, head := range map[string]string{"503": "A: b", "403": "Origin: https://evil.example"} {
		if got := r.raw(rawPost(strings.Repeat("x", large), head)); fmt.Sprint(got.code) != name {
			t.Errorf("%s: got %d, want %s after all of the body was written", head, got.code, name)
		}
	}
}

func TestAHeaderMayHave64KiB(t *testing.T) {
	r := start(t, testkit.RefusingAddr(t), warn)
	request := func(size int) string {
		head := rawPost("", "A: ")
		return strings.Replace(head, "A: ", "A: "+strings.Repeat("x", size-len(head)), 1)
	}
	for range 2 {
		for size, want := range map[int]int{maxHeader: http.StatusBadGateway, maxHeader + 1: http.StatusRequestHeaderFieldsTooLarge} {
			if got := r.raw(request(size)); got.code != want {
				t.Errorf("a header of %d bytes got %d, want %d", size, got.code, want)
			}
		}
	}
	if notices := r.notices.of(NoticeLargeHeader); len(notices) != 1 {
		t.Errorf("got notices %+v, want once", notices)
	}
}

func TestAnIdleConnectionMakesRoomForANewOne(t *testing.T) {
	r := start(t, testkit.RefusingAddr(t), func(p *rigOptions) { p.ingress.MaxConns = 2 })
	kept := r.dial() // idle between two requests
	write(t, kept, rawPost(""))
	readResponse(t, kept)
	busy := r.announce(10)
	r.waitUntil("a third connection is served", func() bool { return r.raw(rawPost(sampleBody)).code == http.StatusUnauthorized })
	if _, err := kept.Read(make([]byte, 1)); err == nil {
		t.Error("the connection between requests is still open")
	}
	write(t, busy, "0123456789")
	if got := readResponse(t, busy); got.code != http.StatusUnauthorized {
		t.Errorf("the connection in use: got %d, want 401", got.code)
	}
	if notices := r.notices.of(NoticeTooManyConns); len(notices) != 1 || notices[0].Limit != 2 {
		t.Errorf("got notices %+v, want one, with 2", notices)
	}
}

func TestAConnectionOverTheLimitIsRejected(t *testing.T) {
	r := start(t, testkit.RefusingAddr(t), func(p *rigOptions) { p.ingress.MaxConns = 2 })
	first := r.announce(10)
	r.announce(10)
	got := r.raw(rawPost(sampleBody))
	if got.code != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" || got.body != "Too many connections are open at once.\n" {
		t.Errorf("a third connection got %d %q, want 503", got.code, got.body)
	}
	write(t, first, "0123456789")
	readResponse(t, first)
	r.waitUntil("one of them is free", func() bool { return r.raw(rawPost(sampleBody)).code == http.StatusUnauthorized })
	if notices := r.notices.of(NoticeTooManyConns); len(notices) != 1 {
		t.Errorf("got notices %+v, want once", notices)
	}
}

func TestConnectionsWithoutAFileDescriptorWait(t *testing.T) {
	release := make(chan struct{})
	handler := testkit.Serve(t, testkit.Slow(release, testkit.Respond(http.StatusOK, "ok")))
	r := start(t, handler.URL(), func(p *rigOptions) { p.ingress.Files = 2 })
	replies := make(chan reply, 6)
	for range cap(replies) {
		go func() { replies <- r.postSigned(sampleBody) }()
	}
	handler.Wait(2)
	close(release)
	for range cap(replies) {
		if got := receive(t, replies, "a response"); got.code != http.StatusOK {
			t.Errorf("got %d, want 200", got.code)
		}
	}
	if notices := r.notices.of(NoticeTooManyConns); len(notices) != 0 {
		t.Errorf("got notices %+v, want none", notices)
	}
}
