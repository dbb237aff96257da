package dispatch

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// needPool skips a test of connections that http.Transport doesn't manage.
func needPool(t *testing.T, s *Sender) {
	t.Helper()
	if s.pool == nil {
		t.Skip("http.Transport manages all connections.")
	}
}

// viaTransport returns a Sender that sends with http.Transport.
func viaTransport(tb testing.TB, o Options) *Sender {
	tb.Helper()
	s := sender(tb, o)
	s.pool = nil
	return s
}

func TestDirectRequestsHaveTheBytesOfTransport(t *testing.T) {
	long := strings.Repeat("x", 20<<10)
	headers := map[string]webhook.Header{
		"none":        nil,
		"sample":      sampleHeader(),
		"expect":      {{Name: "Expect", Value: "100-continue"}, {Name: "Connection", Value: "close, X-Hop"}, {Name: "X-Hop", Value: "1"}},
		"user agents": {{Name: "User-Agent", Value: "a"}, {Name: "User-Agent", Value: ""}, {Name: "user-agent", Value: " b "}},
		"no agent":    {{Name: "User-Agent", Value: ""}, {Name: "X-Empty", Value: ""}},
		"spaces":      {{Name: "X-Space", Value: " a\t"}, {Name: "X-Latin", Value: "gr\xf6\xdfe"}, {Name: "x-UPPER", Value: "1"}},
		"framing":     {{Name: "Content-Length", Value: "9"}, {Name: "Transfer-Encoding", Value: "chunked"}, {Name: "Trailer", Value: "X"}},
		"encodings":   {{Name: "Accept-Encoding", Value: "br"}, {Name: "Idempotency-Key", Value: "1"}, {Name: "Cookie", Value: "a"}, {Name: "Cookie", Value: "b"}},
		"long":        {{Name: "X-Long", Value: long}},
		"upgrade":     {{Name: "Connection", Value: "Upgrade"}, {Name: "Upgrade", Value: "websocket"}},
		"invalid":     {{Name: "X-Split", Value: "a\r\nb"}},
	}
	targets := map[string]func(Target) Target{
		"plain": func(to Target) Target { return to },
		"rest":  func(to Target) Target { return to.For("/a%2Fb//c\xff|", "q=\"<>&&", "shop.test:8080") },
		"host":  func(to Target) Target { return to.For("", "", "bücher.example") },
		"odd":   func(to Target) Target { return to.For("//two", "", "a b/c") },
		"ctl":   func(to Target) Target { return to.For("/\x01", "", "") },
	}
	for name, header := range headers {
		for where, change := range targets {
			if name != "sample" && where != "rest" {
				continue
			}
			for _, body := range []string{"", "{}", long, strings.Repeat("y", 200<<10)} {
				var got [2]string
				for i, s := range []*Sender{sender(t, Options{}), viaTransport(t, Options{})} {
					handler := testkit.ServeRaw(t, testkit.RespondRaw(okResponse))
					to := change(target(t, handler.URL()+"/hook?own=1"))
					a := s.Send(t.Context(), to, header, []byte(body)).Attempt
					got[i] = string(a.Failure) + " " + a.Error + "\n"
					for _, request := range handler.Requests() {
						got[i] += string(request)
					}
					got[i] = strings.ReplaceAll(got[i], handler.Addr(), "HANDLER")
				}
				if got[0] != got[1] {
					t.Errorf("header %q, target %q, body of %d bytes:\n got %.2000q\nwant %.2000q", name, where, len(body), got[0], got[1])
				}
			}
		}
	}
}

func TestConnectionIsReusedOnlyIfTheResponseAllowsIt(t *testing.T) {
	for name, test := range map[string]struct {
		response string
		conns    int // for two deliveries
	}{
		"length":              {okResponse, 1},
		"chunks and trailers": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n2\r\nok\r\n0\r\nX: 1\r\n\r\n", 1},
		"no content":          {"HTTP/1.1 204 No Content\r\n\r\n", 1},
		"not modified":        {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 1},
		"100 first":           {"HTTP/1.1 100 Continue\r\n\r\n" + okResponse, 1},
		"HTTP/1.0 keep-alive": {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", 1},
		"HTTP/1.0":            {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 2},
		"close":               {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", 2},
	} {
		t.Run(name, func(t *testing.T) {
			handler := testkit.ServeRaw(t, testkit.RespondRaw(test.response))
			s := sender(t, Options{})
			for range 2 {
				if got := s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload); got.Failure != "" || got.Stale != nil {
					t.Errorf("got %q %q, stale %+v; want a response", got.Failure, got.Error, got.Stale)
				}
			}
			if n := handler.Connections(); n != test.conns {
				t.Errorf("got %d connections, want %d", n, test.conns)
			}
		})
	}
}

func TestConnectionWithUnreadBytesIsNotReused(t *testing.T) {
	for name, response := range map[string]string{
		"another response": okResponse + okResponse,
		"204 with a body":  "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nno",
		"long body":        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok" + strings.Repeat("x", 8192),
	} {
		t.Run(name, func(t *testing.T) {
			handler := testkit.ServeRaw(t, testkit.RespondRaw(response))
			s := sender(t, Options{})
			needPool(t, s)
			for range 3 {
				if got := s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload); got.Failure != "" || got.Stale != nil {
					t.Errorf("got %q %q, stale %+v; want a response", got.Failure, got.Error, got.Stale)
				}
			}
			if n := handler.Connections(); n != 3 {
				t.Errorf("got %d connections, want 3", n)
			}
		})
	}
}

