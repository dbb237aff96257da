package dispatch

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// serveOnePerConn responds to the first request on each connection, and closes the connection after reading the second.
func serveOnePerConn(tb testing.TB) *testkit.Raw {
	var mu sync.Mutex
	answered := map[net.Conn]bool{}
	return testkit.ServeRaw(tb, func(c net.Conn, _ []byte) {
		mu.Lock()
		defer mu.Unlock()
		if answered[c] {
			_ = c.Close()
			return
		}
		answered[c] = true
		_, _ = io.WriteString(c, okResponse)
	})
}

// wantAttempts compares the failures of all attempts. "200" is an attempt that succeeded.
func wantAttempts(t *testing.T, got Result, want ...webhook.Failure) {
	t.Helper()
	var failures []webhook.Failure
	for _, a := range got.Attempts() {
		if a.Code == http.StatusOK {
			a.Failure = "200"
		}
		failures = append(failures, a.Failure)
	}
	if diff := cmp.Diff(want, failures); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
}

func TestDeliveryOnAStaleConnectionIsResent(t *testing.T) {
	handler := serveOnePerConn(t)
	s := sender(t, Options{})
	wantAttempts(t, s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload), "200")
	got := s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload)
	wantAttempts(t, got, webhook.FailureStale, "200")
	if n, conns := len(handler.Requests()), handler.Connections(); n != 3 || conns != 2 {
		t.Errorf("got %d requests on %d connections, want 3 on 2: the second is resent on a new one", n, conns)
	}
	stale := got.Stale
	if stale.Error != staleMessage || stale.Target != got.Target || stale.Code != 0 || stale.Header != nil || got.Connect == 0 {
		t.Errorf("got the stale attempt %+v and then %+v", stale, got.Attempt)
	}
	if stale.StartedAt.After(got.StartedAt) {
		t.Errorf("the stale attempt began at %v, after the next at %v", stale.StartedAt, got.StartedAt)
	}
}

// closeSecond responds to the first request on a connection. After the second, it waits and closes without a response. It counts
// requests.
func closeSecond(after time.Duration, requests *atomic.Int32) func(net.Conn) {
	return func(c net.Conn) {
		defer c.Close()
		answered := false
		for in := newReader(c); ; answered = true {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
			requests.Add(1)
			if answered {
				time.Sleep(after) // fake time
				return
			}
			_, _ = io.WriteString(c, okResponse)
		}
	}
}

func TestConnectionIsStaleOnlyIfItClosesSoon(t *testing.T) {
	for after, want := range map[time.Duration][]webhook.Failure{
		0:                          {webhook.FailureStale, "200"},
		staleWithin:                {webhook.FailureStale, "200"},
		staleWithin + 1:            {webhook.FailureReset},
		1500 * time.Millisecond:    {webhook.FailureReset},
		defaultTimeout - 1:         {webhook.FailureReset},
		defaultTimeout + time.Hour: {webhook.FailureTimeout},
	} {
		t.Run(after.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var requests atomic.Int32
				s := pipeSender(t, Options{}, closeSecond(after, &requests))
				s.staleWithin = staleWithin
				wantAttempts(t, s.Send(t.Context(), target(t, "3000"), nil, samplePayload), "200")
				got := s.Send(t.Context(), target(t, "3000"), nil, samplePayload)
				wantAttempts(t, got, want...)
				if n := int(requests.Load()); n != 1+len(want) {
					t.Errorf("the handler got %d requests, want %d: each is an attempt", n, 1+len(want))
				}
				if got.Stale != nil && got.Stale.Duration != after {
					t.Errorf("the stale attempt took %v, want %v", got.Stale.Duration, after)
				}
				time.Sleep(2 * time.Hour) // fake time: let the handler end
			})
		})
	}
}

func TestHandlerThatClosesWhileReadingGetsTheDeliveryOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var connections atomic.Int32
		s := pipeSender(t, Options{}, func(c net.Conn) {
			defer c.Close()
			connections.Add(1)
			respondOnce(c)
			_, _ = c.Read(make([]byte, 1024))
			time.Sleep(time.Second) // fake time
		})
		s.staleWithin = staleWithin
		wantAttempts(t, s.Send(t.Context(), target(t, "3000"), nil, nil), "200")
		got := s.Send(t.Context(), target(t, "3000"), nil, make([]byte, 1<<20))
		wantAttempts(t, got, webhook.FailureReset)
		if n := connections.Load(); n != 1 {
			t.Errorf("got %d connections, want 1", n)
		}
	})
}

