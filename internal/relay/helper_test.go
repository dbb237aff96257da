package relay

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	ingressPath = "/webhooks/vidiking"
	secretText  = "whsec_kept1between2us3K4q7T"
	token       = "dG9rZW4tb2YtdGhlLXNlc3Npb24"
	sampleBody  = `{"event":"render.complete","timestamp":"2026-11-23T12:00:00Z","data":{"id":"job_9bn2ze","duration":10.50}}`
)

// rigOptions configures a rig. A test may change them before the rig starts.
type rigOptions struct {
	relay   Options
	ingress IngressOptions
	sender  dispatch.Options
}

// rig is a relay with an ingress on loopback, a log in a temporary directory, and a handler.
type rig struct {
	*Relay
	tb      testing.TB
	ingress *Ingress
	log     *store.Log
	dir     string // directory of the log
	address string // address of the ingress
	notices noticeLog
	client  http.Client
}

// start starts a rig that forwards to target. It verifies strictly unless a change sets another mode.
func start(tb testing.TB, target string, changes ...func(*rigOptions)) *rig {
	tb.Helper()
	r := &rig{tb: tb, dir: tb.TempDir()}
	log, err := store.Open(context.Background(), r.dir, store.Options{OnError: func(err error) {
		if !errors.Is(err, store.ErrDuplicateID) {
			tb.Errorf("the log's OnError got %v", err)
		}
	}})
	if err != nil {
		tb.Fatalf("open the log: %v", err)
	}
	r.log = log
	p := rigOptions{
		relay: Options{
			Log: log, Routes: To(parseTarget(tb, target)), Verify: VerifyStrict, Session: "ses_test", Now: time.Now, Random: rand.Reader,
			Secrets: func() []webhook.Secret { return []webhook.Secret{webhook.SecretFrom(secretText)} },
			Notify:  r.notices.add,
		},
		ingress: IngressOptions{Path: ingressPath, Token: token, Origin: webhook.OriginLocal, Respond: RespondHandler, MaxBody: 1 << 20},
	}
	for _, change := range changes {
		change(&p)
	}
	closeSender := func() {}
	if p.relay.Sender == nil {
		sender := dispatch.NewSender(p.sender)
		p.relay.Sender, closeSender = sender, sender.Close
	}
	r.Relay = New(p.relay)
	r.ingress = NewIngress(r.Relay, p.ingress)
	stop := r.serve()
	tb.Cleanup(func() {
		stop()
		r.Close()
		closeSender()
		if err := log.Close(); err != nil {
			tb.Errorf("close the log: %v", err)
		}
	})
	return r
}

// serve starts the server of the ingress. stop waits for deliveries in progress and stops it.
func (r *rig) serve() (stop func()) {
	r.tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.tb.Fatalf("listen: %v", err)
	}
	r.address = l.Addr().String()
	r.client.Transport = &http.Transport{}
	r.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	server := r.ingress.Server()
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(l) })
	return func() {
		r.client.CloseIdleConnections()
		_ = server.Shutdown(context.Background())
		serving.Wait()
	}
}

func parseTarget(tb testing.TB, text string) dispatch.Target {
	tb.Helper()
	target, err := dispatch.ParseTarget(text, ingressPath)
	if err != nil {
		tb.Fatalf("ParseTarget(%q): %v", text, err)
	}
	return target
}

// reply is a response to a sender.
type reply struct {
	code   int
	header http.Header
	body   string
}

// signedHeader returns a header with the valid signature of body.
func signedHeader(body string) http.Header {
	value := signature.Sign(webhook.SecretFrom(secretText), []byte(body), signature.StylePrefixed)
	return http.Header{webhook.SignatureHeader: {value}}
}

// trustedHeader returns the header of a sender with the session's token.
func trustedHeader(body string, s session.Sender) http.Header {
	h := signedHeader(body)
	s.Token = token
	h.Set(session.SenderHeader, s.String())
	return h
}

// post sends a body to the ingress path.
func (r *rig) post(body string, header http.Header) reply {
	r.tb.Helper()
	return r.do(r.request(r.tb.Context(), http.MethodPost, ingressPath, strings.NewReader(body), header))
}

// postSigned sends a body with its signature.
func (r *rig) postSigned(body string) reply {
	r.tb.Helper()
	return r.post(body, signedHeader(body))
}

