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

func TestConnectionIsKeptBetweenDeliveries(t *testing.T) {
	handler := testkit.ServeRaw(t, testkit.Say(okAnswer))
	s := sender(t, Options{})
	for range 5 {
		wantCode(t, s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload), http.StatusOK)
	}
	if n := handler.Connections(); n != 1 {
		t.Errorf("got %d connections, want 1", n)
	}
}

func TestHandlerThatClosesAfterEachAnswer(t *testing.T) {
	handler := testkit.ServeRaw(t, testkit.SayAndClose(okAnswer)) // without "Connection: close"
	s := sender(t, Options{})
	for range 200 { // the end may be seen before, while or after the next is sent
		wantCode(t, s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload), http.StatusOK)
	}
	if n := len(handler.Requests()); n != 200 {
		t.Errorf("got %d requests, want 200: each is answered once", n)
	}
}

func TestHandlerThatRestartsBetweenDeliveries(t *testing.T) {
	s := sender(t, Options{})
	handler := testkit.Serve(t, testkit.Answer(http.StatusOK, ""))
	to := target(t, handler.URL())
	for range 50 {
		wantCode(t, s.Send(t.Context(), to, nil, samplePayload), http.StatusOK)
		handler.Stop()
		handler = testkit.ServeOn(t, handler.Addr(), testkit.Answer(http.StatusOK, ""))
	}
}

func TestDeliveryIsNotSentOnceMoreOnAnotherKeptConnection(t *testing.T) {
	const kept = 3
	var meeting sync.WaitGroup
	meeting.Add(kept)
	var mu sync.Mutex
	answered := map[net.Conn]bool{}
	handler := testkit.ServeRaw(t, func(c net.Conn, request []byte) {
		mu.Lock()
		again := answered[c]
		answered[c] = true
		mu.Unlock()
		if again {
			_ = c.Close() // no connection survives its second request
			return
		}
		if bytes.HasSuffix(request, []byte("meet")) {
			meeting.Done()
			meeting.Wait() // so that there are several connections
		}
		_, _ = io.WriteString(c, okAnswer)
	})
	s := sender(t, Options{})
	var sent sync.WaitGroup
	for range kept {
		sent.Go(func() {
			wantCode(t, s.Send(t.Context(), target(t, handler.URL()), nil, []byte("meet")), http.StatusOK)
		})
	}
	sent.Wait()
	for range kept {
		wantCode(t, s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload), http.StatusOK)
	}
	if n := handler.Connections(); n != 2*kept {
		t.Errorf("got %d connections, want %d: a new one for each that ended", n, 2*kept)
	}
}

func TestBigDeliveryOnAConnectionThatEndsIsSentOnceMore(t *testing.T) {
	var connections atomic.Int32
	handler := testkit.ServeConns(t, func(c net.Conn) {
		first := connections.Add(1) == 1
		answerRequest(c)
		if !first {
			answerRequest(c)
			return
		}
		_, _ = c.Read(make([]byte, 1024)) // and closes in the middle of the second
	})
	s := sender(t, Options{})
	wantCode(t, s.Send(t.Context(), target(t, handler.URL()), nil, nil), http.StatusOK)
	got := s.Send(t.Context(), target(t, handler.URL()), nil, make([]byte, 16<<20))
	wantCode(t, got, http.StatusOK)
	if n := connections.Load(); n != 2 || got.Stale != nil {
		t.Errorf("got %d connections and a stale attempt %+v, want 2 and none: the first was not written as a whole", n, got.Stale)
	}
}

func answerRequest(c net.Conn) {
	r, err := http.ReadRequest(newReader(c))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, r.Body)
	_, _ = io.WriteString(c, okAnswer)
}

func TestDeliveryIsSentOnceMoreAtMost(t *testing.T) {
	var requests atomic.Int32
	handler := testkit.ServeRaw(t, func(c net.Conn, _ []byte) {
		if requests.Add(1) == 1 {
			_, _ = io.WriteString(c, okAnswer)
			return
		}
		_ = c.Close()
	})
	s := sender(t, Options{})
	wantCode(t, s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload), http.StatusOK)
	got := s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload)
	wantFailure(t, got, webhook.FailureReset, crashText)
	if n := requests.Load(); n != 3 {
		t.Errorf("got %d requests, want 3: the second once more", n)
	}
}

func TestDeliveryOnANewConnectionIsNeverSentTwice(t *testing.T) {
	handler := testkit.Serve(t, testkit.HangUp())
	wantFailure(t, send(t, Options{}, handler.URL()), webhook.FailureReset, crashText)
	if n := len(handler.Requests()); n != 1 {
		t.Errorf("got %d requests, want 1", n)
	}
}

func TestDeliveryWhoseAnswerHadBegunIsNeverSentTwice(t *testing.T) {
	var requests atomic.Int32
	handler := testkit.ServeRaw(t, func(c net.Conn, _ []byte) {
		if requests.Add(1) == 1 {
			_, _ = io.WriteString(c, okAnswer)
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n")
		_ = c.Close()
	})
	s := sender(t, Options{})
	wantCode(t, s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload), http.StatusOK)
	wantFailure(t, s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload), webhook.FailureReset, crashText)
	if n := requests.Load(); n != 2 {
		t.Errorf("got %d requests, want 2", n)
	}
}

func TestTimeOutSpansBothTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var requests atomic.Int32
		s := piped(t, Options{Timeout: short}, func(c net.Conn) {
			defer c.Close()
			for in := newReader(c); ; {
				r, err := http.ReadRequest(in)
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
				switch requests.Add(1) {
				case 1:
					_, _ = io.WriteString(c, okAnswer)
				case 2:
					return
				} // and a third is not answered
			}
		})
		wantCode(t, s.Send(t.Context(), target(t, "3000"), nil, samplePayload), http.StatusOK)
		got := s.Send(t.Context(), target(t, "3000"), nil, samplePayload)
		wantFailure(t, got, webhook.FailureTimeout, "No answer within 1 s.")
		if n := requests.Load(); n != 3 || got.Duration != short {
			t.Errorf("got %d requests within %v, want 3 within 1 s", n, got.Duration)
		}
	})
}

func TestSixtyFourAtOnceAreNotThrottled(t *testing.T) {
	const at = 64
	var waiting sync.WaitGroup
	waiting.Add(at)
	together := make(chan struct{})
	go func() { waiting.Wait(); close(together) }()
	handler := testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/meet" {
			waiting.Done()
			<-together // answers only once all are here
		}
		_, _ = io.WriteString(w, "ok")
	}))
	s := sender(t, Options{})
	burst := func(path string) {
		var sent sync.WaitGroup
		for i := range at {
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
	for _, r := range handler.Wait(2 * at) {
		connections[r.Remote] = true
	}
	if len(connections) > at+at/4 { // net/http may dial one too many while another comes free
		t.Errorf("got %d connections for two bursts of %d, want them kept", len(connections), at)
	}
}
