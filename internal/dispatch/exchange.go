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

// exchange sends one delivery to a handler and reads the response.
type exchange struct {
	sender *Sender
	caller context.Context // the context given to Send
	ctx    context.Context // caller's, with the timeout
	cancel context.CancelFunc
	start  time.Time
	target Target
	header http.Header
	body   []byte
	fresh  bool // use a new connection

	attempt webhook.Attempt
	stale   *webhook.Attempt // the attempt on a stale connection, if any
}

// staleWithin is the longest time between the write and the close of a stale connection. If a handler closes the connection later, it
// has worked on the delivery, and the close is the delivery's result.
const staleWithin = 50 * time.Millisecond

func (x *exchange) run() {
	t, err := x.roundTrip()
	if err != nil && t.isStale() && x.ctx.Err() == nil {
		if t.isWritten() { // the handler may have received it, so it counts as an attempt
			x.endStale()
		}
		x.fresh = true
		t, err = x.roundTrip()
	}
	a := &x.attempt
	a.Connect = t.connect
	a.FirstByte = time.Duration(t.firstByte.Load())
	if err != nil {
		x.fail(t, err)
	}
	a.Duration = x.elapsed()
}

// endStale ends the attempt on a stale connection and starts the next one. The timeout covers both.
func (x *exchange) endStale() {
	a := x.attempt
	a.Failure, a.Error, a.Duration = webhook.FailureStale, staleMessage, x.elapsed()
	x.stale = &a
	x.start = x.start.Add(a.Duration)
	x.attempt.StartedAt = startedAt(x.start)
}

const staleMessage = "The handler closed a reused connection immediately. The delivery was sent again on a new one."

// isReplayable reports whether net/http would resend the delivery without telling us if a reused connection closed without a
// response. It does so when the body is empty and one of these fields is set (http.Request.isReplayable), but never on a new
// connection.
func (x *exchange) isReplayable() bool {
	return len(x.body) == 0 && (x.header["Idempotency-Key"] != nil || x.header["X-Idempotency-Key"] != nil)
}

func (x *exchange) elapsed() time.Duration { return x.sender.options.Now().Sub(x.start) }

// roundTrip sends the delivery on one connection and reads the response.
func (x *exchange) roundTrip() (*try, error) {
	if x.isDirect() {
		return x.roundTripDirect()
	}
	transport := x.sender.reuse
	if x.fresh || x.isReplayable() || x.sender.options.Shape.NewConnections {
		transport = x.sender.fresh
	}
	t := &try{x: x}
	req := x.request().WithContext(httptrace.WithClientTrace(x.ctx, t.trace()))
	resp, err := transport.RoundTrip(req) // not http.Client, which would follow redirects
	if err != nil {
		return t, err
	}
	defer resp.Body.Close()
	return t, x.read(resp)
}

func (x *exchange) request() *http.Request {
	req := &http.Request{
		Method: http.MethodPost, URL: &x.target.url, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: x.header, Host: x.target.hostHeader, Body: http.NoBody, ContentLength: int64(len(x.body)),
	}
	if len(x.body) > 0 {
		// net/http recognizes this reader and writes header and body in one system call. With a custom reader it makes two, which
		// takes a third longer (BenchmarkSend).
		req.Body = io.NopCloser(bytes.NewReader(x.body))
	}
	x.sender.options.Shape.apply(req)
	return req
}

// try is one use of one connection for an exchange.
type try struct {
	x         *exchange
	conn      *conn
	before    int // number of writes to conn by earlier deliveries
	connected bool
	reused    bool
	connect   time.Duration
	firstByte atomic.Int64 // a time.Duration; net/http's read loop sets it, possibly after the exchange has ended
}

// trace makes http.Transport report to the try.
func (t *try) trace() *httptrace.ClientTrace {
	trace := &httptrace.ClientTrace{
		GotConn:              t.gotConn,
		GotFirstResponseByte: t.gotFirstByte,
	}
	if t.x.sender.silence.limit > 0 {
		trace.Got1xxResponse = t.x.gotInterim
	}
	return trace
}

func (t *try) gotConn(info httptrace.GotConnInfo) {
	t.reused = info.Reused
	t.start(info.Conn.(*conn))
}

// start records the connection of the try.
func (t *try) start(c *conn) {
	t.conn, t.before, t.connected = c, c.writes().n, true
	if !t.reused {
		t.connect = t.x.elapsed()
	}
}

func (t *try) gotFirstByte() {
	t.firstByte.Store(max(1, int64(t.x.elapsed())))
	t.x.sender.silence.reset()
}

// gotInterim handles a 1xx response, which shows that the handler is still working. net/http then accepts any number of them.
func (x *exchange) gotInterim(int, textproto.MIMEHeader) error {
	x.sender.silence.reset()
	return nil
}

// responded reports whether at least one byte was received.
func (t *try) responded() bool { return t.firstByte.Load() != 0 }

// isStale reports whether a try that has just failed used a stale connection: a reused one that closed within staleWithin of the
// write and without a byte of response.
func (t *try) isStale() bool {
	if !t.reused || t.responded() {
		return false
	}
	w := t.conn.writes()
	return w.n == t.before || time.Since(w.last) <= t.x.sender.staleWithin
}

// isWritten reports whether the whole delivery was written to the connection.
func (t *try) isWritten() bool {
	w := t.conn.writes()
	return w.n > t.before && !w.lost
}
