package testkit

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// edgeEndpoint is the public side of an endpoint.
type edgeEndpoint struct {
	url string
	ln  net.Listener

	mu      sync.Mutex
	session *edgeSession // nil where nobody is bound to it
	id      string       // the client's for it
	closed  bool
	conns   map[net.Conn]bool
	running sync.WaitGroup
}

// endpoint makes the endpoint of a URL, or finds it where it was before. Without a URL it gives one that leads there, over plain
// HTTP: what tests send goes to loopback. Names get TLS.
func (e *Edge) endpoint(wanted string) (endpoint *edgeEndpoint, problem string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.endpoints[wanted]; wanted != "" && p != nil {
		if p.taken() {
			return nil, "The endpoint '" + wanted + "' is already online.\n\nERR_NGROK_334"
		}
		return p, ""
	}
	address := "127.0.0.1:0"
	parsed, err := url.Parse(wanted)
	named := wanted != "" && net.ParseIP(parsed.Hostname()) == nil
	if err == nil && wanted != "" && !named {
		address = parsed.Host
	}
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return nil, "The endpoint '" + wanted + "' can't be had: " + err.Error() + "\n\nERR_NGROK_319"
	}
	p := &edgeEndpoint{url: wanted, ln: ln, conns: map[net.Conn]bool{}}
	if wanted == "" {
		p.url = "http://" + ln.Addr().String()
	}
	if named {
		p.ln = tls.NewListener(ln, e.config)
	}
	e.endpoints[p.url] = p
	p.running.Go(p.accept)
	return p, ""
}

func (p *edgeEndpoint) taken() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.session != nil
}

func (p *edgeEndpoint) bindTo(s *edgeSession, id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.session, p.id = s, id
}

func (p *edgeEndpoint) free(s *edgeSession) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session == s {
		p.session = nil
	}
}

func (p *edgeEndpoint) accept() {
	for {
		c, err := p.ln.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		p.conns[c] = true
		if p.closed { // while this one was accepted
			_ = c.Close()
		}
		s, id := p.session, p.id
		p.mu.Unlock()
		p.running.Go(func() {
			defer p.forget(c)
			if s == nil {
				answerOffline(c)
				return
			}
			s.proxy(c, id)
		})
	}
}

func (p *edgeEndpoint) forget(c net.Conn) {
	p.mu.Lock()
	delete(p.conns, c)
	p.mu.Unlock()
	_ = c.Close()
}

func (p *edgeEndpoint) close() {
	_ = p.ln.Close()
	p.mu.Lock()
	p.closed = true
	for c := range p.conns {
		_ = c.Close()
	}
	p.mu.Unlock()
	p.running.Wait()
}

// answerOffline answers one request as ngrok does where no agent is.
func answerOffline(c net.Conn) {
	req, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, req.Body)
	_, _ = io.WriteString(c, "HTTP/1.1 404 Not Found\r\nNgrok-Error-Code: ERR_NGROK_3200\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

// proxy hands a connection to the client: a header of JSON with its length before it, then the bytes.
func (s *edgeSession) proxy(c net.Conn, id string) {
	stream, err := s.mux.OpenTypedStream(edgeProxy)
	if err != nil {
		return
	}
	header, err := json.Marshal(map[string]any{"Id": id, "ClientAddr": c.RemoteAddr().String(), "Proto": "https", "EdgeType": "0"})
	if err != nil {
		return
	}
	if binary.Write(stream, binary.LittleEndian, int64(len(header))) != nil {
		return
	}
	if _, err := stream.Write(header); err != nil {
		return
	}
	pipe(c, stream, func() { _ = stream.CloseWrite() })
}

// pipe carries bytes both ways until both sides have said all. half says that c has.
func pipe(c net.Conn, other io.ReadWriteCloser, half func()) {
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(c, other)
		if t, ok := c.(interface{ CloseWrite() error }); ok {
			_ = t.CloseWrite()
		}
		_ = c.Close()
	})
	_, _ = io.Copy(other, c)
	half()
	back.Wait()
	_ = other.Close()
}

// ServeProxy starts an HTTP proxy on 127.0.0.1 that connects (CONNECT) to names by table, and to whatever else as it is asked to. It
// returns its address and how often it was asked.
func ServeProxy(tb testing.TB, table func(hostport string) string) (addr string, asked func() []string) {
	tb.Helper()
	seen := newJournal[string]()
	raw := ServeConns(tb, func(c net.Conn) {
		r := bufio.NewReader(c)
		req, err := http.ReadRequest(r)
		if err != nil || req.Method != http.MethodConnect {
			return
		}
		seen.add(req.Host)
		to := req.Host
		if t := table(to); t != "" {
			to = t
		}
		out, err := net.Dial("tcp", to)
		if err != nil {
			_, _ = io.WriteString(c, "HTTP/1.1 502 Bad Gateway\r\n\r\n")
			return
		}
		defer out.Close()
		_, _ = io.WriteString(c, "HTTP/1.1 200 Connection established\r\n\r\n")
		pipe(c, out, func() { _ = out.(*net.TCPConn).CloseWrite() })
	})
	return raw.Addr(), func() []string {
		all, _ := seen.all()
		for i, s := range all {
			all[i] = strings.ToLower(s)
		}
		return all
	}
}
