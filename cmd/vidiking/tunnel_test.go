package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestListenThroughNgrokIsExactAndReconnects(t *testing.T) {
	t.Parallel()
	edge := testkit.NewNgrokServer(t)
	w := newTestHome(t)
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
	edge.DropSessions()
	l.await("the gap is told, and its end", func() bool { return strings.Contains(l.said(l.stderr), "is back after") })
	l.await("it is ready again", func() bool { return l.info().State == session.StateReady })
	if l.info().PublicURL != before {
		t.Errorf("got %s after the gap, want %s", l.info().PublicURL, before)
	}
	if code, _ := send(t, l.url, sized(50)); code != http.StatusOK {
		t.Errorf("after the gap: got %d, want 200", code)
	}
	// A local sender still uses loopback.
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

func TestListenEndsIfTheTokenIsRejected(t *testing.T) {
	t.Parallel()
	edge := testkit.NewNgrokServer(t)
	edge.RejectAuth("The authtoken you specified does not look like a proper ngrok authtoken. Your authtoken: " + ngrokToken + "\n\nERR_NGROK_105")
	w := newTestHome(t)
	w.throughEdge(t, edge)
	start := time.Now()
	code, stdout, stderr := w.run(t, "vidiking", "listen", "--addr", "127.0.0.1:0", "--forward", "localhost:1")
	t.Logf("ended after %v:\n%s", time.Since(start), stderr)
	want := `error: ngrok refused the token from NGROK_AUTHTOKEN (ERR_NGROK_105)
hint:  it is not a token: copy it again from https://dashboard.ngrok.com/get-started/your-authtoken
       or use a tunnel that needs no account: --tunnel ssh
`
	if code != 4 || stdout != "" || stderr != want {
		t.Errorf("got %d, stdout %q, stderr\n%s\nwant 4 and\n%s", code, stdout, stderr, want)
	}
}

func TestListenWaitsForALateEdge(t *testing.T) {
	t.Parallel()
	edge := testkit.NewStoppedNgrokServer(t)
	w := newTestHome(t)
	w.throughEdge(t, edge)
	l := w.startListen(t, "vidiking", echoing(t).URL()+"/webhooks/vidiking")
	l.await("it says that there is no way", func() bool { return strings.Contains(l.said(l.stderr), "Reconnecting.") })
	if got := l.info(); got.State != session.StateConnecting || got.PublicURL != "" {
		t.Errorf("got %+v before there is a tunnel, want connecting", got)
	}
	if got := l.said(l.stdout); got != "" {
		t.Errorf("it is ready before there is a tunnel:\n%s", got)
	}
	// Local deliveries are accepted meanwhile.
	if code, _ := send(t, l.url, sized(50)); code != http.StatusOK {
		t.Errorf("by loopback: got %d, want 200", code)
	}
	edge.Start()
	l.await("it is ready", func() bool {
		return strings.HasPrefix(l.said(l.stdout), "✓ Ready\n\n  url       "+l.info().PublicURL+"\n")
	})
	want := regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d   ○ Cannot connect through ngrok yet: connection refused\. Reconnecting\.\n$`)
	if got := l.said(l.stderr); !want.MatchString(got) {
		t.Errorf("got stderr\n%s\nwant\n%s", got, want)
	}
	l.interrupt()
}

func TestListenIsNotReadyIfTheEdgeIsSilent(t *testing.T) {
	t.Parallel()
	edge := testkit.NewNgrokServer(t)
	edge.Freeze(true)
	w := newTestHome(t)
	w.throughEdge(t, edge)
	l := w.startListen(t, "vidiking", "localhost:1")
	l.await("the edge is connected to", func() bool { return edge.Connections() > 0 })
	if got := l.info().State; got != session.StateConnecting || l.said(l.stdout) != "" {
		t.Errorf("got state %s and\n%s\nwant connecting, and nothing ready", got, l.said(l.stdout))
	}
	// An interrupt ends it at once.
	if code := l.interrupt(); code != 0 {
		t.Errorf("got exit code %d, want 0", code)
	}
}

func TestListenRecordsNothingIfTheTunnelDropsInABody(t *testing.T) {
	t.Parallel()
	edge := testkit.NewNgrokServer(t)
	w := newTestHome(t)
	w.throughEdge(t, edge)
	handler := echoing(t)
	l := w.startTunnel(t, "vidiking", handler.URL()+"/webhooks/vidiking")
	u, err := url.Parse(l.url)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n%s", u.Path, strings.Repeat("x", 500_000))
	if err != nil {
		t.Fatal(err)
	}
	edge.DropSessions()
	l.await("the gap is told, and its end", func() bool { return strings.Contains(l.said(l.stderr), "is back after") })
	l.await("it is ready again", func() bool { return l.info().State == session.StateReady })
	body := sized(100)
	if code, _ := send(t, l.url, body); code != http.StatusOK {
		t.Errorf("after the gap: got %d, want 200", code)
	}
	l.interrupt()
	// A truncated body is not a delivery.
	if got := list(t, openLog(t, w.dir)); len(got) != 1 || got[0].BodyBytes != int64(len(body)) {
		t.Errorf("got %d deliveries, want the one after the gap", len(got))
	}
}

func TestListenGetsTheRequestedDomain(t *testing.T) {
	t.Parallel()
	edge := testkit.NewNgrokServer(t)
	w := newTestHome(t)
	w.throughEdge(t, edge)
	const wanted = "https://shop.public.test"
	proxy, asked := testkit.ServeProxy(t, func(string) string { return edge.PublicAddr(wanted) })
	// The connection uses TLS and a proxy, as in a company's network.
	w.env = append(w.env, "HTTPS_PROXY=http://"+proxy, "SSL_CERT_FILE="+edge.WriteRoots())
	l := w.startTunnel(t, "vidiking", "localhost:1", "--url", "shop.public.test")
	if l.url != wanted+"/webhooks/vidiking" {
		t.Errorf("got %s, want %s", l.url, wanted)
	}
	if got := asked(); len(got) == 0 || got[0] != "shop.public.test:443" {
		t.Errorf("the proxy was asked for %q, want shop.public.test:443", got)
	}
	if b := edge.Binds(); b[0].URL != wanted {
		t.Errorf("the edge was asked for %+v", b)
	}
	// Another listen requests the same domain.
	code, _, stderr := w.run(t, "vidiking", "listen", "--addr", "127.0.0.1:0", "--forward", "localhost:1", "--url", "shop.public.test")
	want := `error: ngrok does not provide that URL (ERR_NGROK_334)
         The endpoint 'https://shop.public.test' is already online
hint:  end the session that uses it, or leave out --url: https://ngrok.com/docs/errors/err_ngrok_334
`
	if code != 1 || stderr != want {
		t.Errorf("got %d and\n%s\nwant 1 and\n%s", code, stderr, want)
	}
	l.interrupt()
}

func TestListenReportsTunnelChangesAsJSON(t *testing.T) {
	t.Parallel()
	edge := testkit.NewNgrokServer(t)
	w := newTestHome(t)
	w.throughEdge(t, edge)
	l := w.startTunnel(t, "vidiking", "localhost:1", "-o", "json")
	edge.DropSessions()
	l.await("it is back", func() bool { return strings.Contains(l.said(l.stdout), `"downtime_ms"`) })
	l.interrupt()
	// The message differs if a byte was in transit.
	got := regexp.MustCompile("connection reset|broken pipe").ReplaceAllString(steady(l.said(l.stdout)), "connection closed")
	want := `{"v":1,"type":"ready","url":"http://127.0.0.1:9999/webhooks/vidiking","forward":"http://localhost:1/webhooks/vidiking","tunnel":"ngrok","verify":"strict","data_dir":"…","local_url":"http://127.0.0.1:9999/webhooks/vidiking"}
{"v":1,"type":"tunnel","state":"reconnecting","at":"2026-01-01T00:00:00Z","cause":"connection closed","since":"2026-01-01T00:00:00Z","message":"The tunnel is down: connection closed. Reconnecting."}
{"v":1,"type":"tunnel","state":"ready","at":"2026-01-01T00:00:00Z","url":"http://127.0.0.1:9999/webhooks/vidiking","since":"2026-01-01T00:00:00Z","downtime_ms":0,"message":"The tunnel is back after # ms, with the same URL."}
`
	if !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	schema := readSchema(t)
	for line := range strings.Lines(l.said(l.stdout)) {
		if _, err := schema.validate(line); err != nil {
			t.Errorf("%s does not match the schema: %v", line, err)
		}
	}
	if said := l.said(l.stderr); said != "" {
		t.Errorf("got stderr\n%s", said)
	}
}

func TestAGeneratedSecretRejectsNothingThroughATunnel(t *testing.T) {
	t.Parallel()
	edge := testkit.NewNgrokServer(t)
	w := newTestHome(t)
	w.throughEdge(t, edge)
	w.env = append(w.env, "VIDIKING_WEBHOOK_SECRET=")
	l := w.startTunnel(t, "vidiking", echoing(t).URL()+"/webhooks/vidiking")
	if code, _ := send(t, l.url, sized(50)); code != http.StatusOK {
		t.Errorf("signed with the account's secret: got %d, want 200", code)
	}
	l.interrupt()
	if got := l.said(l.stdout); !strings.Contains(got, "  verify    warn (your account's secret is unknown, so nothing is rejected)\n") || !strings.Contains(got, "vidiking config set webhook-secret") {
		t.Errorf("got\n%s\nwant that nothing is rejected, and what to do", got)
	}
	strict := w.startTunnel(t, "vidiking", echoing(t).URL()+"/webhooks/vidiking", "--verify", "strict")
	if code, _ := send(t, strict.url, sized(50)); code != http.StatusUnauthorized {
		t.Errorf("where strict was asked for: got %d, want 401", code)
	}
	strict.interrupt()
}

func TestSessionTokensAreUselessThroughATunnel(t *testing.T) {
	t.Parallel()
	edge := testkit.NewNgrokServer(t)
	w := newTestHome(t)
	w.throughEdge(t, edge)
	handler := echoing(t)
	l := w.startTunnel(t, "vidiking", handler.URL()+"/webhooks/vidiking")
	body := sized(50)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	// Not even with the token.
	req.Header.Set(session.SenderHeader, session.Sender{Token: l.info().Token, Origin: webhook.OriginTrigger}.String())
	req.Header.Set(webhook.SignatureHeader, signature.Sign(webhook.SecretFrom(processSecret), body, signature.StylePrefixed))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.Header.Get(session.DeliveryHeader) != "" {
		t.Error("a stranger is told the id of the delivery")
	}
	if h := handler.Requests()[0].Header; h.Get(session.SenderHeader) != "" {
		t.Error("the token went on to the handler")
	}
	l.interrupt()
	if got := list(t, openLog(t, w.dir)); len(got) != 1 || got[0].Origin != webhook.OriginTunnel {
		t.Errorf("got %+v, want one delivery, of the tunnel", got)
	}
}

func TestWelcomeShowsTheStateOfTheTunnel(t *testing.T) {
	t.Parallel()
	edge := testkit.NewNgrokServer(t)
	w := newTestHome(t)
	w.throughEdge(t, edge)
	l := w.startTunnel(t, "vidiking", "localhost:1")
	says := func(want string) {
		t.Helper()
		if _, stdout, _ := w.run(t, "vidiking"); !strings.Contains(stdout, want) {
			t.Errorf("got\n%s\nwant %q", stdout, want)
		}
	}
	says(" on " + l.url + "\n")
	edge.Stop()
	l.await("the gap is told", func() bool { return l.info().State == session.StateReconnecting })
	says("the tunnel has been down since ")
	says("○ Listening since ")
	l.interrupt()
}
