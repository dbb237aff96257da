package testkit

import (
	"bufio"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Raw is a handler on loopback that works with bytes instead of parsed HTTP.
type Raw struct {
	tb       testing.TB
	addr     string
	requests *recorder[[]byte]
	conns    *recorder[net.Conn]
}

// ServeRaw starts a Raw on 127.0.0.1 that reads requests (with Content-Length or without a body), records their bytes, and responds
// with respond. The connection stays open until one side closes it.
func ServeRaw(tb testing.TB, respond func(c net.Conn, request []byte)) *Raw {
	tb.Helper()
	r := newRaw(tb)
	r.serve(func(c net.Conn) {
		in := bufio.NewReader(c)
		for {
			request, err := readRequest(in)
			if err != nil {
				return
			}
			r.requests.add(request)
			respond(c, request)
		}
	})
	return r
}

// ServeConns starts a Raw on 127.0.0.1 that passes each connection to serve and closes it when serve returns. It records no requests.
func ServeConns(tb testing.TB, serve func(c net.Conn)) *Raw {
	tb.Helper()
	r := newRaw(tb)
	r.serve(serve)
	return r
}

// RespondRaw sends text, byte for byte, and leaves the connection open.
func RespondRaw(text string) func(net.Conn, []byte) {
	return func(c net.Conn, _ []byte) { _, _ = io.WriteString(c, text) }
}

// RespondRawAndClose sends text, byte for byte, and closes the connection without announcing it.
func RespondRawAndClose(text string) func(net.Conn, []byte) {
	return func(c net.Conn, _ []byte) {
		_, _ = io.WriteString(c, text)
		_ = c.Close()
	}
}

// Addr returns the address, such as 127.0.0.1:54321.
func (r *Raw) Addr() string { return r.addr }

// URL returns the URL without a trailing slash.
func (r *Raw) URL() string { return "http://" + r.addr }

// Requests returns the bytes of each request so far.
func (r *Raw) Requests() [][]byte {
	requests, _ := r.requests.all()
	return requests
}

// Wait waits for n requests and returns all so far. The test fails if they don't arrive.
func (r *Raw) Wait(n int) [][]byte {
	r.tb.Helper()
	return r.requests.wait(r.tb, n)
}

// Connections returns the number of connections so far.
func (r *Raw) Connections() int {
	conns, _ := r.conns.all()
	return len(conns)
}

func newRaw(tb testing.TB) *Raw {
	return &Raw{tb: tb, requests: newRecorder[[]byte](), conns: newRecorder[net.Conn]()}
}

func (r *Raw) serve(handle func(net.Conn)) {
	r.tb.Helper()
	l := listen(r.tb, "127.0.0.1:0")
	r.addr = l.Addr().String()
	var accepting, serving sync.WaitGroup
	accepting.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			r.conns.add(c)
			serving.Go(func() {
				defer c.Close()
				handle(c)
			})
		}
	})
	r.tb.Cleanup(func() {
		_ = l.Close()
		accepting.Wait()
		conns, _ := r.conns.all()
		for _, c := range conns {
			_ = c.Close()
		}
		serving.Wait()
	})
}

// readRequest reads one request and returns its bytes.
func readRequest(in *bufio.Reader) ([]byte, error) {
	var raw []byte
	length := 0
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return nil, err
		}
		raw = append(raw, line...)
		text := strings.TrimRight(string(line), "\r\n")
		if text == "" {
			break
		}
		if name, value, ok := strings.Cut(text, ":"); ok && strings.EqualFold(name, "Content-Length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return nil, err
			}
		}
	}
	body := make([]byte, length)
	_, err := io.ReadFull(in, body)
	return append(raw, body...), err
}
