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

// ngrokEndpoint is the public side of an endpoint.
type ngrokEndpoint struct {
	url string
	ln  net.Listener

	mu      sync.Mutex
	session *ngrokSession // nil if no client is bound
	id      string        // given by the client
	closed  bool
	conns   map[net.Conn]bool
	running sync.WaitGroup
}

// endpoint returns the endpoint with the requested URL, or creates it. If no URL is requested, the endpoint gets a plain HTTP URL on
// loopback. An endpoint with a host name uses TLS.
func (e *NgrokServer) endpoint(requested string) (endpoint *ngrokEndpoint, rejection string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.endpoints[requested]; requested != "" && p != nil {
		if p.bound() {
			return nil, "The endpoint '" + requested + "' is already online.\n\nERR_NGROK_334"
		}
		return p, ""
	}
	address := "127.0.0.1:0"
	parsed, err := url.Parse(requested)
	named := requested != "" && net.ParseIP(parsed.Hostname()) == nil
	if err == nil && requested != "" && !named {
		address = parsed.Host
	}
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return nil, "The endpoint '" + requested + "' is not available: " + err.Error() + "\n\nERR_NGROK_319"
	}
	p := &ngrokEndpoint{url: requested, ln: ln, conns: map[net.Conn]bool{}}
	if requested == "" {
		p.url = "http://" + ln.Addr().String()
	}
	if named {
		p.ln = tls.NewListener(ln, e.config)
	}
	e.endpoints[p.url] = p
	p.running.Go(p.accept)
	return p, ""
}

func (p *ngrokEndpoint) bound() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.session != nil
}

func (p *ngrokEndpoint) bindTo(s *ngrokSession, id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.session, p.id = s, id
}

func (p *ngrokEndpoint) free(s *ngrokSession) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session == s {
		p.session = nil
	}
}

func (p *ngrokEndpoint) accept() {
	for {
		c, err := p.ln.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		p.conns[c] = true
		if p.closed { // closed meanwhile
			_ = c.Close()
		}
		s, id := p.session, p.id
		p.mu.Unlock()
		p.running.Go(func() {
			defer p.drop(c)
			if s == nil {
				answerOffline(c)
				return
			}
			s.proxy(c, id)
		})
	}
}

func (p *ngrokEndpoint) drop(c net.Conn) {
	p.mu.Lock()
	delete(p.conns, c)
	p.mu.Unlock()
	_ = c.Close()
}

func (p *ngrokEndpoint) close() {
	_ = p.ln.Close()
	p.mu.Lock()
	p.closed = true
	for c := range p.conns {
		_ = c.Close()
	}
	p.mu.Unlock()
	p.running.Wait()
}

// answerOffline responds to one request as ngrok does when no agent is connected.
func answerOffline(c net.Conn) {
	req, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, req.Body)
	_, _ = io.WriteString(c, "HTTP/1.1 404 Not Found\r\nNgrok-Error-Code: ERR_NGROK_3200\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

// proxy forwards a connection to the client: the length of a JSON header, the header, then the bytes.
func (s *ngrokSession) proxy(c net.Conn, id string) {
	stream, err := s.mux.OpenTypedStream(streamProxy)
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

// pipe copies bytes both ways until both sides have closed. It calls closeWrite when c has no more bytes for other.
func pipe(c net.Conn, other io.ReadWriteCloser, closeWrite func()) {
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(c, other)
		if t, ok := c.(interface{ CloseWrite() error }); ok {
			_ = t.CloseWrite()
		}
		_ = c.Close()
	})
	_, _ = io.Copy(other, c)
	closeWrite()
	back.Wait()
	_ = other.Close()
}

// ServeProxy starts an HTTP proxy for CONNECT on 127.0.0.1. It connects to the address that resolve returns for the requested one, or
// to the requested one if that is empty. It returns its address and a function that lists the requested addresses.
func ServeProxy(tb testing.TB, resolve func(hostport string) string) (addr string, requestedHosts func() []string) {
	tb.Helper()
	hosts := newRecorder[string]()
	raw := ServeConns(tb, func(c net.Conn) {
		r := bufio.NewReader(c)
		req, err := http.ReadRequest(r)
		if err != nil || req.Method != http.MethodConnect {
			return
		}
		hosts.add(req.Host)
		to := req.Host
		if t := resolve(to); t != "" {
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
		all, _ := hosts.all()
		for i, s := range all {
			all[i] = strings.ToLower(s)
		}
		return all
	}
}
