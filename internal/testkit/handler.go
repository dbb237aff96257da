package testkit

import (
	"bytes"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// Request is what a Handler received, as net/http parsed it.
type Request struct {
	Method string
	URI    string // path and query as they stood in the request line
	Host   string
	Header http.Header
	Body   []byte
	Remote string // address of the connection's other end: the same on a connection that was kept
}

// Handler is an HTTP handler on loopback that records what it receives.
type Handler struct {
	tb       testing.TB
	scheme   string
	addr     string
	server   *http.Server
	requests *journal[Request]
	running  sync.WaitGroup // the server and its connections
}

// Serve starts a Handler on 127.0.0.1 that answers by answer.
func Serve(tb testing.TB, answer http.Handler) *Handler {
	tb.Helper()
	return ServeOn(tb, "127.0.0.1:0", answer)
}

// ServeOn starts a Handler on the address given: "[::1]:0", or the address of one that was stopped.
func ServeOn(tb testing.TB, address string, answer http.Handler) *Handler {
	tb.Helper()
	if strings.HasSuffix(address, ":0") {
		return start(tb, "http", listen(tb, address), answer)
	}
	return start(tb, "http", listenAgain(tb, address), answer)
}

// ServeTLS starts a Handler on 127.0.0.1 that speaks TLS with the certificate.
func ServeTLS(tb testing.TB, certificate tls.Certificate, answer http.Handler) *Handler {
	tb.Helper()
	config := &tls.Config{Certificates: []tls.Certificate{certificate}}
	return start(tb, "https", tls.NewListener(listen(tb, "127.0.0.1:0"), config), answer)
}

func start(tb testing.TB, scheme string, l net.Listener, answer http.Handler) *Handler {
	h := &Handler{tb: tb, scheme: scheme, addr: l.Addr().String(), requests: newJournal[Request]()}
	h.server = &http.Server{Handler: h.recording(answer), ErrorLog: log.New(io.Discard, "", 0), ConnState: h.count}
	h.running.Go(func() { _ = h.server.Serve(l) })
	tb.Cleanup(h.Stop)
	return h
}

func (h *Handler) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		h.running.Add(1)
	case http.StateClosed, http.StateHijacked:
		h.running.Done()
	}
}

func (h *Handler) recording(answer http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the sender went away; what it did not send was not received
		}
		h.requests.add(Request{r.Method, r.RequestURI, r.Host, r.Header.Clone(), body, r.RemoteAddr})
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer.ServeHTTP(w, r)
	})
}

// Addr is where the handler listens: 127.0.0.1:54321.
func (h *Handler) Addr() string { return h.addr }

// Port is the port of Addr.
func (h *Handler) Port() string { return portOf(h.addr) }

// URL is the handler's root, without a slash at the end.
func (h *Handler) URL() string { return h.scheme + "://" + h.addr }

// Requests is what was received so far.
func (h *Handler) Requests() []Request {
	requests, _ := h.requests.all()
	return requests
}

// Wait returns what was received once that are n requests.
func (h *Handler) Wait(n int) []Request {
	h.tb.Helper()
	return h.requests.wait(h.tb, n)
}

// Stop ends the handler and cuts its connections, as when its process is killed. The end of the test stops it too.
func (h *Handler) Stop() {
	_ = h.server.Close()
	h.running.Wait()
}

func portOf(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}
