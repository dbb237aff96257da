package vidiking

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/testkit"
)

func TestProxyNeverSeesTheKey(t *testing.T) {
	t.Parallel()
	authority := testkit.NewAuthority(t)
	api := testkit.ServeTLS(t, authority.Certificate("127.0.0.1"), testkit.Respond(200, "{}"))
	proxy := testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { tunnelTo(w, r) }))
	o := options(t, api.URL())
	at, err := url.Parse(proxy.URL())
	if err != nil {
		t.Fatal(err)
	}
	o.Proxy = http.ProxyURL(at)
	transport := newTransport(o)
	transport.TLSClientConfig = &tls.Config{RootCAs: authority.Pool()}
	c, err := newClient(o, transport)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.PutWebhook(t.Context(), hook); err != nil {
		t.Fatal(err)
	}
	if got := proxy.Requests(); len(got) != 1 || got[0].Method != http.MethodConnect || got[0].Header.Get("Authorization") != "" {
		t.Errorf("the proxy got %+v, want one CONNECT without the key", got)
	}
	if got := len(api.Requests()); got != 1 {
		t.Errorf("the API got %d requests, want 1", got)
	}
}

// tunnelTo connects a client to a CONNECT target, as a proxy does.
func tunnelTo(w http.ResponseWriter, r *http.Request) {
	there, err := net.Dial("tcp", r.Host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	here, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = there.Close()
		return
	}
	_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		_, _ = io.Copy(there, here)
		_ = there.Close()
	}()
	_, _ = io.Copy(here, there)
	_ = here.Close()
}

func TestProxyRejection(t *testing.T) {
	t.Parallel()
	proxy := testkit.Serve(t, testkit.Respond(407, "no"))
	o := options(t, "https://api.example.com")
	at, err := url.Parse(proxy.URL())
	if err != nil {
		t.Fatal(err)
	}
	o.Proxy = http.ProxyURL(at)
	err = client(t, o).PutWebhook(t.Context(), hook)
	var u *UnreachableError
	if !errors.As(err, &u) || u.Reason != ReasonProxy || OutcomeUnknown(err) {
		t.Errorf("got %v, want a rejection by the proxy", err)
	}
}