func (r *rig) request(ctx context.Context, method, path string, body io.Reader, header http.Header) *http.Request {
	r.tb.Helper()
	req, err := http.NewRequestWithContext(ctx, method, "http://"+r.address+path, body)
	if err != nil {
		r.tb.Fatalf("make a request: %v", err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	return req
}

func (r *rig) do(req *http.Request) reply {
	r.tb.Helper()
	resp, err := r.client.Do(req)
	if err != nil {
		r.tb.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	return readReply(r.tb, resp)
}

func readReply(tb testing.TB, resp *http.Response) reply {
	tb.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Fatalf("read the response: %v", err)
	}
	return reply{resp.StatusCode, resp.Header, string(body)}
}

// dial opens a TCP connection to the ingress.
func (r *rig) dial() net.Conn {
	r.tb.Helper()
	c, err := net.Dial("tcp", r.address)
	if err != nil {
		r.tb.Fatalf("dial the ingress: %v", err)
	}
	r.tb.Cleanup(func() { _ = c.Close() })
	return c
}

// raw sends the text of a request and returns the response.
func (r *rig) raw(request string) reply {
	r.tb.Helper()
	c := r.dial()
	write(r.tb, c, request)
	return readResponse(r.tb, c)
}

func write(tb testing.TB, c net.Conn, text string) {
	tb.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		tb.Fatalf("write: %v", err)
	}
}

func readResponse(tb testing.TB, c net.Conn) reply {
	tb.Helper()
	return readResponseTo(tb, c, http.MethodPost)
}

func readResponseTo(tb testing.TB, c net.Conn, method string) reply {
	tb.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	if err != nil {
		tb.Fatalf("read a response: %v", err)
	}
	return readReply(tb, resp)
}

// rawPost returns the text of a POST request with these header lines between Host and Content-Length.
func rawPost(body string, lines ...string) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: ingress.test\r\n", ingressPath)
	for _, line := range lines {
		b.WriteString(line + "\r\n")
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	return b.String()
}

// recorded returns every delivery in the log, oldest first, once all queued writes are done.
func (r *rig) recorded() []webhook.Delivery {
	r.tb.Helper()
	if err := r.log.Flush(context.Background()); err != nil {
		r.tb.Fatalf("flush the log: %v", err)
	}
	var all []webhook.Delivery
	err := r.log.Reader().Each(context.Background(), store.Query{}, func(d webhook.Delivery) error {
		all = append(all, d)
		return nil
	})
	if err != nil {
		r.tb.Fatalf("read the log: %v", err)
	}
	return all
}

// onlyDelivery returns the one delivery in the log.
func (r *rig) onlyDelivery() webhook.Delivery {
	r.tb.Helper()
	all := r.recorded()
	if len(all) != 1 {
		r.tb.Fatalf("the log has %d deliveries, want 1", len(all))
	}
	return all[0]
}

// waitFor reads the log until ok returns true, and returns its deliveries.
func (r *rig) waitFor(what string, ok func([]webhook.Delivery) bool) []webhook.Delivery {
	r.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	defer cancel()
	for {
		cursor, err := r.log.Reader().LastSeq(ctx)
		if err != nil {
			r.tb.Fatalf("read the log: %v", err)
		}
		all := r.recorded()
		if ok(all) {
			return all
		}
		if err := r.log.Reader().Wait(ctx, cursor); err != nil {
			r.tb.Fatalf("wait for %s: %v; the log has %+v", what, err, all)
		}
	}
}

// waitUntil polls ok until it returns true. Use it for state that sends no notification.
func (r *rig) waitUntil(what string, ok func() bool) {
	r.tb.Helper()
	late := time.After(testTimeout)
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for !ok() {
		select {
		case <-ticker.C:
		case <-late:
			r.tb.Fatalf("waited %v for %s", testTimeout, what)
		}
	}
}

// testTimeout is how long a test waits for something that must happen. Only a failing test waits that long.
const testTimeout = time.Minute

// receive returns a value from a channel.
func receive[T any](tb testing.TB, c <-chan T, what string) T {
	tb.Helper()
	timer := time.NewTimer(testTimeout)
	defer timer.Stop()
	select {
	case v := <-c:
		return v
	case <-timer.C:
		tb.Fatalf("waited %v for %s", testTimeout, what)
		panic("not reached")
	}
}

// noticeLog collects notices.
type noticeLog struct {
	mu  sync.Mutex
	all []Notice
}

func (n *noticeLog) add(notice Notice) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, notice)
}

// of returns the notices of a kind.
func (n *noticeLog) of(kind NoticeKind) []Notice {
	n.mu.Lock()
	defer n.mu.Unlock()
	var found []Notice
	for _, notice := range n.all {
		if notice.Kind == kind {
			found = append(found, notice)
		}
	}
	return found
}
