package dispatch

import (
	"net"
	"sync/atomic"
)

// conn is a TCP connection to a handler that knows two things which net/http does not tell.
//
// It keeps the first byte that came, by which a handler that speaks TLS is known where HTTP was expected. And a write that
// fails because the handler has closed counts as done: the handler may have answered before it had read all (413, 401) and hung
// up, and the answer waits to be read. net/http would drop it for the sake of the failed write. Where there is no answer, the
// next read says so.
type conn struct {
	net.Conn
	first atomic.Uint32 // the first byte, plus one
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && c.first.Load() == 0 {
		c.first.Store(uint32(p[0]) + 1)
	}
	return n, err
}

func (c *conn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
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
