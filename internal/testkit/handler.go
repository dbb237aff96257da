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

// Request is a request that a Handler received, as parsed by net/http.
type Request struct {
	Method string
	URI    string // path and query, exactly as in the request line
	Host   string
	Header http.Header
	Body   []byte
	Remote string // address of the client; equal for requests on the same connection
}

// Handler is an HTTP handler on loopback that records what it receives.
type Handler struct {
	tb       testing.TB
	scheme   string
	addr     string
	server   *http.Server
	requests *recorder[Request]
	running  sync.WaitGroup // the server and its connections
}

// Serve starts a Handler on 127.0.0.1 that responds with response.
func Serve(tb testing.TB, response http.Handler) *Handler {
	tb.Helper()
	return ServeOn(tb, "127.0.0.1:0", response)
}

// ServeOn starts a Handler on address, such as "[::1]:0" or the address of a stopped Handler.
func ServeOn(tb testing.TB, address string, response http.Handler) *Handler {
	tb.Helper()
	if strings.HasSuffix(address, ":0") {
		return start(tb, "http", listen(tb, address), response)
	}
	return start(tb, "http", relisten(tb, address), response)
}

// ServeTLS starts a Handler on 127.0.0.1 that uses TLS with certificate.
func ServeTLS(tb testing.TB, certificate tls.Certificate, response http.Handler) *Handler {
	tb.Helper()
	config := &tls.Config{Certificates: []tls.Certificate{certificate}}
	return start(tb, "https", tls.NewListener(listen(tb, "127.0.0.1:0"), config), response)
}

func start(tb testing.TB, scheme string, l net.Listener, response http.Handler) *Handler {
	h := &Handler{tb: tb, scheme: scheme, addr: l.Addr().String(), requests: newRecorder[Request]()}
	h.server = &http.Server{Handler: h.record(response), ErrorLog: log.New(io.Discard, "", 0), ConnState: h.trackConn}
	h.running.Go(func() { _ = h.server.Serve(l) })
	tb.Cleanup(h.Stop)
	return h
}

func (h *Handler) trackConn(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		h.running.Add(1)
	case http.StateClosed, http.StateHijacked:
		h.running.Done()
	}
}

func (h *Handler) record(response http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client disconnected before it had sent the whole body
		}
		h.requests.add(Request{r.Method, r.RequestURI, r.Host, r.Header.Clone(), body, r.RemoteAddr})
		r.Body = io.NopCloser(bytes.NewReader(body))
		response.ServeHTTP(w, r)
	})
}

// Addr returns the handler's address, such as 127.0.0.1:54321.
func (h *Handler) Addr() string { return h.addr }

// Port returns the port of Addr.
func (h *Handler) Port() string { return portOf(h.addr) }

// URL returns the handler's URL without a trailing slash.
func (h *Handler) URL() string { return h.scheme + "://" + h.addr }

// Requests returns the requests so far.
func (h *Handler) Requests() []Request {
	requests, _ := h.requests.all()
	return requests
}

// Wait waits for n requests and returns all so far. The test fails if they don't arrive.
func (h *Handler) Wait(n int) []Request {
	h.tb.Helper()
	return h.requests.wait(h.tb, n)
}

// Stop stops the handler and closes its connections, as when its process is killed. It also runs when the test ends.
func (h *Handler) Stop() {
	_ = h.server.Close()
	h.running.Wait()
}

func portOf(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}