// breakable is a connection whose writes can be made to fail, as after a reset from the handler.
type breakable struct {
	net.Conn
	broken atomic.Bool
}

func (b *breakable) Write(p []byte) (int, error) {
	if b.broken.Load() {
		_ = b.Conn.Close()
		return 0, &net.OpError{Op: "write", Err: syscall.EPIPE}
	}
	return b.Conn.Write(p)
}

func TestDeliveryThatWasNotWrittenIsNotAnAttempt(t *testing.T) {
	a := testkit.NewAuthority(t)
	handlers := map[string]*testkit.Handler{
		"plain": testkit.Serve(t, testkit.Respond(http.StatusOK, "")),
		"TLS":   testkit.ServeTLS(t, a.Certificate("127.0.0.1"), testkit.Respond(http.StatusOK, "")),
	}
	for name, handler := range handlers {
		t.Run(name, func(t *testing.T) {
			var made []*breakable
			d := newDialer(testTimeout, &tls.Config{RootCAs: a.Pool()}, nil)
			dial := d.tcp
			d.tcp = func(ctx context.Context, network, address string) (net.Conn, error) {
				c, err := dial(ctx, network, address)
				b := &breakable{Conn: c}
				made = append(made, b)
				return b, err
			}
			s := sender(t, Options{})
			setDial(s, d.dial)
			s.reuse.DialTLSContext, s.fresh.DialTLSContext = d.dialTLS, d.dialTLS
			wantAttempts(t, s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload), "200")
			for _, c := range made {
				c.broken.Store(true)
			}
			wantAttempts(t, s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload), "200")
			if n := len(handler.Requests()); n != 2 || len(made) != 2 {
				t.Errorf("the handler got %d requests on %d connections, want 2 on 2", n, len(made))
			}
		})
	}
}

// net/http silently resends a request if the body is empty and one of these fields is set.
func TestEveryResendIsRecorded(t *testing.T) {
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key", "idempotency-key", "X-Other"} {
		for _, body := range []string{"", "{}"} {
			handler := serveOnePerConn(t)
			s := sender(t, Options{})
			attempts := 0
			for range 4 {
				got := s.Send(t.Context(), target(t, handler.URL()), webhook.Header{{Name: name, Value: "1"}}, []byte(body))
				wantCode(t, got, http.StatusOK)
				attempts += len(got.Attempts())
			}
			if n := len(handler.Requests()); n != attempts {
				t.Errorf("%s, body %q: the handler got %d requests in %d attempts", name, body, n, attempts)
			}
		}
	}
}

func TestStaleConnectionIsDetectedBelowTLS(t *testing.T) {
	var mu sync.Mutex
	seen, requests := map[string]bool{}, 0
	a := testkit.NewAuthority(t)
	handler := testkit.ServeTLS(t, a.Certificate("127.0.0.1"), http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		again := seen[r.RemoteAddr]
		seen[r.RemoteAddr] = true
		requests++
		mu.Unlock()
		if again {
			panic(http.ErrAbortHandler)
		}
	}))
	s := withLongTimeouts(t, newSender(Options{}, a.Pool()))
	wantAttempts(t, s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload), "200")
	wantAttempts(t, s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload), webhook.FailureStale, "200")
	if requests != 3 {
		t.Errorf("got %d requests, want 3", requests)
	}
}

func TestHandlerGoneAfterAStaleConnectionIsRefused(t *testing.T) {
	l, err := net.Listen("tcp", testkit.FreeAddr(t))
	if err != nil {
		t.Fatal(err)
	}
	var done sync.WaitGroup
	done.Go(func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		respondOnce(c)
		_, _ = c.Read(make([]byte, 4096))
		_ = l.Close()
		_ = c.Close()
	})
	t.Cleanup(func() { _ = l.Close(); done.Wait() })
	s := sender(t, Options{})
	to := target(t, "http://"+l.Addr().String())
	wantCode(t, s.Send(t.Context(), to, nil, samplePayload), http.StatusOK)
	got := s.Send(t.Context(), to, nil, samplePayload)
	wantAttempts(t, got, webhook.FailureStale, webhook.FailureRefused)
	wantFailure(t, got, webhook.FailureRefused,
		"The handler closed the connection, and nothing is listening on "+l.Addr().String()+" now. Is your server running?")
	got = s.Send(t.Context(), to, nil, samplePayload)
	wantFailure(t, got, webhook.FailureRefused, "Nothing is listening on "+l.Addr().String()+". Is your server running?")
	wantAttempts(t, got, webhook.FailureRefused)
}
