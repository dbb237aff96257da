package dispatch

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestConnectionIsReused(t *testing.T) {
	handler := testkit.ServeRaw(t, testkit.RespondRaw(okResponse))
	s := sender(t, Options{})
	for range 5 {
		wantCode(t, s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload), http.StatusOK)
	}
	if n := handler.Connections(); n != 1 {
		t.Errorf("got %d connections, want 1", n)
	}
}

func TestHandlerThatClosesAfterEachResponse(t *testing.T) {
	handler := testkit.ServeRaw(t, testkit.RespondRawAndClose(okResponse)) // without "Connection: close"
	s := sender(t, Options{})
	for range 200 { // the close may be noticed before, during or after the next send
		wantCode(t, s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload), http.StatusOK)
	}
	if n := len(handler.Requests()); n != 200 {
		t.Errorf("got %d requests, want 200: each is sent once", n)
	}
}

func TestHandlerThatRestartsBetweenDeliveries(t *testing.T) {
	s := sender(t, Options{})
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, ""))
	to := target(t, handler.URL())
	for range 50 {
		wantCode(t, s.Send(t.Context(), to, nil, samplePayload), http.StatusOK)
		handler.Stop()
		handler = testkit.ServeOn(t, handler.Addr(), testkit.Respond(http.StatusOK, ""))
	}
}

func TestStaleDeliveryIsResentOnANewConnection(t *testing.T) {
	const conns = 3
	var meeting sync.WaitGroup
	meeting.Add(conns)
	var mu sync.Mutex
	answered := map[net.Conn]bool{}
	handler := testkit.ServeRaw(t, func(c net.Conn, request []byte) {
		mu.Lock()
		second := answered[c]
		answered[c] = true
		mu.Unlock()
		if second {
			_ = c.Close() // each connection closes at its second request
			return
		}
		if bytes.HasSuffix(request, []byte("meet")) {
			meeting.Done()
			meeting.Wait() // so that the requests use separate connections
		}
		_, _ = io.WriteString(c, okResponse)
	})
	s := sender(t, Options{})
	var sent sync.WaitGroup
	for range conns {
		sent.Go(func() {
			wantCode(t, s.Send(t.Context(), target(t, handler.URL()), nil, []byte("meet")), http.StatusOK)
		})
	}
	sent.Wait()
	for range conns {
		wantCode(t, s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload), http.StatusOK)
	}
	if n := handler.Connections(); n != 2*conns {
		t.Errorf("got %d connections, want %d: a new one for each that closed", n, 2*conns)
	}
}

func TestLargeDeliveryThatWasPartlyWrittenIsResentUnrecorded(t *testing.T) {
	var connections atomic.Int32
	handler := testkit.ServeConns(t, func(c net.Conn) {
		first := connections.Add(1) == 1
		respondOnce(c)
		if !first {
			respondOnce(c)
			return
		}
		_, _ = c.Read(make([]byte, 1024)) // closes while the second is being sent
	})
	s := sender(t, Options{})
	wantCode(t, s.Send(t.Context(), target(t, handler.URL()), nil, nil), http.StatusOK)
	got := s.Send(t.Context(), target(t, handler.URL()), nil, make([]byte, 16<<20))
	wantCode(t, got, http.StatusOK)
	if n := connections.Load(); n != 2 || got.Stale != nil {
		t.Errorf("got %d connections and a stale attempt %+v, want 2 and none: the first was only partly written", n, got.Stale)
	}
}

func respondOnce(c net.Conn) {
	r, err := http.ReadRequest(newReader(c))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, r.Body)
	_, _ = io.WriteString(c, okResponse)
}

func TestDeliveryIsResentAtMostOnce(t *testing.T) {
	var requests atomic.Int32
	handler := testkit.ServeRaw(t, func(c net.Conn, _ []byte) {
		if requests.Add(1) == 1 {
			_, _ = io.WriteString(c, okResponse)
			return
		}
		_ = c.Close()
	})
	s := sender(t, Options{})
	wantCode(t, s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload), http.StatusOK)
	got := s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload)
	wantFailure(t, got, webhook.FailureReset, crashMessage)
	if n := requests.Load(); n != 3 {
		t.Errorf("got %d requests, want 3: the second delivery is sent twice", n)
	}
}

func TestDeliveryOnANewConnectionIsNotResent(t *testing.T) {
	handler := testkit.Serve(t, testkit.HangUp())
	wantFailure(t, send(t, Options{}, handler.URL()), webhook.FailureReset, crashMessage)
	if n := len(handler.Requests()); n != 1 {
		t.Errorf("got %d requests, want 1", n)
	}
}

func TestDeliveryIsNotResentOnceTheResponseStarted(t *testing.T) {
	var requests atomic.Int32
	handler := testkit.ServeRaw(t, func(c net.Conn, _ []byte) {
		if requests.Add(1) == 1 {
			_, _ = io.WriteString(c, okResponse)
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n")
		_ = c.Close()
	})
	s := sender(t, Options{})
	wantCode(t, s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload), http.StatusOK)
	wantFailure(t, s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload), webhook.FailureReset, crashMessage)
	if n := requests.Load(); n != 2 {
		t.Errorf("got %d requests, want 2", n)
	}
}

func TestTimeoutCoversBothTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var requests atomic.Int32
		s := pipeSender(t, Options{Timeout: shortTimeout}, func(c net.Conn) {
			defer c.Close()
			for in := newReader(c); ; {
				r, err := http.ReadRequest(in)
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
				switch requests.Add(1) {
				case 1:
					_, _ = io.WriteString(c, okResponse)
				case 2:
					return
				} // no response to the third
			}
		})
		wantCode(t, s.Send(t.Context(), target(t, "3000"), nil, samplePayload), http.StatusOK)
		got := s.Send(t.Context(), target(t, "3000"), nil, samplePayload)
		wantFailure(t, got, webhook.FailureTimeout, "No response within 1 s.")
		if n := requests.Load(); n != 3 || got.Duration != shortTimeout {
			t.Errorf("got %d requests within %v, want 3 within 1 s", n, got.Duration)
		}
	})
}

func TestSixtyFourConcurrentDeliveries(t *testing.T) {
	const n = 64
	var waiting sync.WaitGroup
	waiting.Add(n)
	together := make(chan struct{})
	go func() { waiting.Wait(); close(together) }()
	handler := testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/meet" {
			waiting.Done()
			<-together // respond only after all have arrived
		}
		_, _ = io.WriteString(w, "ok")
	}))
	s := sender(t, Options{})
	burst := func(path string) {
		var sent sync.WaitGroup
		for i := range n {
			sent.Go(func() {
				body := []byte(fmt.Sprint(i))
				wantCode(t, s.Send(t.Context(), target(t, handler.URL()+path), nil, body), http.StatusOK)
			})
		}
		sent.Wait()
	}
	burst("/meet")
	burst("/again")
	connections := map[string]bool{}
	for _, r := range handler.Wait(2 * n) {
		connections[r.Remote] = true
	}
	if len(connections) > n+n/4 { // net/http may dial while another connection becomes idle
		t.Errorf("got %d connections for two bursts of %d, want them reused", len(connections), n)
	}
}
