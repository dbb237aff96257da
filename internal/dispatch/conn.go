package dispatch

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// conn is a connection to a handler. It records three things that net/http does not report. A TLS connection has two of them, one
// below TLS and one above.
//
//   - The first byte received, which reveals a handler that speaks TLS when HTTP was expected.
//   - Whether and when the request was written.
//   - A write that failed because the handler had closed the connection. Write reports it as successful: the handler may have
//     responded before it read everything (413, 401) and then closed, and the response is still there to be read. net/http would
//     discard it because of the failed write. If there is no response, the next read fails.
type conn struct {
	net.Conn
	below *conn         // the TCP connection below TLS; nil without TLS
	first atomic.Uint32 // the first byte, plus one

	mu    sync.Mutex
	wrote writes
}

// writes summarizes the writes to a connection.
type writes struct {
	n    int
	last time.Time // the end of the last one, or its beginning if it failed
	lost bool      // one of them failed, for any reason
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

// speaksTLS reports whether the first byte starts a TLS record: change cipher spec, alert, handshake or data (RFC 8446 5.1).
func (c *conn) speaksTLS() bool {
	first := c.first.Load()
	return first >= 20+1 && first <= 23+1
}
