package main

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const ngrokToken = "2token_of_the_whole_process_tests_Zx9Q"

// throughEdge gives the sandbox a token and the fake ngrok edge.
func (w *testHome) throughEdge(tb testing.TB, edge *testkit.NgrokServer) {
	tb.Helper()
	w.env = append(w.env, "NGROK_AUTHTOKEN="+ngrokToken, "VIDIKING_CONFIG="+w.configFile())
	w.configure(tb, "ngrok_connect_url = \""+edge.Addr()+"\"\nngrok_root_cas = '"+edge.WriteRoots()+"'\n")
}

// startTunnel starts a listen with a tunnel and returns once it is ready.
func (w *testHome) startTunnel(tb testing.TB, program, handler string, flags ...string) *listening {
	tb.Helper()
	l := w.startListen(tb, program, handler, flags...)
	if !l.await("listen is ready", func() bool { return l.info().State == session.StateReady }) {
		tb.Fatalf("listen ended with %d; stderr:\n%s", l.wait(), l.said(l.stderr))
	}
	l.url = l.info().PublicURL
	return l
}

// info returns the session's file.
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

// send posts a signed body and returns the response.
func send(tb testing.TB, url string, body []byte) (code int, answer []byte) {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	req.Header.Set(webhook.SignatureHeader, signature.Sign(webhook.SecretFrom(processSecret), body, signature.StylePrefixed))
	req.Close = true // a connection must not be reused after a gap has closed it
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

// echoing is a handler that responds with the request.
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

func list(tb testing.TB, r *store.Reader) []webhook.Summary {
	tb.Helper()
	all, err := r.List(tb.Context(), store.Query{})
	if err != nil {
		tb.Fatal(err)
	}
	return all
}
