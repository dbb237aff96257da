package dispatch

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	crashMessage      = "The handler closed the connection without a response. Did it crash?"
	incompleteMessage = "The handler closed the connection before its response was complete. Did it crash?"
)

func TestNothingListening(t *testing.T) {
	for name, host := range map[string]string{"address": "127.0.0.1", "localhost": "localhost", "name ending in .localhost": "app.localhost"} {
		t.Run(name, func(t *testing.T) {
			_, port, _ := net.SplitHostPort(testkit.RefusingAddr(t))
			got := send(t, Options{}, net.JoinHostPort(host, port))
			wantFailure(t, got, webhook.FailureRefused, "Nothing is listening on "+host+":"+port+". Is your server running?")
			if got.Code != 0 || got.Status() != webhook.StatusUnreachable {
				t.Errorf("got code %d, status %s", got.Code, got.Status())
			}
		})
	}
}

func TestUnknownHost(t *testing.T) {
	got := send(t, Options{}, "http://handler.invalid:3000") // never resolves (RFC 6761 6.4)
	if got.Failure != webhook.FailureNoHost || !strings.Contains(got.Error, "handler.invalid") {
		t.Errorf("got %q %q, want %q", got.Failure, got.Error, webhook.FailureNoHost)
	}
}

func TestLookupFailuresAreDistinguished(t *testing.T) {
	tests := []struct {
		err  net.DNSError
		text string
	}{
		{net.DNSError{IsNotFound: true}, "There is no host named h. Is it spelled correctly?"},
		{net.DNSError{IsTimeout: true, IsTemporary: true}, "Could not look up the host name h. Is this machine online?"},
	}
	for _, tt := range tests {
		kind, text := explainDialError(target(t, "http://h:80"), &net.OpError{Op: "dial", Err: &tt.err})
		if kind != webhook.FailureNoHost || text != tt.text {
			t.Errorf("%+v: got %q %q, want %q", tt.err, kind, text, tt.text)
		}
	}
}

func TestSlowHandlerTimesOut(t *testing.T) {
	for name, handler := range map[string]struct {
		serve func(c net.Conn)
		text  string
	}{
		"no response":         {readThenWrite(""), "No response within 1 s."},
		"request is not read": {func(net.Conn) {}, "No response within 1 s."},
		"incomplete body":     {readThenWrite("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nxxxxxxxxxx"), "The response was not complete within 1 s."},
		"after 100 Continue":  {readThenWrite("HTTP/1.1 100 Continue\r\n\r\n"), "No response within 1 s."},
		"incomplete header":   {readThenWrite("HTTP/1.1 200 OK\r\nX: "), "No response within 1 s."},
		"one byte at a time":  {drip, "The response was not complete within 1 s."},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := pipeSender(t, Options{Timeout: shortTimeout}, handler.serve)
				got := s.Send(t.Context(), target(t, "3000"), sampleHeader(), samplePayload)
				wantFailure(t, got, webhook.FailureTimeout, handler.text)
				if got.Status() != webhook.StatusTimedOut || got.Duration != shortTimeout {
					t.Errorf("got status %s after %v", got.Status(), got.Duration)
				}
			})
		})
	}
}

func TestSlowTLSHandshakeTimesOut(t *testing.T) {
	t.Parallel()
	silent := testkit.FrozenAddr(t)
	got := send(t, Options{Timeout: shortTimeout}, "https://"+silent)
	wantFailure(t, got, webhook.FailureTimeout, "Could not connect to "+silent+" within 1 s.")
	if got.Status() != webhook.StatusTimedOut || got.Duration < shortTimeout {
		t.Errorf("got status %s after %v", got.Status(), got.Duration)
	}
}

// pipeSender returns a Sender that connects by net.Pipe, because synctest has no sockets. It calls serve with the other end of each
// connection.
func pipeSender(t *testing.T, o Options, serve func(c net.Conn)) *Sender {
	t.Helper()
	s := sender(t, o)
	setDial(s, func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go serve(far)
		return &conn{Conn: near}, nil
	})
	return s
}

// readThenWrite reads a request, writes text, and waits for the connection to close.
func readThenWrite(text string) func(c net.Conn) {
	return func(c net.Conn) {
		in := readOneRequest(c)
		_, _ = io.WriteString(c, text)
		_, _ = io.Copy(io.Discard, in)
	}
}

func readOneRequest(c net.Conn) *bufio.Reader {
	in := newReader(c)
	if r, err := http.ReadRequest(in); err == nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	return in
}

