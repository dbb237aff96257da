package relay

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
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

// parts is what a rig is made of, for a test to change before it is put together.
type parts struct {
	relay   Options
	ingress IngressOptions
	sender  dispatch.Options
}

// rig is a relay with its ingress on loopback, its log in a directory of its own, and a handler that it forwards to.
type rig struct {
	*Relay
	tb      testing.TB
	ingress *Ingress
	log     *store.Log
	dir     string // of the log
	address string // of the ingress
	told    notices
	client  http.Client
}

// start puts a rig together that forwards to target. It records and verifies strictly unless a change says otherwise.
func start(tb testing.TB, target string, changes ...func(*parts)) *rig {
	tb.Helper()
	r := &rig{tb: tb, dir: tb.TempDir()}
	log, err := store.Open(context.Background(), r.dir, store.Options{OnError: func(err error) { tb.Errorf("the log's OnError got %v", err) }})
	if err != nil {
		tb.Fatalf("open the log: %v", err)
	}
	r.log = log
	p := parts{
		relay: Options{
			Log: log, Routes: To(parseTarget(tb, target)), Verify: VerifyStrict, Session: "ses_test", Now: time.Now, Random: rand.Reader,
			Secrets: func() []webhook.Secret { return []webhook.Secret{webhook.SecretFrom(secretText)} },
			Notify:  r.told.add,
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

// serve starts the ingress's server. stop ends it once no delivery is under way.
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

// reply is what a sender got.
type reply struct {
	code   int
	header http.Header
	body   string
}

// sign is a header with the right signature for body.
func sign(body string) http.Header {
	value := signature.Sign(webhook.SecretFrom(secretText), []byte(body), signature.StylePrefixed)
	return http.Header{webhook.SignatureHeader: {value}}
}

// trust is the header of a sender with the session's token.
func trust(body string, s session.Sender) http.Header {
	h := sign(body)
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
	return r.post(body, sign(body))
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
		tb.Fatalf("read the answer: %v", err)
	}
	return reply{resp.StatusCode, resp.Header, string(body)}
}

// dial opens a bare connection to the ingress.
func (r *rig) dial() net.Conn {
	r.tb.Helper()
	c, err := net.Dial("tcp", r.address)
	if err != nil {
		r.tb.Fatalf("dial the ingress: %v", err)
	}
	r.tb.Cleanup(func() { _ = c.Close() })
	return c
}

// raw sends a request as it stands, and returns the answer.
func (r *rig) raw(request string) reply {
	r.tb.Helper()
	c := r.dial()
	write(r.tb, c, request)
	return readAnswer(r.tb, c)
}

func write(tb testing.TB, c net.Conn, text string) {
	tb.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		tb.Fatalf("write: %v", err)
	}
}

func readAnswer(tb testing.TB, c net.Conn) reply {
	tb.Helper()
	return readAnswerTo(tb, c, http.MethodPost)
}

func readAnswerTo(tb testing.TB, c net.Conn, method string) reply {
	tb.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	if err != nil {
		tb.Fatalf("read an answer: %v", err)
	}
	return readReply(tb, resp)
}

// rawPost is a POST of body as a sender writes it, with these header lines after Host and before Content-Length.
func rawPost(body string, lines ...string) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: ingress.test\r\n", ingressPath)
	for _, line := range lines {
		b.WriteString(line + "\r\n")
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	return b.String()
}

// recorded returns every delivery of the log, oldest first, once all that was queued is written.
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

// only returns the one delivery of the log.
func (r *rig) only() webhook.Delivery {
	r.tb.Helper()
	all := r.recorded()
	if len(all) != 1 {
		r.tb.Fatalf("the log has %d deliveries, want 1", len(all))
	}
	return all[0]
}

// await returns the deliveries once ok says that they are as the test waits for them.
func (r *rig) await(what string, ok func([]webhook.Delivery) bool) []webhook.Delivery {
	r.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
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

// until returns once ok says so. It is for what tells nobody when it changes.
func (r *rig) until(what string, ok func() bool) {
	r.tb.Helper()
	late := time.After(patience)
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-late:
			r.tb.Fatalf("waited %v for %s", patience, what)
		}
	}
}

// patience is how long a test waits for what must happen. Only a failing test waits so long.
const patience = time.Minute

// receive takes what comes over a channel.
func receive[T any](tb testing.TB, c <-chan T, what string) T {
	tb.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case v := <-c:
		return v
	case <-timer.C:
		tb.Fatalf("waited %v for %s", patience, what)
		panic("not reached")
	}
}

// notices collects what the relay tells.
type notices struct {
	mu  sync.Mutex
	all []Notice
}

func (n *notices) add(notice Notice) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, notice)
}

// of returns the notices of a kind.
func (n *notices) of(kind NoticeKind) []Notice {
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
