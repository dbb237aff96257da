package relay

import (
	"errors"
	"net"
	"net/http"
	"testing"
)

// A connection that makes room for another one is closed. Its sender gets no response, so a request on it must not be handled.
func TestAConnectionReadsARequestOrIsClosed(t *testing.T) {
	for _, state := range []http.ConnState{http.StateNew, http.StateIdle} {
		near, far := net.Pipe()
		l := &limitedListener{ingress: &Ingress{}, open: map[*limitedConn]struct{}{}}
		l.freed.L = &l.mu
		c := &limitedConn{Conn: near, listener: l}
		l.open[c] = struct{}{}
		go func() {
			for range 2 {
				_, _ = far.Write([]byte("POST /"))
			}
			_ = far.Close()
		}()

		c.setState(state)
		buf := make([]byte, 6)
		if n, err := c.Read(buf); n != 6 || err != nil {
			t.Fatalf("the first request: read %d bytes, %v", n, err)
		}
		if l.claim(state) != nil {
			t.Error("a connection that reads a request is closed")
		}
		c.setState(http.StateActive)
		c.setState(http.StateIdle)
		if l.claim(http.StateIdle) != c {
			t.Error("a connection that waits for the next request is not closed")
		}
		if n, err := c.Read(buf); n != 0 || !errors.Is(err, net.ErrClosed) {
			t.Errorf("a request that arrives while the connection is closed: read %d bytes, %v, want nothing", n, err)
		}
	}
}