// drip reads a request and writes one byte of a response every 10 ms.
func drip(c net.Conn) {
	in, gone := readOneRequest(c), make(chan struct{})
	go func() {
		defer close(gone)
		_, _ = io.Copy(io.Discard, in)
	}()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for text := "HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"; ; text = "x" {
		_, _ = io.WriteString(c, text)
		select {
		case <-tick.C:
		case <-gone:
			return
		}
	}
}

func TestHandlerThatClosesTheConnection(t *testing.T) {
	for name, handler := range map[string]string{
		"with FIN":           testkit.Serve(t, testkit.HangUp()).URL(),
		"with RST":           testkit.Serve(t, testkit.Reset()).URL(),
		"before reading":     testkit.ServeConns(t, func(net.Conn) {}).URL(),
		"after 100 Continue": testkit.ServeRaw(t, testkit.RespondRawAndClose("HTTP/1.1 100 Continue\r\n\r\n")).URL(),
		"within the header":  testkit.ServeRaw(t, testkit.RespondRawAndClose("HTTP/1.1 200 OK\r\nDate: x\r\n")).URL(),
	} {
		t.Run(name, func(t *testing.T) {
			got := send(t, Options{}, handler)
			wantFailure(t, got, webhook.FailureReset, crashMessage)
			if got.Code != 0 || got.Status() != webhook.StatusUnreachable {
				t.Errorf("got code %d, status %s", got.Code, got.Status())
			}
		})
	}
}

func TestConnectionClosedBeforeTheRequestIsReportedAsClosed(t *testing.T) {
	// net/http returns an untyped error if the connection closes before the request is written.
	untyped := errors.New("http: server closed idle connection")
	x := exchange{sender: sender(t, Options{}), caller: t.Context(), ctx: t.Context(), target: target(t, "3000")}
	x.fail(&try{connected: true}, untyped)
	wantFailure(t, Result{Attempt: x.attempt}, webhook.FailureReset, crashMessage)
}

func TestIncompleteResponseFailsButIsKept(t *testing.T) {
	for name, handler := range map[string]string{
		"known length": testkit.Serve(t, testkit.HangUpMidResponse()).URL(),
		"chunked": testkit.ServeRaw(t, testkit.RespondRawAndClose("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"+
			"Transfer-Encoding: chunked\r\n\r\na\r\nhalf of it\r\n")).URL(),
	} {
		t.Run(name, func(t *testing.T) {
			got := send(t, Options{}, handler)
			wantFailure(t, got, webhook.FailureReset, incompleteMessage)
			if got.Code != 200 || string(got.Response) != "half of it" || got.ResponseBytes != 10 || got.Header.Get("Content-Type") != "text/plain" {
				t.Errorf("kept code %d, %q (%d bytes), %v", got.Code, got.Response, got.ResponseBytes, got.Header)
			}
			if got.Status() != webhook.StatusUnreachable {
				t.Errorf("status: got %s, want %s", got.Status(), webhook.StatusUnreachable)
			}
		})
	}
}

func TestInvalidHTTPIsABadResponse(t *testing.T) {
	notHTTP := "The response from HOST is not valid HTTP. Is it the right port?"
	for name, tt := range map[string]struct{ answer, text string }{
		"another protocol":    {"220 mail.example ESMTP\r\n", notHTTP},
		"garbage":             {"\x00\x01\x02\x03\xff\r\n\r\n", notHTTP},
		"a broken header":     {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", notHTTP},
		"two lengths":         {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", notHTTP},
		"an endless header":   {"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", maxHeaderBytes) + "\r\n\r\n", notHTTP},
		"a broken chunk":      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", notHTTP},
		"101 with Upgrade":    {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nx", "The handler responded with 101, which is not a final status. Is the path right?"},
		"101 without Upgrade": {"HTTP/1.1 101 Switching Protocols\r\n\r\n", "The handler responded with 101, which is not a final status. Is the path right?"},
		"code 000":            {"HTTP/1.1 000 None\r\nContent-Length: 0\r\n\r\n", "The handler responded with 0, which is not a final status. Is the path right?"},
	} {
		t.Run(name, func(t *testing.T) {
			handler := testkit.ServeRaw(t, testkit.RespondRaw(tt.answer))
			got := send(t, Options{}, handler.URL())
			wantFailure(t, got, webhook.FailureBadResponse, strings.ReplaceAll(tt.text, "HOST", handler.Addr()))
			if got.Status() != webhook.StatusUnreachable {
				t.Errorf("status: got %s, want %s", got.Status(), webhook.StatusUnreachable)
			}
		})
	}
}

func TestInterruptWhileWaitingForTheResponse(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	arrived := make(chan struct{})
	handler := testkit.Serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
	}))
	go func() {
		<-arrived
		cancel(io.EOF) // the cause must not be mistaken for a failure
	}()
	got := sender(t, Options{}).Send(ctx, target(t, handler.URL()), sampleHeader(), samplePayload)
	wantFailure(t, got, webhook.FailureCanceled, "Interrupted before the handler responded.")
}