func TestIdleConnectionThatIsNotQuietIsNotReused(t *testing.T) {
	for name, later := range map[string]func(net.Conn){
		"closed": func(c net.Conn) { _ = c.Close() },
		"reset":  func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0); _ = c.Close() },
		"data":   func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 408 Request Timeout\r\n\r\n") },
	} {
		t.Run(name, func(t *testing.T) {
			conns := make(chan net.Conn, 2)
			handler := testkit.ServeRaw(t, func(c net.Conn, _ []byte) {
				_, _ = io.WriteString(c, okResponse)
				conns <- c
			})
			s := sender(t, Options{})
			needPool(t, s)
			wantCode(t, s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload), http.StatusOK)
			idle := s.pool.idle[handler.Addr()][0]
			if !isQuiet(idle.conn.Conn) {
				t.Error("the connection is not quiet before the handler acts")
			}
			later(<-conns)
			for isQuiet(idle.conn.Conn) { // until it arrives
				runtime.Gosched()
			}
			got := s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload)
			wantCode(t, got, http.StatusOK)
			if n := handler.Connections(); n != 2 || got.Stale != nil {
				t.Errorf("got %d connections and a stale attempt %+v, want 2 and none", n, got.Stale)
			}
		})
	}
}

func TestIdleConnectionIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closed := make(chan time.Duration, 9)
		s := pipeSender(t, Options{}, func(c net.Conn) {
			respondOnce(c)
			start := time.Now()
			_, _ = c.Read(make([]byte, 1))
			closed <- time.Since(start)
		})
		wantCode(t, s.Send(t.Context(), target(t, "3000"), nil, samplePayload), http.StatusOK)
		time.Sleep(testTimeout / 2) // fake time
		wantCode(t, s.Send(t.Context(), target(t, "3001"), nil, samplePayload), http.StatusOK)
		for range 2 {
			if got := <-closed; got != testTimeout {
				t.Errorf("the connection was closed after %v, want %v", got, testTimeout)
			}
		}
		if s.pool == nil {
			return
		}
		s.pool.mu.Lock()
		defer s.pool.mu.Unlock()
		if len(s.pool.idle) != 0 || s.pool.timer != nil {
			t.Errorf("got idle connections %v and timer %v, want none", s.pool.idle, s.pool.timer)
		}
	})
}

func TestIdleConnectionsAreLimited(t *testing.T) {
	p := newPool(nil)
	p.idleTime = testTimeout
	defer p.closeIdle()
	for i := range maxIdle + 1 {
		near, far := net.Pipe()
		p.put(newDirectConn("a", &conn{Conn: near}))
		if i == maxIdle {
			_ = far.SetReadDeadline(time.Now().Add(testTimeout))
			if _, err := far.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
				t.Errorf("connection %d: got %v, want it closed", i, err)
			}
		}
	}
	if n := len(p.idle["a"]); n != maxIdle {
		t.Errorf("got %d idle connections, want %d", n, maxIdle)
	}
}

func TestLargeDeliveryTimesOutAndIsInterrupted(t *testing.T) {
	for name, serve := range map[string]func(net.Conn){
		"not read":    func(net.Conn) {},
		"partly read": func(c net.Conn) { _, _ = io.ReadFull(c, make([]byte, 100<<10)) },
		"no response": readThenWrite(""),
		"half":        readThenWrite("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := pipeSender(t, Options{Timeout: shortTimeout}, serve)
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(3*shortTimeout/2, cancel)
				got := s.Send(ctx, target(t, "3000"), nil, make([]byte, 1<<20))
				if got.Failure != webhook.FailureTimeout || got.Duration != shortTimeout {
					t.Errorf("got %q %q after %v, want a timeout", got.Failure, got.Error, got.Duration)
				}
				got = s.Send(ctx, target(t, "3000"), nil, make([]byte, 1<<20))
				wantFailure(t, got, webhook.FailureCanceled, canceledMessage)
				if got.Duration != shortTimeout/2 {
					t.Errorf("got an interrupt after %v, want %v", got.Duration, shortTimeout/2)
				}
			})
		})
	}
}

