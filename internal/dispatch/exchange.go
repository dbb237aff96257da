package dispatch

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"sync/atomic"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// exchange is one delivery on its way to a handler and back.
type exchange struct {
	sender *Sender
	caller context.Context // of the one who called Send
	ctx    context.Context // ends with the time-out too
	cancel context.CancelFunc
	start  time.Time
	target Target
	header http.Header
	body   []byte

	attempt webhook.Attempt
	stale   *webhook.Attempt // the attempt before it
}

// staleWithin bounds how soon after the write a reused connection ends if the handler had closed it before. A handler that closes later
// has worked on the delivery, and its end is the delivery's result.
const staleWithin = 50 * time.Millisecond

func (x *exchange) run() {
	transport := x.sender.kept
	if x.isRepeatable() {
		transport = x.sender.fresh
	}
	t, err := x.pass(transport)
	if err != nil && t.isStale() && x.ctx.Err() == nil {
		if t.isWritten() { // the handler may have it, so this was an attempt
			x.endStale()
		}
		t, err = x.pass(x.sender.fresh)
	}
	a := &x.attempt
	a.Connect = t.connect
	a.FirstByte = time.Duration(t.firstByte.Load())
	if err != nil {
		x.fail(t, err)
	}
	a.Duration = x.elapsed()
}

// endStale ends the attempt on a stale connection, and begins the one that follows it. The time-out spans both.
func (x *exchange) endStale() {
	a := x.attempt
	a.Failure, a.Error, a.Duration = webhook.FailureStale, staleText, x.elapsed()
	x.stale = &a
	x.start = x.start.Add(a.Duration)
	x.attempt.StartedAt = startedAt(x.start)
}

const staleText = "It closed a reused connection at once. The delivery was sent again on a new one."

// isRepeatable reports whether net/http would send the delivery a second time on its own, unnoticed, after a reused connection ended
// without an answer: it does so if there is no body to send again and one of these fields is there (http.Request.isReplayable). It never
// does on a new connection.
func (x *exchange) isRepeatable() bool {
	return len(x.body) == 0 && (x.header["Idempotency-Key"] != nil || x.header["X-Idempotency-Key"] != nil)
}

func (x *exchange) elapsed() time.Duration { return x.sender.options.Now().Sub(x.start) }

// pass sends the delivery over one connection and reads the answer.
func (x *exchange) pass(transport *http.Transport) (*try, error) {
	t := x.newTry()
	resp, err := transport.RoundTrip(x.request(t)) // not a Client, which would follow redirects
	if err != nil {
		return t, err
	}
	defer resp.Body.Close()
	return t, x.read(resp)
}

func (x *exchange) request(t *try) *http.Request {
	req := new(http.Request).WithContext(httptrace.WithClientTrace(x.ctx, &t.trace))
	req.Method = http.MethodPost
	req.URL = &x.target.url
	req.Proto, req.ProtoMajor, req.ProtoMinor = "HTTP/1.1", 1, 1
	req.Header, req.Host = x.header, x.target.asHost
	req.Body, req.ContentLength = http.NoBody, int64(len(x.body))
	if len(x.body) > 0 {
		// Of a reader in memory that it knows, net/http writes header and body in one go; of another, in two, which costs a third
		// more time (BenchmarkSend).
		req.Body = io.NopCloser(bytes.NewReader(x.body))
	}
	return req
}

// try is one pass over one connection, as net/http reports it.
type try struct {
	x         *exchange
	trace     httptrace.ClientTrace
	conn      *conn
	before    int // writes to conn by earlier deliveries
	connected bool
	reused    bool
	connect   time.Duration
	firstByte atomic.Int64 // a time.Duration; set by net/http's reader of the connection, which may be late
}

func (x *exchange) newTry() *try {
	t := &try{x: x}
	t.trace.GotConn = t.gotConn
	t.trace.GotFirstResponseByte = t.gotFirstByte
	if x.sender.silence.limit > 0 {
		t.trace.Got1xxResponse = x.gotInterim
	}
	return t
}

func (t *try) gotConn(info httptrace.GotConnInfo) {
	t.conn, _ = info.Conn.(*conn)
	t.before, t.connected, t.reused = t.conn.writes().n, true, info.Reused
	if !info.Reused {
		t.connect = t.x.elapsed()
	}
}

func (t *try) gotFirstByte() {
	t.firstByte.Store(max(1, int64(t.x.elapsed())))
	t.x.sender.silence.sign()
}

// gotInterim learns that the handler is still working. It lets net/http take any number of such responses.
func (x *exchange) gotInterim(int, textproto.MIMEHeader) error {
	x.sender.silence.sign()
	return nil
}

// answered reports whether anything at all came back.
func (t *try) answered() bool { return t.firstByte.Load() != 0 }

// isStale reports whether the try, which failed just now, met a connection that the handler had closed before: it was reused, and it
// ended within staleWithin of the write, without a byte of an answer.
func (t *try) isStale() bool {
	if !t.reused || t.answered() {
		return false
	}
	w := t.conn.writes()
	return w.n == t.before || time.Since(w.last) <= t.x.sender.staleWithin
}

// isWritten reports whether the delivery was written to the connection as a whole.
func (t *try) isWritten() bool {
	w := t.conn.writes()
	return w.n > t.before && !w.lost
}
