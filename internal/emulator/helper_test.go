package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secretText = "whsec_kept1between2us3K4q7T"

var start = time.Date(2026, 3, 2, 14, 0, 0, 0, time.UTC)

// rig is an emulator with a manual clock, its server, and what it sent.
type rig struct {
	*Emulator
	tb     testing.TB
	server *httptest.Server
	dir    string
	client *http.Client

	mu   sync.Mutex
	sent []Sent
}

// open starts an emulator in dir.
func open(tb testing.TB, dir string, changes ...func(*Options)) *rig {
	tb.Helper()
	r := &rig{tb: tb, dir: dir}
	o := Options{
		Dir: dir, Secret: webhook.SecretFrom(secretText), Style: signature.StylePrefixed, Seed: 7, Unlimited: true,
		QueueTime: Span{2 * time.Second, 2 * time.Second}, WorkTime: Span{20 * time.Second, 20 * time.Second},
		Balance: 4750, LowBalance: 500, CallbackEvents: CallbackFinal, Now: func() time.Time { return start },
		Sent: func(s Sent) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.sent = append(r.sent, s)
		},
		OnError: func(err error) {
			var attempt *store.AttemptError
			if !errors.As(err, &attempt) {
				tb.Errorf("OnError got %v", err)
			}
		},
	}
	for _, change := range changes {
		change(&o)
	}
	e, err := Open(context.Background(), o)
	if err != nil {
		tb.Fatal(err)
	}
	r.Emulator, r.server = e, httptest.NewServer(e.Handler())
	r.client = r.server.Client()
	tb.Cleanup(r.stop)
	return r
}

func (r *rig) stop() {
	if r.server == nil {
		return
	}
	r.server.Close()
	r.server = nil
	if err := r.Close(); err != nil {
		r.tb.Errorf("close: %v", err)
	}
}

// call makes a call with an API key, and returns the status and the body. Header fields are name, value pairs.
func (r *rig) call(method, path, body string, header ...string) (int, string) {
	r.tb.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, r.server.URL+path, strings.NewReader(body))
	if err != nil {
		r.tb.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer vk_test")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := r.client.Do(req)
	if err != nil {
		r.tb.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		r.tb.Fatal(err)
	}
	return resp.StatusCode, strings.TrimSuffix(string(text), "\n")
}

// do makes a call that must succeed, and decodes the response.
func (r *rig) do(method, path, body string, header ...string) map[string]any {
	r.tb.Helper()
	code, text := r.call(method, path, body, header...)
	if code != http.StatusOK {
		r.tb.Fatalf("%s %s: got %d %s", method, path, code, text)
	}
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		r.tb.Fatalf("%s %s: %v in %s", method, path, err, text)
	}
	return m
}

// render submits a render and returns its id.
func (r *rig) render(callback string) string {
	r.tb.Helper()
	return r.do("POST", "/v1/render", `{"timeline":{},"output":{"format":"mp4","resolution":"hd"},"callback":"`+callback+`"}`)["id"].(string)
}

// advance moves the clock.
func (r *rig) advance(until Until) {
	r.tb.Helper()
	if err := r.Advance(context.Background(), until); err != nil {
		r.tb.Fatalf("advance: %v", err)
	}
}

// handler is a handler of webhooks that responds with codes in turn, the last of them forever.
type handler struct {
	*httptest.Server

	mu    sync.Mutex
	got   []received
	codes []int
}

type received struct {
	uri, body string
	header    http.Header
}

func newHandlerOf(tb testing.TB, codes ...int) *handler {
	h := &handler{codes: codes}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return // a fault dropped the connection, perhaps while the next attempt arrives
		}
		h.mu.Lock()
		h.got = append(h.got, received{req.RequestURI, string(body), req.Header})
		code := h.codes[min(len(h.got), len(h.codes))-1]
		h.mu.Unlock()
		w.WriteHeader(code)
	}))
	tb.Cleanup(h.Close)
	return h
}

func (h *handler) events() (all []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, g := range h.got {
		all = append(all, webhook.Describe([]byte(g.body)).Event)
	}
	return all
}

func putWebhook(r *rig, url, events string) {
	r.tb.Helper()
	r.do("PUT", "/v1/webhooks", `{"url":"`+url+`","events":[`+events+`],"secret":"whsec_of_the_account_0001"}`)
}

func readSource(tb testing.TB, name string) string {
	tb.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}
