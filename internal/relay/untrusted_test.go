package relay

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// A page in the developer's browser can post to this machine. With DNS rebinding, the page's own host name leads to this machine, so the
// browser treats both as one origin and lets the page read the response.
func TestABrowserPageCannotReachTheHandlerOrLearnAnything(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "the handler's answer"))
	r := start(t, handler.URL())
	for _, method := range []string{http.MethodPost, http.MethodOptions, http.MethodGet} {
		for _, path := range []string{ingressPath, "/"} {
			req := r.request(t.Context(), method, path, strings.NewReader(sampleBody), http.Header{
				"Content-Type": {"text/plain"}, "Origin": {"http://rebound.example:4747"}, "Cookie": {"a=b"},
				"Access-Control-Request-Headers": {session.SenderHeader}, "Access-Control-Request-Method": {http.MethodPost},
			})
			req.Host = "rebound.example:4747"
			got := r.do(req)
			if got.code < 400 {
				t.Errorf("%s %s: got %d, want a refusal", method, path, got.code)
			}
			for name := range got.header {
				if strings.HasPrefix(name, "Access-Control-") || name == session.DeliveryHeader || name == session.StatusHeader {
					t.Errorf("%s %s: the page gets %s: %s", method, path, name, got.header.Get(name))
				}
			}
			for _, kept := range []string{secretText, token, handler.URL(), "the handler's answer", r.dir} {
				if strings.Contains(got.body, kept) {
					t.Errorf("%s %s: the page gets %q", method, path, got.body)
				}
			}
		}
	}
	if n := len(handler.Requests()); n != 0 {
		t.Errorf("%d requests of the page reached the handler", n)
	}
	if n := len(r.recorded()); n != 0 {
		t.Errorf("%d requests of the page were recorded, want none", n)
	}
}

func TestALargeHeaderIsRejectedAndNotRecorded(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
	r := start(t, handler.URL())
	header := signedHeader(sampleBody)
	header.Set("X-Large", strings.Repeat("x", 128<<10))
	// The server closes the connection before it reads the body, so its response may be lost.
	resp, err := r.client.Do(r.request(t.Context(), http.MethodPost, ingressPath, strings.NewReader(sampleBody), header))
	if err == nil {
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("a header of 128 KiB: got %d, want 431", resp.StatusCode)
		}
	}
	if n, m := len(r.recorded()), len(handler.Requests()); n != 0 || m != 0 {
		t.Errorf("%d recorded, %d forwarded, want none", n, m)
	}
}

func TestASlowSenderIsDisconnected(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		sent  string
		after time.Duration
	}{
		"nothing":              {"", 10 * time.Second},
		"half a header":        {"POST " + ingressPath + " HTTP/1.1\r\nHost: a\r\n", 10 * time.Second},
		"no body":              {"POST " + ingressPath + " HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n", 10 * time.Second},
		"half a body":          {"POST " + ingressPath + " HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{", 10 * time.Second},
		"idle after a request": {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 2 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				near, far := net.Pipe()
				var notices noticeLog
				r := New(Options{Now: time.Now, Notify: notices.add})
				defer r.Close()
				server := NewIngress(r, IngressOptions{Path: ingressPath, MaxBody: 1 << 20}).Server()
				var serving sync.WaitGroup
				serving.Go(func() { _ = server.Serve(&oneConnection{conn: far, closed: make(chan struct{})}) })
				begin := time.Now()
				go func() { _, _ = io.WriteString(near, test.sent) }()
				_, err := io.Copy(io.Discard, bufio.NewReader(near))
				if took := time.Since(begin); err != nil || took > test.after+time.Second {
					t.Errorf("%v, disconnected after %s, want %s", err, took, test.after)
				}
				if n := len(notices.of(NoticeTooSlow)); (n == 1) != strings.HasSuffix(name, "body") {
					t.Errorf("%d notices of a slow body", n)
				}
				_ = near.Close()
				_ = server.Close()
				serving.Wait()
			})
		})
	}
}

func TestASlowButSteadyBodyIsAcceptedForAMinute(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		parts, want int
	}{
		"within a minute": {6, http.StatusUnauthorized},
		"over a minute":   {9, http.StatusRequestTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				near, far := net.Pipe()
				r := New(Options{Now: time.Now, Log: &memory{}, Verify: VerifyStrict, Random: rand.Reader, Secrets: func() []webhook.Secret { return nil }})
				defer r.Close()
				server := NewIngress(r, IngressOptions{Path: ingressPath, MaxBody: 1 << 20}).Server()
				var serving sync.WaitGroup
				serving.Go(func() { _ = server.Serve(&oneConnection{conn: far, closed: make(chan struct{})}) })
				serving.Go(func() {
					_, _ = io.WriteString(near, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", ingressPath, test.parts))
					for range test.parts {
						time.Sleep(9 * time.Second) // fake time
						_, _ = io.WriteString(near, "x")
					}
				})
				if got := readResponse(t, near); got.code != test.want {
					t.Errorf("got %d, want %d", got.code, test.want)
				}
				_ = near.Close()
				_ = server.Close()
				serving.Wait()
			})
		})
	}
}

// oneConnection is a listener that accepts one connection.
type oneConnection struct {
	mu     sync.Mutex
	conn   net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *oneConnection) Accept() (net.Conn, error) {
	l.mu.Lock()
	conn := l.conn
	l.conn = nil
	l.mu.Unlock()
	if conn != nil {
		return conn, nil
	}
	<-l.closed
	return nil, net.ErrClosed
}

func (l *oneConnection) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *oneConnection) Addr() net.Addr { return &net.TCPAddr{} }

func TestASenderThatDoesNotReadTheResponseIsDisconnected(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		ended := make(chan time.Duration, 1)
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			begin := time.Now()
			respondAttempt(w, webhook.Attempt{Code: http.StatusOK, Response: make([]byte, 64<<10)})
			ended <- time.Since(begin)
		})}
		var serving sync.WaitGroup
		serving.Go(func() { _ = server.Serve(&oneConnection{conn: far, closed: make(chan struct{})}) })
		write(t, near, rawPost(""))
		if took := <-ended; took > bodyReadTimeout {
			t.Errorf("disconnected after %s, want at most %s", took, bodyReadTimeout)
		}
		_ = near.Close()
		_ = server.Close()
		serving.Wait()
	})
}
