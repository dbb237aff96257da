package relay

import (
	"bytes"
	"cmp"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// Some hundred senders connect at once in a burst. Each connection uses up to 64 KiB for a header, and 20 KiB without one.
	maxConns = 512
	// Maximum number of connections that get a 503 at the same time. Further ones are closed without a response.
	maxRejecting  = 16
	rejectTimeout = time.Second

	maxHeader = 64 << 10 // of a request line and header fields together
	// net/http reads this many bytes more than http.Server.MaxHeaderBytes.
	headerSlop = 4 << 10
)

// Server is the HTTP server of an ingress. It limits connections, headers and time.
type Server struct {
	*http.Server
	ingress *Ingress
}

// Server returns an HTTP server for the ingress.
func (in *Ingress) Server() *Server {
	return &Server{ingress: in, Server: &http.Server{
		Handler:           in,
		ReadHeaderTimeout: 10 * time.Second, // Vidiking waits this long for a whole response
		ReadTimeout:       in.readTimeout,   // until the first part of the body; readBody extends it
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    maxHeader - headerSlop,
		ErrorLog:          discardLogger(),
		ConnState: func(c net.Conn, state http.ConnState) {
			if c, ok := c.(*limitedConn); ok {
				c.setState(state)
			}
		},
	}}
}

// Serve accepts connections from ln until ln is closed.
func (s *Server) Serve(ln net.Listener) error {
	l := &limitedListener{
		Listener: ln, ingress: s.ingress, max: cmp.Or(s.ingress.o.MaxConns, maxConns), open: map[*limitedConn]struct{}{},
		rejecting: make(chan struct{}, maxRejecting),
	}
	l.freed.L = &l.mu
	return s.Server.Serve(l)
}

// limitedListener limits the number of open connections. If the limit is reached, it closes a connection that waits for a request. If
// there is none, it rejects the newest connection.
type limitedListener struct {
	net.Listener
	ingress   *Ingress
	max       int // number of open connections
	rejecting chan struct{}

	mu       sync.Mutex
	freed    sync.Cond // signaled when a connection is closed or becomes idle
	open     map[*limitedConn]struct{}
	accepted int64 // connections accepted so far
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
		l.reject(conn)
	}
}

// waitForFile waits until a file descriptor is available for another connection. Until then, connections wait in the system's queue. An
// idle connection is closed to make room.
func (l *limitedListener) waitForFile() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for files := l.ingress.o.Files; files > 0 && len(l.open) >= files; {
		c := l.claim(http.StateIdle) // not a new one, whose request may be arriving
		if c == nil {
			l.ingress.connsWait.Store(true)
			l.freed.Wait()
			l.ingress.connsWait.Store(false)
			continue
		}
		l.mu.Unlock()
		_ = c.Close()
		l.mu.Lock()
	}
}

// closingWriter tells the sender that its connection closes after this response, if others wait for it. If the listener closed it later, a
// request on it could get no response.
type closingWriter struct {
	http.ResponseWriter
	connsWait *atomic.Bool
}

func (w closingWriter) WriteHeader(code int) {
	if w.connsWait.Load() {
		w.Header().Set("Connection", "close")
	}
	w.ResponseWriter.WriteHeader(code)
}

// Unwrap is for http.ResponseController.
func (w closingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (l *limitedListener) admit(conn net.Conn) *limitedConn {
	l.mu.Lock()
	full := len(l.open) >= l.max
	var idle *limitedConn
	if full {
		if idle = l.claim(http.StateIdle); idle == nil {
			idle = l.claim(http.StateNew)
		}
	}
	var c *limitedConn
	if !full || idle != nil {
		l.accepted++
		c = &limitedConn{Conn: conn, listener: l, seq: l.accepted}
		l.open[c] = struct{}{}
	}
	l.mu.Unlock()
	if full {
		l.ingress.notifyOnce(Notice{Kind: NoticeTooManyConns, Limit: l.max})
	}
	if idle != nil {
		_ = idle.Close()
	}
	return c
}

// claim returns a connection of a state that waits for a request, the oldest one, or nil. The caller holds mu, and closes the connection,
// which from now on reads nothing.
func (l *limitedListener) claim(state http.ConnState) *limitedConn {
	for {
		var found *limitedConn
		for c := range l.open {
			if c.state.Load() == int32(state) && c.phase.Load() == waiting && (found == nil || c.seq < found.seq) {
				found = c
			}
		}
		if found == nil || found.phase.CompareAndSwap(waiting, closing) {
			return found
		}
	}
}

// reject responds 503, and reads the request because some senders read a response only after they have sent everything.
func (l *limitedListener) reject(conn net.Conn) {
	select {
	case l.rejecting <- struct{}{}:
	default:
		_ = conn.Close()
		return
	}
	go func() {
		defer func() {
			_ = conn.Close()
			<-l.rejecting
		}()
		_ = conn.SetDeadline(time.Now().Add(rejectTimeout))
		_, _ = io.WriteString(conn, "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 30\r\nConnection: close\r\n"+
			"Content-Type: text/plain; charset=utf-8\r\nContent-Length: 39\r\n\r\nToo many connections are open at once.\n")
		closeWrite(conn)
		_, _ = io.CopyN(io.Discard, conn, 2*maxHeader)
	}()
}

// limitedConn is a connection of a limitedListener.
type limitedConn struct {
	net.Conn
	listener *limitedListener
	seq      int64
	state    atomic.Int32 // an http.ConnState
	phase    atomic.Int32
}

// The phases of a connection. A request that arrives while the connection is being closed must not be read: the sender would get no response
// to a delivery that was recorded and forwarded, and send it again.
const (
	waiting int32 = iota // for a request
	reading              // a request arrives or is handled
	closing
)

func (c *limitedConn) setState(state http.ConnState) {
	c.state.Store(int32(state))
	if state == http.StateIdle {
		c.phase.CompareAndSwap(reading, waiting)
	}
	if l := c.listener; state == http.StateIdle && l.ingress.o.Files > 0 {
		l.mu.Lock()
		l.freed.Signal()
		l.mu.Unlock()
	}
}

func (c *limitedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && !c.phase.CompareAndSwap(waiting, reading) && c.phase.Load() == closing {
		return 0, net.ErrClosed
	}
	return n, err
}

// Write notices when net/http rejects a large header, which happens before the ingress gets the request.
func (c *limitedConn) Write(p []byte) (int, error) {
	if bytes.HasPrefix(p, []byte("HTTP/1.1 431 ")) {
		c.listener.ingress.notifyOnce(Notice{Kind: NoticeLargeHeader})
	}
	return c.Conn.Write(p)
}

func (c *limitedConn) Close() error {
	c.listener.mu.Lock()
	delete(c.listener.open, c)
	c.listener.freed.Signal()
	c.listener.mu.Unlock()
	return c.Conn.Close()
}

// CloseWrite lets net/http close one direction, so a sender that is still writing can read the response.
func (c *limitedConn) CloseWrite() error {
	closeWrite(c.Conn)
	return nil
}

func closeWrite(c net.Conn) {
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}
