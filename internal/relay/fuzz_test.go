package relay

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// accepting is a handler that accepts everything and remembers the bodies of one round.
type accepting struct {
	mu     sync.Mutex
	bodies []string
}

func (h *accepting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bodies = append(h.bodies, string(body))
}

// take returns the bodies received since the last call.
func (h *accepting) take() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	bodies := h.bodies
	h.bodies = nil
	return bodies
}

// FuzzIngress sends arbitrary requests to the ingress. None makes it panic. The handler and the log get every request with a 2xx response,
// byte for byte, and no others.
func FuzzIngress(f *testing.F) {
	trusted := session.SenderHeader + ": " + session.Sender{Token: token, Origin: webhook.OriginReplay, Parent: "dlv_0123456789"}.String()
	for _, header := range []string{"", "A: b", trusted, session.SenderHeader + ": ;=;", "X-Vidiking-Signature: sha256=", "Expect: 100-continue",
		"Connection: close", "Content-Length: 3", "Transfer-Encoding: chunked", "Host: b", "X: \xff", ": x", "A: b\r\n\r\nGET / HTTP/1.1",
		"Upgrade: h2c", "Te: trailers\r\nTrailer: Content-Length", "User-Agent:", "Content-Encoding: gzip"} {
		f.Add("POST", ingressPath, header, sampleBody, false)
		f.Add("POST", ingressPath, header, "\x00\xff\r\n", true)
	}
	f.Add("GET", ingressPath, "", "", false)
	f.Add("post", "/", "", "", true)
	f.Add("POST", "*", "", "{", false)
	f.Add("POST", "http://["+ingressPath, "", "{", false)
	f.Add("POST", ingressPath+"?%", "", `{"event":"a","event":"b"}`, true)
	handler := &accepting{}
	server := httptest.NewServer(handler)
	f.Cleanup(server.Close)
	r := start(f, server.URL, warn)
	f.Fuzz(func(t *testing.T, method, target, header, body string, chunked bool) {
		request := wire(method, target, header, body, chunked)
		cursor, err := r.log.Reader().LastSeq(t.Context())
		if err != nil {
			t.Fatalf("read the log: %v", err)
		}
		answers, err := exchange(t, r.address, request)
		recorded, forwarded := r.recordedSince(t, cursor), handler.take()
		if err != nil {
			t.Skipf("the answer to %q was lost: %v", request, err)
		}
		for _, code := range []string{"500", "502", "503", "504"} { // net/http sends 501 and 505 itself
			if strings.Contains(answers, "HTTP/1.1 "+code) {
				t.Errorf("sent %q\ngot %q, want no %s", request, answers, code)
			}
		}
		accepted := strings.Count(answers, "HTTP/1.1 2")
		if len(recorded) != accepted || !slices.Equal(recorded, forwarded) {
			t.Errorf("sent %q\ngot %d times 2xx in %q\nrecorded %q\nforwarded %q", request, accepted, answers, recorded, forwarded)
		}
		if accepted == 1 && header == "" && !strings.ContainsAny(method+target, "\r\n") && recorded[0] != body {
			t.Errorf("sent %q\nrecorded the body %q, want %q", request, recorded[0], body)
		}
	})
}

// wire returns a request as it is sent over the wire.
func wire(method, target, header, body string, chunked bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: a\r\n", method, target)
	if header != "" {
		b.WriteString(header + "\r\n")
	}
	if !chunked {
		fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
		return b.String()
	}
	b.WriteString("Transfer-Encoding: chunked\r\n\r\n")
	for piece := range slices.Chunk([]byte(body), 7) {
		fmt.Fprintf(&b, "%x\r\n%s\r\n", len(piece), piece)
	}
	b.WriteString("0\r\n\r\n")
	return b.String()
}

// exchange sends the text and returns everything that arrives until the other side closes. It returns an error if the connection was
// reset, which happens if the server closes before it has read everything. A response may be lost then.
func exchange(t *testing.T, address, text string) (string, error) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatalf("dial the ingress: %v", err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(testTimeout))
	_, _ = io.WriteString(c, text)
	_ = c.(*net.TCPConn).CloseWrite()
	answers, err := io.ReadAll(c)
	return string(answers), err
}

// recordedSince returns the bodies recorded after change number cursor.
func (r *rig) recordedSince(t *testing.T, cursor int64) []string {
	t.Helper()
	if err := r.log.Flush(context.Background()); err != nil {
		t.Fatalf("flush the log: %v", err)
	}
	changes, err := r.log.Reader().Changes(context.Background(), cursor, 1000)
	if err != nil {
		t.Fatalf("read the log: %v", err)
	}
	var bodies []string
	for _, change := range changes {
		if change.Kind != store.ChangeRecorded {
			continue
		}
		d, err := r.log.Reader().Get(context.Background(), change.Summary.ID)
		if err != nil {
			t.Fatalf("read the log: %v", err)
		}
		bodies = append(bodies, string(d.Body))
	}
	return bodies
}