func TestInterruptBeforeSending(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	handler := testkit.Serve(t, testkit.Respond(200, ""))
	s := sender(t, Options{})
	for n := range 2 { // with no connection, and with an idle one
		got := s.Send(ctx, target(t, handler.URL()), sampleHeader(), samplePayload)
		wantFailure(t, got, webhook.FailureCanceled, "Interrupted before the handler responded.")
		if len(handler.Requests()) != n {
			t.Errorf("the handler got %d requests, want %d", len(handler.Requests()), n)
		}
		wantCode(t, s.Send(t.Context(), target(t, handler.URL()), sampleHeader(), samplePayload), 200)
	}
}

func TestZeroTargetFails(t *testing.T) {
	got := sender(t, Options{}).Send(t.Context(), Target{}, nil, nil)
	wantFailure(t, got, webhook.FailureUnexpected, "There is no target.")
}

func TestNoProxyIsUsed(t *testing.T) {
	proxy := testkit.Serve(t, testkit.Respond(200, ""))
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"} {
		t.Setenv(name, proxy.URL())
	}
	s := sender(t, Options{})
	for name, transport := range map[string]*http.Transport{"reuse": s.reuse, "fresh": s.fresh, "probe": s.probe} {
		if transport.Proxy != nil { // net/http reads the environment once per process, maybe before this test
			t.Errorf("%s: has a proxy function, want none", name)
		}
	}
	got := s.Send(t.Context(), target(t, "http://handler.invalid:3000"), sampleHeader(), samplePayload)
	if got.Failure != webhook.FailureNoHost || len(proxy.Requests()) != 0 {
		t.Errorf("got %q %q and %d requests at the proxy; want %q and none", got.Failure, got.Error, len(proxy.Requests()), webhook.FailureNoHost)
	}
}

func TestTimeoutFormat(t *testing.T) {
	for d, want := range map[time.Duration]string{
		10 * time.Second: "10 s", 1500 * time.Millisecond: "1.5 s", 250 * time.Millisecond: "250 ms", 10 * time.Minute: "10 min",
		90 * time.Second: "90 s", time.Hour: "1 h", 90 * time.Minute: "90 min", 1500 * time.Microsecond: "1.5 ms",
	} {
		if got := formatTimeout(d); got != want {
			t.Errorf("formatTimeout(%v): got %s, want %s", d, got, want)
		}
	}
}

func TestSilentHandlerTimesOut(t *testing.T) {
	for name, test := range map[string]struct {
		serve func(c net.Conn)
		want  string
	}{
		"silent":            {readThenWrite(""), "No response within 5 s."},
		"silent later":      {sendInterim(3, false), "No response within 5 s."},
		"keeps sending 102": {sendInterim(60, true), ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := pipeSender(t, Options{Timeout: time.Hour, Silence: 5 * time.Second}, test.serve)
				if got := s.Send(t.Context(), target(t, "3000"), nil, samplePayload); got.Error != test.want {
					t.Errorf("got %d %q, want %q", got.Code, got.Error, test.want)
				}
				s.Close()
			})
		})
	}
}

func TestInterimResponseExtendsAllExchanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int32
		s := pipeSender(t, Options{Timeout: time.Hour, Silence: 5 * time.Second}, func(c net.Conn) {
			if sent.Add(1) == 1 {
				sendInterim(20, true)(c)
				return
			}
			in := readOneRequest(c)
			time.Sleep(19 * time.Second) // fake time: as if its connection was accepted late
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			_, _ = io.Copy(io.Discard, in)
		})
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				if got := s.Send(t.Context(), target(t, "3000"), nil, samplePayload); got.Code != http.StatusOK {
					t.Errorf("got %d %q, want 200", got.Code, got.Error)
				}
			})
			synctest.Wait()
		}
		all.Wait()
		s.Close()
	})
}

// sendInterim sends 102 Processing once a second, and then responds or stays silent.
func sendInterim(seconds int, respond bool) func(c net.Conn) {
	return func(c net.Conn) {
		in := readOneRequest(c)
		for range seconds {
			time.Sleep(time.Second) // fake time
			_, _ = io.WriteString(c, "HTTP/1.1 102 Processing\r\n\r\n")
		}
		if respond {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			_ = c.Close()
			return
		}
		_, _ = io.Copy(io.Discard, in)
	}
}
