package dispatch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
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
}

// errGone is a kept connection that ended without an answer, after which there was no new one to be had.
var errGone = errors.New("the handler is gone")

func (x *exchange) run() {
	t, err := x.pass(x.sender.kept)
	if err != nil && t.wasStale() && x.ctx.Err() == nil {
		t, err = x.pass(x.sender.fresh)
		if err != nil && !t.connected && x.ctx.Err() == nil {
			err = errGone // not "refused": it was there a moment ago, and this delivery may be what ended it
		}
	}
	a := &x.attempt
	a.Connect = t.connect
	a.FirstByte = time.Duration(t.firstByte.Load())
	if err != nil {
		x.fail(t, err)
	}
	a.Duration = x.elapsed()
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
	conn      net.Conn
	connected bool
	reused    bool
	connect   time.Duration
	firstByte atomic.Int64 // a time.Duration; set by net/http's reader of the connection, which may be late
}

func (x *exchange) newTry() *try {
	t := &try{x: x}
	t.trace.GotConn = t.gotConn
	t.trace.GotFirstResponseByte = t.gotFirstByte
	return t
}

func (t *try) gotConn(info httptrace.GotConnInfo) {
	t.conn, t.connected, t.reused = info.Conn, true, info.Reused
	if !info.Reused {
		t.connect = t.x.elapsed()
	}
}

func (t *try) gotFirstByte() { t.firstByte.Store(max(1, int64(t.x.elapsed()))) }

// answered reports whether anything at all came back.
func (t *try) answered() bool { return t.firstByte.Load() != 0 }

// wasStale reports whether the try, which failed, may have met a connection that the handler had closed before.
func (t *try) wasStale() bool { return t.reused && !t.answered() }
