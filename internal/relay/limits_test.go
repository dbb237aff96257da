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

// announce opens a connection and announces a body without sending it. It returns once the ingress waits for the body.
func (r *rig) announce(length int) net.Conn {
	r.tb.Helper()
	c := r.dial()
	write(r.tb, c, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", ingressPath, length))
	goOn := make([]byte, len("HTTP/1.1 100 Continue\r\n\r\n"))
	if _, err := io.ReadFull(c, goOn); err != nil {
		r.tb.Fatalf("read %q: %v", goOn, err)
	}
	return c
}

func TestBodiesThatAreOnlyAnnouncedKeepNobodyOut(t *testing.T) {
	handler := testkit.Serve(t, testkit.Answer(http.StatusOK, "ok"))
	r := start(t, handler.URL(), warn)
	r.ingress.bodies.limit = 1 << 20
	for range 8 {
		r.announce(1 << 20)
	}
	if got := r.post(sampleBody, nil); got.code != http.StatusOK {
		t.Errorf("beside 8 announced bodies a small one got %d %s, want 200", got.code, got.body)
	}
	if n := len(r.told.of(NoticeTooMany)); n != 0 {
		t.Errorf("reported %d times that too much is in flight, want never", n)
	}
}

func TestLargeBodiesLeaveRoomForSmallOnes(t *testing.T) {
	r := start(t, testkit.Nowhere(t), warn)
	const large = 512 << 10
	r.ingress.bodies.limit = large + deliveryCost + smallShare
	first := r.announce(large)
	write(t, first, strings.Repeat("x", large-1))
	r.until("the large body has arrived", func() bool { return r.ingress.bodies.held.Load() >= large })
	got := r.post(strings.Repeat("x", large), nil)
	if got.code != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" {
		t.Errorf("a second large body got %d with Retry-After %q, want 503 with one", got.code, got.header.Get("Retry-After"))
	}
	if got := r.post(sampleBody, nil); got.code != http.StatusBadGateway { // there is no handler
		t.Errorf("a small body got %d, want 502", got.code)
	}
	r.post(strings.Repeat("x", large), nil)
	if told := r.told.of(NoticeTooMany); len(told) != 1 || told[0].At.IsZero() {
		t.Errorf("told %+v, want once", told)
	}
}

func TestASenderThatIsTurnedAwaySeesTheResponse(t *testing.T) {
	const large = 4 << 20 // more than a socket buffers
	r := start(t, testkit.Nowhere(t), func(p *parts) { p.ingress.MaxBody = large })
	r.ingress.bodies.limit = 2 * firstRead
	for name, head := range map[string]string{"503": "A: b", "403": "Origin: https://evil.example"} {
		if got := r.raw(rawPost(strings.Repeat("x", large), head)); fmt.Sprint(got.code) != name {
			t.Errorf("%s: got %d, want %s after all of the body was written", head, got.code, name)
		}
	}
}

func TestAHeaderMayHave64KiB(t *testing.T) {
	r := start(t, testkit.Nowhere(t), warn)
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
	if told := r.told.of(NoticeLargeHeader); len(told) != 1 {
		t.Errorf("told %+v, want once", told)
	}
}

func TestAnIdleConnectionMakesRoomForANewOne(t *testing.T) {
	r := start(t, testkit.Nowhere(t), func(p *parts) { p.ingress.MaxConns = 2 })
	kept := r.dial() // between two requests
	write(t, kept, rawPost(""))
	readAnswer(t, kept)
	busy := r.announce(10)
	r.until("a third connection is served", func() bool { return r.raw(rawPost(sampleBody)).code == http.StatusUnauthorized })
	if _, err := kept.Read(make([]byte, 1)); err == nil {
		t.Error("the connection between requests is still open")
	}
	write(t, busy, "0123456789")
	if got := readAnswer(t, busy); got.code != http.StatusUnauthorized {
		t.Errorf("the connection in use: got %d, want 401", got.code)
	}
	if told := r.told.of(NoticeTooManyConns); len(told) != 1 || told[0].Limit != 2 {
		t.Errorf("told %+v, want once, with 2", told)
	}
}

func TestAConnectionTooManyIsTurnedAway(t *testing.T) {
	r := start(t, testkit.Nowhere(t), func(p *parts) { p.ingress.MaxConns = 2 })
	first := r.announce(10)
	r.announce(10)
	got := r.raw(rawPost(sampleBody))
	if got.code != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" || got.body != "Too many connections are open at once.\n" {
		t.Errorf("a third connection got %d %q, want 503", got.code, got.body)
	}
	write(t, first, "0123456789")
	readAnswer(t, first)
	r.until("one of them is free", func() bool { return r.raw(rawPost(sampleBody)).code == http.StatusUnauthorized })
	if told := r.told.of(NoticeTooManyConns); len(told) != 1 {
		t.Errorf("told %+v, want once", told)
	}
}

func TestConnectionsThatThereIsNoFileForWait(t *testing.T) {
	release := make(chan struct{})
	handler := testkit.Serve(t, testkit.Slow(release, testkit.Answer(http.StatusOK, "ok")))
	r := start(t, handler.URL(), func(p *parts) { p.ingress.Files = 2 })
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
	if told := r.told.of(NoticeTooManyConns); len(told) != 0 {
		t.Errorf("told %+v, want nothing", told)
	}
}
