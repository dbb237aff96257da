package tunnel_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/tunnel"
)

func TestVerifyWaitsForItsRequest(t *testing.T) {
	t.Parallel()
	proof := tunnel.NewVerifier(&http.Client{}, rand.Reader)
	var seen atomic.Value
	here := httptest.NewServer(proof.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
	})))
	defer here.Close()
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // the network between the URL and the process
		seen.Store(r.URL.Path)
		resp, err := http.Get(here.URL + r.URL.Path)
		if err != nil {
			return
		}
		defer resp.Body.Close()
		_, _ = io.Copy(w, resp.Body)
	}))
	defer outside.Close()
	if err := proof.Verify(t.Context(), outside.URL+"/"); err != nil {
		t.Fatalf("Prove: %v", err)
	}
	// A used path gets no second response, and neither does an unknown one.
	for _, path := range []string{seen.Load().(string), "/.well-known/vidiking/x", "/.well-known/vidiking/"} {
		resp, err := http.Get(here.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusTeapot {
			t.Errorf("GET %s: got %d, want the handler's status", path, resp.StatusCode)
		}
	}
}

func TestVerifyRejectsForeignResponses(t *testing.T) {
	t.Parallel()
	landing := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(landing.Close)
	for name, tc := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"a page":   {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>welcome</html>") }, "something else responded"},
		"the path": {func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.Path) }, "something else responded"},
		"nothing":  {func(http.ResponseWriter, *http.Request) {}, "something else responded"},
		"an edge without an agent": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Ngrok-Error-Code", "ERR_NGROK_3200")
			w.WriteHeader(http.StatusNotFound)
		}, "something else responded with 404 (ERR_NGROK_3200)"},
		"a login page that redirects": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, landing.URL, http.StatusFound) }, "something else responded with 302"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var tries atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if tries.Add(1) == 2 {
					cancel() // during a request
				}
				tc.answer(w, r)
			}))
			defer server.Close()
			proof := tunnel.NewVerifier(&http.Client{}, rand.Reader)
			err := proof.Verify(ctx, server.URL)
			var back *tunnel.UnverifiedError
			if !errors.As(err, &back) || back.URL != server.URL || !strings.HasSuffix(back.Error(), ": "+tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

func TestVerifyRetries(t *testing.T) {
	t.Parallel()
	proof := tunnel.NewVerifier(&http.Client{}, rand.Reader)
	var tries atomic.Int32
	ours := proof.Handler(http.NotFoundHandler())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tries.Add(1) < 4 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		ours.ServeHTTP(w, r)
	}))
	defer server.Close()
	if err := proof.Verify(t.Context(), server.URL); err != nil || tries.Load() != 4 {
		t.Errorf("got %v after %d requests, want success by the fourth", err, tries.Load())
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	silent := "http://" + testkit.FrozenAddr(t)
	get := func(url string) error {
		client := &http.Client{Timeout: time.Minute}
		if url == silent {
			client.Timeout = 200 * time.Millisecond
		}
		resp, err := client.Get(url)
		if err == nil {
			_ = resp.Body.Close()
		}
		return err
	}
	authority := testkit.NewAuthority(t)
	secured := testkit.ServeTLS(t, authority.Certificate("127.0.0.1"), http.NotFoundHandler())
	closing := testkit.ServeRaw(t, testkit.RespondRawAndClose(""))
	for url, want := range map[string]string{
		"http://" + testkit.RefusingAddr(t): "connection refused",
		silent:                              "no response in time",
		secured.URL():                       "its certificate is from an unknown authority",
		closing.URL():                       "connection closed",
	} {
		if err := get(url); err == nil || tunnel.Describe(err) != want {
			t.Errorf("%s: got %q (%v), want %q", url, tunnel.Describe(err), err, want)
		}
	}
}

func TestDescribeOfflineErrors(t *testing.T) {
	t.Parallel()
	lookup := func(err net.DNSError) error {
		return &url.Error{Op: "Get", URL: "http://nowhere.invalid", Err: &net.OpError{Op: "dial", Net: "tcp", Err: &err}}
	}
	for want, err := range map[string]error{
		"no such host: nowhere.invalid": lookup(net.DNSError{Err: "no such host", Name: "nowhere.invalid", IsNotFound: true}),
		"cannot look up nowhere.invalid; this machine may be offline": lookup(net.DNSError{
			Err: "dial udp 192.0.2.1:53: connect: network is unreachable", Name: "nowhere.invalid", IsTemporary: true,
		}),
		"one": errors.New("one\ntwo"),
	} {
		if got := tunnel.Describe(err); got != want {
			t.Errorf("%v: got %q, want %q", err, got, want)
		}
	}
}
