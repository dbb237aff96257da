package relay

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// A burst has some hundreds of senders. Each connection takes up to 64 KiB for a header, and 20 KiB without one.
	maxConns = 512
	// Connections that are being turned away at the same time; more are closed without a response.
	maxTurnedAway = 16
	turnAwayTime  = time.Second

	maxHeader = 64 << 10 // of a request line and its header fields together
	// net/http reads this much more than http.Server.MaxHeaderBytes says.
	headerSlop = 4 << 10
)

// Server is the HTTP server of an ingress. It bounds what strangers can take: connections, headers, and time.
type Server struct {
	*http.Server
	ingress *Ingress
}

// Server returns a server for the ingress.
func (in *Ingress) Server() *Server {
	return &Server{ingress: in, Server: &http.Server{
		Handler:           in,
		ReadHeaderTimeout: 10 * time.Second, // as long as Vidiking waits for a whole answer
		ReadTimeout:       in.pause,         // to the first part of the body; readBody moves it on
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    maxHeader - headerSlop,
		ErrorLog:          silent(),
		ConnState: func(c net.Conn, state http.ConnState) {
			if c, ok := c.(*limitedConn); ok {
				c.became(state)
			}
		},
	}}
}

// Serve takes connections from ln until it is closed.
func (s *Server) Serve(ln net.Listener) error {
	l := &limitedListener{
		Listener: ln, ingress: s.ingress, open: map[*limitedConn]struct{}{}, turning: make(chan struct{}, maxTurnedAway),
	}
	l.left.L = &l.mu
	return s.Server.Serve(l)
}

// limitedListener bounds the connections that are open at once. If there are too many, one that waits for a request makes room; if none
// does, the newest is turned away.
type limitedListener struct {
	net.Listener
	ingress *Ingress
	turning chan struct{}

	mu   sync.Mutex
	left sync.Cond // signaled when a connection is closed, or between two requests
	open map[*limitedConn]struct{}
	n    int64 // connections so far
}

func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		l.waitForFile()
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if c := l.admit(conn); c != nil {
			return c, nil
		}
		l.turnAway(conn)
	}
}

// waitForFile leaves further connections in the system's queue while as many are open as there are files for. One between two requests
// makes room.
func (l *limitedListener) waitForFile() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for files := l.ingress.o.Files; files > 0 && len(l.open) >= files; {
		c := l.longestIdle()
		if c == nil || http.ConnState(c.state.Load()) == http.StateNew { // its request is on the way
			l.left.Wait()
			continue
		}
		l.mu.Unlock()
		_ = c.Close()
		l.mu.Lock()
	}
}

func (l *limitedListener) admit(conn net.Conn) *limitedConn {
	l.mu.Lock()
	full := len(l.open) >= l.ingress.o.MaxConns
	var idle *limitedConn
	if full {
		idle = l.longestIdle()
	}
	var c *limitedConn
	if !full || idle != nil {
		l.n++
		c = &limitedConn{Conn: conn, listener: l, n: l.n}
		l.open[c] = struct{}{}
	}
	l.mu.Unlock()
	if full {
		l.ingress.once(Notice{Kind: NoticeTooManyConns, Limit: l.ingress.o.MaxConns})
	}
	if idle != nil {
		_ = idle.Close()
	}
	return c
}

// longestIdle returns a connection between two requests, else the oldest that has sent nothing yet, else nil. The caller holds mu.
func (l *limitedListener) longestIdle() (found *limitedConn) {
	for c := range l.open {
		switch http.ConnState(c.state.Load()) {
		case http.StateIdle:
			return c
		case http.StateNew:
			if found == nil || c.n < found.n {
				found = c
			}
		}
	}
	return found
}

// turnAway answers 503 and reads what the sender is writing, without which it would not see the response.
func (l *limitedListener) turnAway(conn net.Conn) {
	select {
	case l.turning <- struct{}{}:
	default:
		_ = conn.Close()
		return
	}
	go func() {
		defer func() {
			_ = conn.Close()
			<-l.turning
		}()
		_ = conn.SetDeadline(time.Now().Add(turnAwayTime))
		_, _ = io.WriteString(conn, "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 30\r\nConnection: close\r\n"+
			"Content-Type: text/plain; charset=utf-8\r\nContent-Length: 39\r\n\r\nToo many connections are open at once.\n")
		closeWrite(conn)
		_, _ = io.CopyN(io.Discard, conn, 2*maxHeader)
	}()
}

// limitedConn is one of a limitedListener's connections.
type limitedConn struct {
	net.Conn
	listener *limitedListener
	n        int64
	state    atomic.Int32 // an http.ConnState
}

func (c *limitedConn) became(state http.ConnState) {
	c.state.Store(int32(state))
	if l := c.listener; state == http.StateIdle && l.ingress.o.Files > 0 {
		l.mu.Lock()
		l.left.Signal()
		l.mu.Unlock()
	}
}

// Write notices that net/http refuses a header. It does so before the ingress has the request.
func (c *limitedConn) Write(p []byte) (int, error) {
	if bytes.HasPrefix(p, []byte("HTTP/1.1 431 ")) {
		c.listener.ingress.once(Notice{Kind: NoticeLargeHeader})
	}
	return c.Conn.Write(p)
}

func (c *limitedConn) Close() error {
	c.listener.mu.Lock()
	delete(c.listener.open, c)
	c.listener.left.Signal()
	c.listener.mu.Unlock()
	return c.Conn.Close()
}

// CloseWrite is for net/http, which lets a sender read the response to a request that it has not sent whole.
func (c *limitedConn) CloseWrite() error {
	closeWrite(c.Conn)
	return nil
}

func closeWrite(c net.Conn) {
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}