func TestTimeoutWhileDialingIsReportedAsATimeout(t *testing.T) {
	for name, dial := range map[string]dialFunc{
		"dialer times out first": func(ctx context.Context, _, _ string) (net.Conn, error) { // as in package net
			if deadline, ok := ctx.Deadline(); ok {
				time.Sleep(time.Until(deadline) - 1) // fake time
				return nil, &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}
			}
			return hangingDial(ctx, "", "")
		},
		"another address is refused": func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, &net.OpError{Op: "dial", Err: refusedNumber}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := sender(t, Options{Timeout: shortTimeout})
				setDial(s, dial)
				got := s.Send(t.Context(), target(t, "3000"), nil, samplePayload)
				wantFailure(t, got, webhook.FailureTimeout, "Could not connect to localhost:3000 within 1 s.")
			})
		})
	}
}

// slowToRead is a connection whose write fails before its read when the deadline passes.
type slowToRead struct {
	net.Conn
	expired, closed context.Context
	expire, close   context.CancelFunc
}

func (c slowToRead) SetDeadline(time.Time) error { c.expire(); return nil }
func (c slowToRead) Close() error                { c.close(); return nil }

func (c slowToRead) Write([]byte) (int, error) {
	<-c.expired.Done()
	return 0, os.ErrDeadlineExceeded
}

func (c slowToRead) Read([]byte) (int, error) {
	<-c.expired.Done()
	select {
	case <-c.closed.Done():
		return 0, net.ErrClosed
	case <-time.After(time.Second): // fake time
		return 0, os.ErrDeadlineExceeded
	}
}

func TestTimeoutOfAWriteIsReportedAsATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sender(t, Options{Timeout: shortTimeout})
		needPool(t, s)
		setDial(s, func(context.Context, string, string) (net.Conn, error) {
			var c slowToRead
			c.expired, c.expire = context.WithCancel(t.Context())
			c.closed, c.close = context.WithCancel(t.Context())
			return &conn{Conn: c}, nil
		})
		got := s.Send(t.Context(), target(t, "3000"), nil, make([]byte, 1<<20))
		wantFailure(t, got, webhook.FailureTimeout, "No response within 1 s.")
	})
}

// failingWriter is a connection to which nothing can be written.
type failingWriter struct{ net.Conn }

func (failingWriter) Write([]byte) (int, error) { return 0, syscall.EINVAL }

func TestFailedWriteEndsTheExchange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sender(t, Options{})
		setDial(s, func(context.Context, string, string) (net.Conn, error) {
			near, _ := net.Pipe()
			return &conn{Conn: failingWriter{near}}, nil
		})
		for _, size := range []int{0, 1 << 20} {
			got := s.Send(t.Context(), target(t, "3000"), nil, make([]byte, size))
			wantFailure(t, got, webhook.FailureReset, crashMessage)
			if got.Duration != 0 {
				t.Errorf("body of %d bytes: got the failure after %v, want it at once", size, got.Duration)
			}
		}
	})
}

func TestConnectionIsReusedAfterALargeDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conns := 0
		s := pipeSender(t, Options{}, func(c net.Conn) {
			conns++
			for {
				if r, err := http.ReadRequest(newReader(c)); err != nil || drainRequest(r) != nil {
					return
				}
				_, _ = io.WriteString(c, okResponse)
			}
		})
		for range 3 {
			wantAttempts(t, s.Send(t.Context(), target(t, "3000"), nil, make([]byte, 1<<20)), "200")
			time.Sleep(time.Second) // fake time
		}
		if conns != 1 {
			t.Errorf("got %d connections, want 1", conns)
		}
	})
}

func drainRequest(r *http.Request) error {
	_, err := io.Copy(io.Discard, r.Body)
	return err
}

func TestConnectionWithAnUnfinishedResponseIsNotReused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conns := 0
		s := pipeSender(t, Options{ResponseLimit: 10}, func(c net.Conn) {
			conns++
			in := readOneRequest(c)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
			_, _ = c.Write(make([]byte, 11+maxDrainBytes)) // exactly as much as is read
			_, _ = io.Copy(io.Discard, in)
		})
		for range 2 {
			wantAttempts(t, s.Send(t.Context(), target(t, "3000"), nil, samplePayload), "200")
		}
		if conns != 2 {
			t.Errorf("got %d connections, want 2", conns)
		}
	})
}

