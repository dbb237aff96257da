package dispatch

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// conn is a connection to a handler that knows three things which net/http does not tell. TLS has one below it and one above it.
//
// It keeps the first byte that came, by which a handler that speaks TLS is known where HTTP was expected. And a write that
// fails because the handler has closed counts as done: the handler may have answered before it had read all (413, 401) and hung
// up, and the answer waits to be read. net/http would drop it for the sake of the failed write. Where there is no answer, the
// next read says so. It also knows whether and when a request was written to it.
type conn struct {
	net.Conn
	below *conn         // the TCP connection below TLS; nil without TLS
	first atomic.Uint32 // the first byte, plus one

	mu    sync.Mutex
	wrote writes
}

// writes is what is known of the writes to a connection.
type writes struct {
	n    int
	last time.Time // when the last one ended; when it began, if it failed
	lost bool      // one of them failed, if only because the handler had closed
}

func (c *conn) writes() writes {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wrote
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && c.first.Load() == 0 {
		c.first.Store(uint32(p[0]) + 1)
	}
	return n, err
}

func (c *conn) Write(p []byte) (int, error) {
	last := time.Now()
	n, err := c.Conn.Write(p)
	lost := err != nil || c.below != nil && c.below.writes().lost
	if !lost {
		last = time.Now()
	}
	c.mu.Lock()
	c.wrote = writes{c.wrote.n + 1, last, c.wrote.lost || lost}
	c.mu.Unlock()
	if err != nil && isClosedByPeer(err) {
		return len(p), nil
	}
	return n, err
}

// speaksTLS reports whether what came begins as a TLS record: change cipher spec, alert, handshake or data (RFC 8446 5.1).
func (c *conn) speaksTLS() bool {
	first := c.first.Load()
	return first >= 20+1 && first <= 23+1
}
