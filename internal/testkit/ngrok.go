package testkit

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// NgrokServer is a local replacement for ngrok's service: the real SDK connects to it, authenticates, binds endpoints, receives
// connections, and reconnects. It implements the part of the protocol that the SDK needs
// (golang.ngrok.com/ngrok/v2/internal/tunnel/proto) and none of ngrok's checks.
//
// Each endpoint is a listener on loopback that forwards connections byte for byte. If no client is bound to it, it responds like
// ngrok: 404 with ERR_NGROK_3200.
type NgrokServer struct {
	tb        testing.TB
	authority *Authority
	addr      string
	config    *tls.Config

	mu           sync.Mutex
	ln           net.Listener // nil while stopped
	conns        map[net.Conn]bool
	sessions     map[*ngrokSession]bool
	endpoints    map[string]*ngrokEndpoint // by URL
	authError    string                    // response to every authentication; empty: accept
	bindError    string                    // response to every bind; empty: accept
	bindErrorURL string                    // the only URL that gets bindError; empty: all
	frozen       bool                      // accepts connections and sends nothing
	auths        []NgrokAuth
	binds        []NgrokBind

	running sync.WaitGroup
}

// NgrokAuth is an authentication request.
type NgrokAuth struct {
	Token, Cookie, ClientID string
}

// NgrokBind is a request to bind an endpoint.
type NgrokBind struct {
	URL, Policy, Token string
}

// NewNgrokServer starts an NgrokServer on 127.0.0.1.
func NewNgrokServer(tb testing.TB) *NgrokServer {
	tb.Helper()
	l := listen(tb, "127.0.0.1:0")
	e := newNgrokServer(tb, l.Addr().String())
	e.acceptOn(l)
	return e
}

// NewStoppedNgrokServer returns an NgrokServer that has an address and does not listen until Start is called.
func NewStoppedNgrokServer(tb testing.TB) *NgrokServer {
	tb.Helper()
	return newNgrokServer(tb, FreeAddr(tb))
}

func newNgrokServer(tb testing.TB, addr string) *NgrokServer {
	tb.Helper()
	authority := NewAuthority(tb)
	e := &NgrokServer{
		tb: tb, authority: authority, addr: addr,
		config: &tls.Config{Certificates: []tls.Certificate{authority.Certificate("127.0.0.1", "*.edge.test", "*.public.test")}},
		conns:  map[net.Conn]bool{}, sessions: map[*ngrokSession]bool{}, endpoints: map[string]*ngrokEndpoint{},
	}
	tb.Cleanup(e.shutdown)
	return e
}

// Addr returns the address that clients connect to (the SDK's connect URL).
func (e *NgrokServer) Addr() string { return e.addr }

// Authority returns the authority that issued the server's certificate.
func (e *NgrokServer) Authority() *Authority { return e.authority }

// WriteRoots writes the authority's certificate to a PEM file and returns its path.
func (e *NgrokServer) WriteRoots() string {
	e.tb.Helper()
	path := filepath.Join(e.tb.TempDir(), "roots.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: e.authority.certificate.Raw})
	if err := os.WriteFile(path, text, 0o600); err != nil {
		e.tb.Fatalf("write the root certificates: %v", err)
	}
	return path
}

// Start makes a stopped server listen.
func (e *NgrokServer) Start() {
	e.tb.Helper()
	e.acceptOn(relisten(e.tb, e.addr))
}

func (e *NgrokServer) acceptOn(l net.Listener) {
	e.mu.Lock()
	e.ln = l
	e.mu.Unlock()
	e.running.Go(func() { e.accept(l) })
}

// Stop closes the listener and drops every session.
func (e *NgrokServer) Stop() {
	e.mu.Lock()
	if e.ln != nil {
		_ = e.ln.Close()
		e.ln = nil
	}
	e.mu.Unlock()
	e.DropSessions()
}

// DropSessions closes every client connection, as a network failure does. It first frees their endpoints, which lets clients bind
// them again as soon as they notice.
func (e *NgrokServer) DropSessions() {
	for _, s := range e.liveSessions() {
		s.free()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for c := range e.conns {
		_ = c.Close()
	}
}

// RejectAuth rejects every later authentication with text, which has ngrok's form: a sentence, an empty line, and the code. An empty
// text accepts them again.
func (e *NgrokServer) RejectAuth(text string) { e.withLock(func() { e.authError = text }) }

// RejectBind rejects every later bind with text.
func (e *NgrokServer) RejectBind(text string) {
	e.withLock(func() { e.bindError, e.bindErrorURL = text, "" })
}

// RejectBindOf rejects every later bind of url with text.
func (e *NgrokServer) RejectBindOf(url, text string) {
	e.withLock(func() { e.bindError, e.bindErrorURL = text, url })
}

// Freeze makes the server accept connections and send nothing, not even a TLS handshake.
func (e *NgrokServer) Freeze(on bool) { e.withLock(func() { e.frozen = on }) }

// StopEndpoints stops every endpoint on the server's initiative, as ngrok's dashboard can.
func (e *NgrokServer) StopEndpoints(message, code string) {
	for _, s := range e.liveSessions() {
		s.stopEndpoints(message, code)
	}
}

// Auths returns the authentications so far.
func (e *NgrokServer) Auths() []NgrokAuth {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]NgrokAuth(nil), e.auths...)
}

// Binds returns the bind requests so far.
func (e *NgrokServer) Binds() []NgrokBind {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]NgrokBind(nil), e.binds...)
}

// Connections returns the number of open connections in any state.
func (e *NgrokServer) Connections() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.conns)
}

// PublicAddr returns the address where the endpoint of url listens. Tests need it for host names that no DNS server knows.
func (e *NgrokServer) PublicAddr(url string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.endpoints[url]; p != nil {
		return p.ln.Addr().String()
	}
	return ""
}

func (e *NgrokServer) withLock(change func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change()
}

func (e *NgrokServer) liveSessions() []*ngrokSession {
	e.mu.Lock()
	defer e.mu.Unlock()
	var live []*ngrokSession
	for s := range e.sessions {
		live = append(live, s)
	}
	return live
}

func (e *NgrokServer) accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		e.mu.Lock()
		e.conns[c] = true
		if e.ln != l { // stopped meanwhile
			_ = c.Close()
		}
		e.mu.Unlock()
		e.running.Go(func() { e.serve(c) })
	}
}

// serve runs one client connection, from the handshake to the end.
func (e *NgrokServer) serve(c net.Conn) {
	defer c.Close()
	e.mu.Lock()
	frozen := e.frozen
	e.mu.Unlock()
	defer e.withLock(func() { delete(e.conns, c) })
	if frozen {
		var b [1]byte
		for {
			if _, err := c.Read(b[:]); err != nil {
				return
			}
		}
	}
	tlsConn := tls.Server(c, e.config)
	if err := tlsConn.HandshakeContext(context.Background()); err != nil {
		return
	}
	newNgrokSession(e, tlsConn).run()
}

func (e *NgrokServer) shutdown() {
	e.Stop()
	e.mu.Lock()
	endpoints := e.endpoints
	e.endpoints = nil
	e.mu.Unlock()
	for _, p := range endpoints {
		p.close()
	}
	e.running.Wait()
}
