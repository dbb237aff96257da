package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const ngrokToken = "2token_of_the_whole_process_tests_Zx9Q"

// throughEdge gives the world a token and the stand-in for ngrok's edge.
func (w *world) throughEdge(tb testing.TB, edge *testkit.Edge) {
	tb.Helper()
	w.env = append(w.env, "NGROK_AUTHTOKEN="+ngrokToken, "VIDIKING_CONFIG="+w.configFile())
	w.configure(tb, "ngrok_connect_url = \""+edge.Addr()+"\"\nngrok_root_cas = '"+edge.Roots()+"'\n")
}

// startTunnel starts a listen with a tunnel and returns once it is ready.
func (w *world) startTunnel(tb testing.TB, program, handler string, flags ...string) *listening {
	tb.Helper()
	l := w.startListen(tb, program, handler, flags...)
	if !l.await("listen is ready", func() bool { return l.info().State == session.StateReady }) {
		tb.Fatalf("listen ended with %d; stderr:\n%s", l.wait(), l.said(l.stderr))
	}
	l.url = l.info().PublicURL
	return l
}

// info is what the session tells of itself.
func (l *listening) info() session.Info {
	l.tb.Helper()
	live, err := session.Live(l.dir)
	if err != nil {
		l.tb.Fatal(err)
	}
	for _, s := range live {
		if s.PID == l.cmd.Process.Pid {
			return s
		}
	}
	return session.Info{}
}

// send posts a body, signed, and returns the answer.
func send(tb testing.TB, url string, body []byte) (code int, answer []byte) {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	req.Header.Set(webhook.SignatureHeader, signature.Sign(webhook.SecretFrom(processSecret), body, signature.StylePrefixed))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		tb.Errorf("POST %s: %v", url, err)
		return 0, nil
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	if err != nil {
		tb.Errorf("POST %s: read the answer: %v", url, err)
	}
	return resp.StatusCode, answer
}

// echoing is a handler that answers with what it got.
func echoing(tb testing.TB) *testkit.Handler {
	tb.Helper()
	return testkit.Serve(tb, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(body)
	}))
}

func sized(n int) []byte {
	return []byte(`{"event":"render.complete","pad":"` + strings.Repeat("x", max(0, n-40)) + `"}`)
}

func TestListenThroughNgrokIsExactAndComesBack(t *testing.T) {
	t.Parallel()
	edge := testkit.NewEdge(t)
	w := newWorld(t)
	w.throughEdge(t, edge)
	handler := echoing(t)
	l := w.startTunnel(t, "vidiking", handler.URL()+"/webhooks/vidiking")

	for _, size := range []int{50, 100_000, 3 << 20} {
		body := sized(size)
		if code, _ := send(t, l.url, body); code != http.StatusOK {
			t.Errorf("%d bytes: got %d, want 200", len(body), code)
		}
		requests := handler.Requests()
		if got := requests[len(requests)-1].Body; !bytes.Equal(got, body) {
			t.Errorf("%d bytes: the handler got %d, or others", len(body), len(got))
		}
	}
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			body := fmt.Appendf(nil, `{"event":"render.complete","data":{"id":"job_%06d"}}`, i)
			if code, got := send(t, l.url, body); code != http.StatusOK || !bytes.Equal(got, body) {
				t.Errorf("%s: got %d %s", body, code, got)
			}
		})
	}
	all.Wait()
	before := l.url
	edge.Drop()
	l.await("the gap is told", func() bool { return l.info().State == session.StateReconnecting })
	l.await("it is ready again", func() bool { return l.info().State == session.StateReady })
	if l.info().PublicURL != before {
		t.Errorf("got %s after the gap, want %s", l.info().PublicURL, before)
	}
	if code, _ := send(t, l.url, sized(50)); code != http.StatusOK {
		t.Errorf("after the gap: got %d, want 200", code)
	}
	// A sender at home still comes by loopback.
	if code, _ := send(t, l.info().URL, sized(60)); code != http.StatusOK {
		t.Errorf("by loopback: got %d, want 200", code)
	}
	if code := l.interrupt(); code != 0 {
		t.Errorf("got exit code %d, want 0", code)
	}
	r := openLog(t, w.dir)
	origins := map[webhook.Origin]int{}
	for _, d := range list(t, r) {
		origins[d.Origin]++
	}
	if origins[webhook.OriginTunnel] != 54 || origins[webhook.OriginLocal] != 1 {
		t.Errorf("got origins %v, want 54 of the tunnel and 1 of loopback", origins)
	}
	t.Logf("stdout:\n%.1200s\nstderr:\n%s", l.said(l.stdout), l.said(l.stderr))
}

func list(tb testing.TB, r *store.Reader) []webhook.Summary {
	tb.Helper()
	all, err := r.List(tb.Context(), store.Query{})
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

func TestListenEndsWhereTheTokenIsRefused(t *testing.T) {
	t.Parallel()
	edge := testkit.NewEdge(t)
	edge.Refuse("The authtoken you specified does not look like a proper ngrok authtoken. Your authtoken: " + ngrokToken + "\n\nERR_NGROK_105")
	w := newWorld(t)
	w.throughEdge(t, edge)
	start := time.Now()
	code, stdout, stderr := w.run(t, "vidiking", "listen", "--forward", "localhost:1")
	t.Logf("ended after %v:\n%s", time.Since(start), stderr)
	want := `error: ngrok refused the token from NGROK_AUTHTOKEN (ERR_NGROK_105)
hint:  it is no token: copy it again from https://dashboard.ngrok.com/get-started/your-authtoken
       or go without an account: --tunnel ssh
`
	if code != 4 || stdout != "" || stderr != want {
		t.Errorf("got %d, stdout %q, stderr\n%s\nwant 4 and\n%s", code, stdout, stderr, want)
	}
}
