package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// inOrder is a handler that records the bodies it receives, in order.
type inOrder struct {
	mu  sync.Mutex
	got []string
}

func (h *inOrder) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.got = append(h.got, string(body))
}

func (h *inOrder) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.got)
}

// Deliveries that arrive while the handler is down are answered and held. When the handler is back, it receives them in order, even if the
// listen that held them was killed, twice, and another one replaced it. Each delivery is in the log once.
func TestHeldDeliveriesSurviveAKilledListen(t *testing.T) {
	t.Parallel()
	w := newTestHome(t)
	gone, err := listenKept(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	address := gone.Addr().String()
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	const each = 150
	var want []string
	for round := range 3 {
		l := w.startListen(t, "vidiking", address, "--hold", "--ordered")
		s := dialAll(t, l.url, 1)[0]
		for i := range each {
			body := numberedBody(int64(round*each + i))
			want = append(want, string(body))
			resp, err := s.send(body)
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Fatalf("delivery %d got %v, %v; want 200", len(want), resp, err)
			}
		}
		if round < 2 {
			l.kill()
			continue
		}
		handler := &inOrder{}
		ln, err := listen(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		server := &httptest.Server{Listener: ln, Config: &http.Server{Handler: handler}}
		server.Start()
		defer server.Close()
		l.await("everything reaches the handler", func() bool { return handler.count() >= len(want) })
		r := openLog(t, w.dir)
		l.await("everything is settled", func() bool { return count(t, r, pending()) == 0 })
		if !slices.Equal(handler.got, want) {
			t.Errorf("the handler got %d deliveries, not the %d that were sent, each once and in order", len(handler.got), len(want))
		}
		if code := l.interrupt(); code != 0 {
			t.Errorf("listen ended with %d, want 0", code)
		}
	}
	for body, times := range bodies(t, openLog(t, w.dir)) {
		if times != 1 {
			t.Errorf("%.90s… is %d times in the log, want once", body, times)
		}
	}
}
