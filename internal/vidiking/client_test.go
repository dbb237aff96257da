package vidiking

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vidiking/vidiking-cli/internal/testkit"
)

func TestPutWebhookRequest(t *testing.T) {
	t.Parallel()
	api := testkit.Serve(t, testkit.Respond(204, ""))
	o := options(t, api.URL())
	o.Sandbox = true
	if err := client(t, o).PutWebhook(t.Context(), hook); err != nil {
		t.Fatal(err)
	}
	got := api.Requests()[0]
	if got.Method != http.MethodPut || got.URI != "/v1/webhooks" {
		t.Errorf("got %s %s, want PUT /v1/webhooks", got.Method, got.URI)
	}
	want := `{"url":"https://example.com/hooks?a=1&b=2","events":["render.complete","ai.failed"],"secret":"` + secret + `"}`
	if string(got.Body) != want {
		t.Errorf("got body\n%s\nwant\n%s", got.Body, want)
	}
	header := map[string]string{
		"Authorization": "Bearer " + key, "Content-Type": "application/json", "User-Agent": "vidiking-cli/test", "X-Sandbox": "true",
		"Accept": "application/json",
	}
	for name, want := range header {
		if got := got.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestSandboxIsOffByDefault(t *testing.T) {
	t.Parallel()
	api := testkit.Serve(t, testkit.Respond(200, "{}"))
	if err := client(t, options(t, api.URL())).PutWebhook(t.Context(), hook); err != nil {
		t.Fatal(err)
	}
	if got, there := api.Requests()[0].Header["X-Sandbox"]; there {
		t.Errorf("got X-Sandbox %q, want none", got)
	}
}

func TestPutWebhookAcceptsAnySuccess(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "{}", "<html>odd</html>", `{"success":false}`} {
		api := testkit.Serve(t, testkit.Respond(201, body))
		if err := client(t, options(t, api.URL())).PutWebhook(t.Context(), hook); err != nil {
			t.Errorf("201 %q: got %v, want no error, because the response of PUT /webhooks is undocumented", body, err)
		}
	}
}

func TestBalanceResponse(t *testing.T) {
	t.Parallel()
	api := testkit.Serve(t, testkit.Respond(200, `{"success":true,"data":{"balance":"47.50","currency":"USD","totalDeposited":"100.00","more":1}}`))
	got, meta, err := client(t, options(t, api.URL())).Balance(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := (Balance{"47.50", "USD", "100.00"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if meta.Date.IsZero() || meta.Date.Sub(meta.At).Abs() > time.Minute {
		t.Errorf("got the date %v at %v, want the server's clock", meta.Date, meta.At)
	}
	if r := api.Requests()[0]; r.Method != http.MethodGet || r.URI != "/v1/wallet/balance" || len(r.Body) > 0 || r.Header.Get("Content-Type") != "" {
		t.Errorf("got %s %s with %q, want GET /v1/wallet/balance without a body", r.Method, r.URI, r.Body)
	}
}

func TestUndocumentedBalanceResponseIsAnError(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"": "the response to GET /wallet/balance is empty", "<html>": "the response to GET /wallet/balance is not the documented JSON",
		"null": "the response to GET /wallet/balance contains no balance", `{"success":false}`: "the response to GET /wallet/balance contains no balance",
		`{"success":true,"data":{"balance":47.5}}`: "the response to GET /wallet/balance is not the documented JSON",
		`{"success":true,"data":{}}`:               "the response to GET /wallet/balance contains no balance",
		strings.Repeat(" ", maxResponseBytes+1):    "the response to GET /wallet/balance is larger than 1 MiB",
	} {
		api := testkit.Serve(t, testkit.Respond(200, body))
		_, _, err := client(t, options(t, api.URL())).Balance(t.Context())
		var odd *ResponseError
		if !errors.As(err, &odd) || err.Error() != want {
			t.Errorf("200 %.40q: got %v, want %s", body, err, want)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := testkit.Serve(t, testkit.Respond(200, "{}"))
	for _, code := range []int{301, 302, 303, 307, 308} {
		api := testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", elsewhere.URL()+"/login?key="+key)
			w.WriteHeader(code)
		}))
		err := client(t, options(t, api.URL())).PutWebhook(t.Context(), hook)
		var redirect *RedirectError
		if !errors.As(err, &redirect) || redirect.To != elsewhere.URL()+"/login?key=…KEY9" {
			t.Errorf("%d: got %v, want a RedirectError with the key masked", code, err)
		}
	}
	if n := len(elsewhere.Requests()); n != 0 {
		t.Errorf("got %d requests elsewhere, want none", n)
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := options(t, "http://127.0.0.1:9000")
		o.Timeout = time.Minute
		transport := newTransport(o)
		transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			go func() { _, _ = io.Copy(io.Discard, far) }()
			return near, nil
		}
		c, err := newClient(o, transport)
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		err = c.PutWebhook(t.Context(), hook)
		var u *UnreachableError
		if !errors.As(err, &u) || u.Reason != ReasonTimeout || !OutcomeUnknown(err) || time.Since(begun) != o.Timeout {
			t.Errorf("got %v after %v (outcome unknown: %v), want a timeout after sending", err, time.Since(begun), OutcomeUnknown(err))
		}
	})
}

// A server may close a kept connection at the moment of the next call, which may come after hours.
func TestCallsDoNotReuseConnections(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	served := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if served[r.RemoteAddr] {
			panic(http.ErrAbortHandler)
		}
		served[r.RemoteAddr] = true
	}))
	defer server.Close()
	c := client(t, options(t, server.URL))
	for i := range 3 {
		if err := c.PutWebhook(t.Context(), hook); err != nil {
			t.Errorf("call %d: %v", i, err)
		}
	}
}

func TestNewRequiresAKey(t *testing.T) {
	t.Parallel()
	if _, err := New(Options{}); !errors.Is(err, ErrNoKey) {
		t.Errorf("got %v, want ErrNoKey", err)
	}
}

func TestPlainHTTPNeverLeavesThisMachine(t *testing.T) {
	t.Parallel()
	o := options(t, "http://localhost:1")
	transport := newTransport(o)
	defer transport.CloseIdleConnections()
	conn, err := transport.DialContext(t.Context(), "tcp", "192.0.2.1:80") // as if a resolver returned this for localhost
	if err == nil {
		_ = conn.Close()
	}
	if !errors.Is(err, errNotLoopback) {
		t.Errorf("got %v, want %v", err, errNotLoopback)
	}
}