func TestResponseBeforeALargeBodyIsReadEndsTheExchange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conns := 0
		s := pipeSender(t, Options{}, func(c net.Conn) {
			conns++
			_, _ = io.ReadFull(c, make([]byte, 1000))
			_, _ = io.WriteString(c, okResponse) // and leaves the rest unread, without closing
		})
		for range 2 {
			got := s.Send(t.Context(), target(t, "3000"), nil, make([]byte, 1<<20))
			wantCode(t, got, http.StatusOK)
			if got.Duration != maxDrainTime || string(got.Response) != "ok" {
				t.Errorf("got %q after %v, want ok after %v", got.Response, got.Duration, maxDrainTime)
			}
		}
		if conns != 2 {
			t.Errorf("got %d connections, want 2", conns)
		}
	})
}

func TestInterimResponsesAreLimited(t *testing.T) {
	endless := func(c net.Conn) {
		readOneRequest(c)
		for {
			if _, err := io.WriteString(c, "HTTP/1.1 103 Early Hints\r\nX: "+strings.Repeat("x", 1000)+"\r\n\r\n"); err != nil {
				return
			}
		}
	}
	synctest.Test(t, func(t *testing.T) {
		got := pipeSender(t, Options{}, endless).Send(t.Context(), target(t, "3000"), nil, nil)
		wantFailure(t, got, webhook.FailureBadResponse, "The response from localhost:3000 is not valid HTTP. Is it the right port?")
	})
}

// scriptedConn returns a response once a request was written, and then fails with err.
type scriptedConn struct {
	net.Conn
	response []byte
	chunk    int
	err      error
	written  chan struct{}
	once     *sync.Once
}

func (c *scriptedConn) Write(p []byte) (int, error) {
	c.once.Do(func() { close(c.written) })
	return len(p), nil
}

func (c *scriptedConn) Read(p []byte) (int, error) {
	<-c.written
	if len(c.response) == 0 {
		return 0, c.err
	}
	n := copy(p[:min(len(p), c.chunk)], c.response)
	c.response = c.response[n:]
	return n, nil
}

func (c *scriptedConn) Close() error {
	c.once.Do(func() { close(c.written) })
	return nil
}

func (c *scriptedConn) SetDeadline(time.Time) error { return nil }

// FuzzDirectResponse checks that a response has the same result as with http.Transport.
func FuzzDirectResponse(f *testing.F) {
	for _, response := range []string{
		okResponse, okResponse + okResponse, "", "H", "HTTP/1.1 200 OK\r\n\r\nto the end", "HTTP/1.0 200 OK\n\nold", "220 mail.example ESMTP\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", "HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n" + strings.Repeat("x", 300),
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + okResponse, "HTTP/1.1 199 X\r\n\r\n", "HTTP/1.1 099 X\r\n\r\n",
		strings.Repeat("HTTP/1.1 103 X\r\nX: "+strings.Repeat("x", 30<<10)+"\r\n\r\n", 3) + okResponse,
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nx", "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nno",
		"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n2\r\nok\r\n0\r\nX: 1\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n" + strings.Repeat("x", 255) + "\r\n1\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
		"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", maxHeaderBytes) + "\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "\x15\x03\x03\x00\x02\x02\x0a",
		"HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n" + strings.Repeat("x", 400_000), "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", maxHeaderBytes-len("HTTP/1.1 200 OK\r\nX: \r\n\r\n")) + "\r\n\r\nbody",
	} {
		f.Add([]byte(response), uint16(4096), false, false)
		f.Add([]byte(response), uint16(7), true, true)
	}
	f.Fuzz(func(t *testing.T, response []byte, chunk uint16, reset, watch bool) {
		o := Options{ResponseLimit: 100}
		if watch {
			o.Silence = time.Hour
		}
		var end error = io.EOF
		if reset {
			end = &net.OpError{Op: "read", Err: syscall.ECONNRESET}
		}
		var got [2]webhook.Attempt
		for i, s := range []*Sender{sender(t, o), viaTransport(t, o)} {
			setDial(s, func(context.Context, string, string) (net.Conn, error) {
				c := scriptedConn{response: response, chunk: int(chunk) + 1, err: end, written: make(chan struct{}), once: new(sync.Once)}
				return &conn{Conn: &c}, nil
			})
			a := s.Send(t.Context(), target(t, "3000"), nil, samplePayload).Attempt
			a.StartedAt, a.Connect, a.FirstByte, a.Duration = time.Time{}, 0, min(1, a.FirstByte), 0
			got[i] = a
			s.Close()
		}
		if diff := cmp.Diff(got[1], got[0]); diff != "" {
			t.Errorf("response %.500q in chunks of %d (-transport +direct):\n%s", response, int(chunk)+1, diff)
		}
	})
}
