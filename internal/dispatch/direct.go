package dispatch

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
)

// maxInlineBytes is the largest request that is written before the response is read. Every socket's send buffer can hold it, so the
// write doesn't wait for the handler. A larger request is written while the response is read, because a handler may respond before it
// has read everything.
const maxInlineBytes = 16 << 10

// isDirect reports whether the delivery can be sent without http.Transport. Only Transport supports TLS and host names outside ASCII,
// and it rejects invalid headers.
func (x *exchange) isDirect() bool {
	host := x.target.url.Hostname()
	if x.sender.pool == nil || x.target.url.Scheme != "http" || strings.IndexFunc(host, func(r rune) bool { return r >= 0x80 }) >= 0 {
		return false
	}
	for name, values := range x.header {
		if !httpguts.ValidHeaderFieldName(name) {
			return false
		}
		for _, value := range values {
			if !httpguts.ValidHeaderFieldValue(value) {
				return false
			}
		}
	}
	return true
}

// roundTripDirect sends the delivery on one connection and reads the response, all in the caller's goroutine. http.Transport runs two
// more goroutines per connection, and passing each delivery between them takes longer than the exchange itself.
func (x *exchange) roundTripDirect() (*try, error) {
	t := &try{x: x}
	if x.ctx.Err() != nil {
		return t, context.Cause(x.ctx)
	}
	u := &x.target.url
	address := net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "80"))
	var c *directConn
	if !x.fresh {
		c = x.sender.pool.get(address)
	}
	if t.reused = c != nil; !t.reused {
		var err error
		if c, err = x.dialDirect(address); err != nil {
			return t, err
		}
	}
	t.start(c.conn)
	stop := context.AfterFunc(x.ctx, c.abort)
	reusable, err := x.exchangeOn(c, t)
	if stop() && reusable && !x.sender.options.Shape.NewConnections {
		x.sender.pool.put(c)
	} else {
		_ = c.Close()
	}
	return t, err
}

// dialDirect opens a connection. It hides the deadline from the dialer, which could time out just before the context does.
func (x *exchange) dialDirect(address string) (*directConn, error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(x.ctx))
	defer cancel()
	defer context.AfterFunc(x.ctx, cancel)()
	dialed, err := x.sender.pool.dial(ctx, "tcp", address)
	if err != nil {
		if x.ctx.Err() != nil {
			err = context.Cause(x.ctx)
		}
		return nil, err
	}
	return newDirectConn(address, dialed.(*conn)), nil
}

// exchangeOn writes the request, reads the response into the attempt, and reports whether the connection can be reused.
func (x *exchange) exchangeOn(c *directConn, t *try) (reusable bool, err error) {
	req, size := x.request(), x.requestSize()
	if size <= maxInlineBytes {
		if err := c.writeRequest(req, size); err != nil {
			return false, err
		}
		return x.readOn(c, t, req)
	}
	written := make(chan error, 1)
	go func() {
		err := c.writeRequest(req, size)
		if err != nil && x.ctx.Err() == nil { // otherwise abort ends the read
			_ = c.Close()
		}
		written <- err
	}()
	reusable, err = x.readOn(c, t, req)
	if !reusable {
		_ = c.Close()
	}
	late := time.AfterFunc(maxDrainTime, func() { _ = c.Close() }) // ends the write if the handler doesn't read
	whole := <-written == nil
	return late.Stop() && whole && reusable, err
}

// requestSize returns the size of the request, or slightly more.
func (x *exchange) requestSize() int {
	const fixed = len("POST  HTTP/1.1\r\nHost: \r\nContent-Length: 9223372036854775807\r\n\r\n")
	size := fixed + len(x.target.text) + len(x.target.called) + len(x.target.hostHeader) + len(x.body)
	for name, values := range x.header {
		for _, value := range values {
			size += len(name) + len(": ") + len(value) + len("\r\n")
		}
	}
	return size
}

func (x *exchange) readOn(c *directConn, t *try, req *http.Request) (reusable bool, err error) {
	resp, err := c.readResponse(t, req) //nolint:bodyclose // Close would read an endless body to its end; the connection is closed instead
	if err != nil {
		return false, err
	}
	body := &directBody{resp.Body, resp.ContentLength == 0}
	resp.Body = body
	err = x.read(resp)
	return err == nil && body.ended && !resp.Close && c.in.Buffered() == 0, err
}

// directBody is the body of a response. It records whether the end was reached.
type directBody struct {
	io.ReadCloser
	ended bool
}

func (b *directBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.ended = b.ended || err == io.EOF
	return n, err
}

// directConn is a connection for one exchange at a time, in the exchange's goroutine.
type directConn struct {
	*conn
	address string
	in      *bufio.Reader
	out     *bufio.Writer
	limit   int64 // bytes that may still be read

	idleSince time.Time
}

func newDirectConn(address string, c *conn) *directConn {
	d := &directConn{conn: c, address: address}
	d.in = bufio.NewReader(d)
	return d
}

func (c *directConn) abort() { _ = c.SetDeadline(time.Unix(1, 0)) }

// writeRequest writes a request of up to maxInlineBytes with a single system call.
func (c *directConn) writeRequest(req *http.Request, size int) error {
	if size = min(size, maxInlineBytes); c.out == nil || c.out.Size() < size {
		c.out = bufio.NewWriterSize(c.conn, size)
	}
	if err := req.Write(c.out); err != nil {
		return err
	}
	return c.out.Flush()
}

var errHeaderTooLarge = errors.New("the response header is too large")

func (c *directConn) Read(p []byte) (int, error) {
	if c.limit <= 0 {
		return 0, errHeaderTooLarge
	}
	n, err := c.conn.Read(p[:min(int64(len(p)), c.limit)])
	c.limit -= int64(n)
	return n, err
}

// readResponse reads a response up to its body. It skips 1xx responses and limits headers exactly as http.Transport does:
// http.ReadResponse has no limit.
func (c *directConn) readResponse(t *try, req *http.Request) (*http.Response, error) {
	c.limit = maxHeaderBytes
	if _, err := c.in.Peek(1); err != nil {
		return nil, err
	}
	t.gotFirstByte()
	for {
		resp, err := http.ReadResponse(c.in, req)
		if err != nil {
			return nil, err
		}
		if code := resp.StatusCode; code < 100 || code == http.StatusSwitchingProtocols || code > 199 {
			c.limit = math.MaxInt64
			return resp, nil
		}
		if t.x.sender.silence.limit > 0 {
			c.limit = maxHeaderBytes // any number of 1xx responses may follow
			_ = t.x.gotInterim(0, nil)
		}
	}
}
