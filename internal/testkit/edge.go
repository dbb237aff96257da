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

// Edge stands in for ngrok's: the real SDK connects to it, authenticates, binds, is sent connections, is dropped and comes back. What
// it knows of the protocol is what that SDK needs (golang.ngrok.com/ngrok/v2/internal/tunnel/proto); it checks nothing that the real
// one would have to.
//
// Each endpoint is a listener on loopback that hands bare connections on, byte for byte. Where nobody is bound to it any more it
// answers as ngrok does: 404 with ERR_NGROK_3200.
type Edge struct {
	tb        testing.TB
	authority *Authority
	addr      string
	config    *tls.Config

	mu        sync.Mutex
	ln        net.Listener // nil while it is down
	conns     map[net.Conn]bool
	sessions  map[*edgeSession]bool
	endpoints map[string]*edgeEndpoint // by URL
	refused   string                   // what an authentication is answered
	bindError string                   // what a bind is answered
	goneURL   string                   // the one URL that bindError is about; empty: all
	silent    bool                     // it takes connections and says nothing
	auths     []EdgeAuth
	binds     []EdgeBind

	running sync.WaitGroup
}

// EdgeAuth is what a client authenticated with.
type EdgeAuth struct {
	Token, Cookie, ClientID string
}

// EdgeBind is what a client asked an endpoint for.
type EdgeBind struct {
	URL, Policy, Token string
}

// NewEdge starts an Edge on 127.0.0.1.
func NewEdge(tb testing.TB) *Edge {
	tb.Helper()
	l := listen(tb, "127.0.0.1:0")
	e := newEdge(tb, l.Addr().String())
	e.listenAt(l)
	return e
}

// NewEdgeDown makes an Edge that has an address and does not listen there yet.
func NewEdgeDown(tb testing.TB) *Edge {
	tb.Helper()
	return newEdge(tb, Vacant(tb))
}

func newEdge(tb testing.TB, addr string) *Edge {
	tb.Helper()
	authority := NewAuthority(tb)
	e := &Edge{
		tb: tb, authority: authority, addr: addr,
		config: &tls.Config{Certificates: []tls.Certificate{authority.Certificate("127.0.0.1", "*.edge.test", "*.public.test")}},
		conns:  map[net.Conn]bool{}, sessions: map[*edgeSession]bool{}, endpoints: map[string]*edgeEndpoint{},
	}
	tb.Cleanup(e.stop)
	return e
}

// Addr is where clients connect: the SDK's connect URL.
func (e *Edge) Addr() string { return e.addr }

// Authority signs what the edge shows.
func (e *Edge) Authority() *Authority { return e.authority }

// Roots writes the authority's certificate to a PEM file and returns its path.
func (e *Edge) Roots() string {
	e.tb.Helper()
	path := filepath.Join(e.tb.TempDir(), "roots.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: e.authority.certificate.Raw})
	if err := os.WriteFile(path, text, 0o600); err != nil {
		e.tb.Fatalf("write the edge's roots: %v", err)
	}
	return path
}

// Up makes the edge take connections.
func (e *Edge) Up() {
	e.tb.Helper()
	e.listenAt(listenAgain(e.tb, e.addr))
}

func (e *Edge) listenAt(l net.Listener) {
	e.mu.Lock()
	e.ln = l
	e.mu.Unlock()
	e.running.Go(func() { e.accept(l) })
}

// Down stops it and drops every session.
func (e *Edge) Down() {
	e.mu.Lock()
	if e.ln != nil {
		_ = e.ln.Close()
		e.ln = nil
	}
	e.mu.Unlock()
	e.Drop()
}

// Drop cuts every session, as when the network fails. Its endpoints are free before its client knows that, and so can come back.
func (e *Edge) Drop() {
	for _, s := range e.live() {
		s.free()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for c := range e.conns {
		_ = c.Close()
	}
}

// Refuse answers every authentication with an error from now on, as ngrok writes one: a sentence, an empty line and the code. Empty:
// they are taken again.
func (e *Edge) Refuse(text string) { e.set(func() { e.refused = text }) }

// RefuseBind answers every bind so.
func (e *Edge) RefuseBind(text string) { e.set(func() { e.bindError, e.goneURL = text, "" }) }

// RefuseURL answers every bind to that URL so.
func (e *Edge) RefuseURL(url, text string) { e.set(func() { e.bindError, e.goneURL = text, url }) }

// Silence makes the edge take connections and say nothing, from the TLS handshake on.
func (e *Edge) Silence(on bool) { e.set(func() { e.silent = on }) }

// StopEndpoints ends every endpoint from the service's side, as ngrok's dashboard can.
func (e *Edge) StopEndpoints(message, code string) {
	for _, s := range e.live() {
		s.stopEndpoints(message, code)
	}
}

// Auths are the authentications so far.
func (e *Edge) Auths() []EdgeAuth {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]EdgeAuth(nil), e.auths...)
}

// Binds are the binds so far.
func (e *Edge) Binds() []EdgeBind {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]EdgeBind(nil), e.binds...)
}

// Connections is how many connections there are, whatever they have come to.
func (e *Edge) Connections() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.conns)
}

// PublicAddr is where the public side of an endpoint listens, for URLs whose name leads nowhere.
func (e *Edge) PublicAddr(url string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.endpoints[url]; p != nil {
		return p.ln.Addr().String()
	}
	return ""
}

func (e *Edge) set(change func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change()
}

func (e *Edge) live() []*edgeSession {
	e.mu.Lock()
	defer e.mu.Unlock()
	var live []*edgeSession
	for s := range e.sessions {
		live = append(live, s)
	}
	return live
}

func (e *Edge) accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		e.mu.Lock()
		e.conns[c] = true
		if e.ln != l { // it went down while this one was accepted
			_ = c.Close()
		}
		e.mu.Unlock()
		e.running.Go(func() { e.serve(c) })
	}
}

// serve is one connection of a client, from the handshake to its end.
func (e *Edge) serve(c net.Conn) {
	defer c.Close()
	e.mu.Lock()
	silent := e.silent
	e.mu.Unlock()
	defer e.set(func() { delete(e.conns, c) })
	if silent {
		var b [1]byte
		for {
			if _, err := c.Read(b[:]); err != nil {
				return
			}
		}
	}
	secured := tls.Server(c, e.config)
	if err := secured.HandshakeContext(context.Background()); err != nil {
		return
	}
	newEdgeSession(e, secured).run()
}

func (e *Edge) stop() {
	e.Down()
	e.mu.Lock()
	endpoints := e.endpoints
	e.endpoints = nil
	e.mu.Unlock()
	for _, p := range endpoints {
		p.close()
	}
	e.running.Wait()
}
