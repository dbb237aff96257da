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

// Raw is a handler on loopback below HTTP.
type Raw struct {
	tb       testing.TB
	addr     string
	requests *journal[[]byte]
	conns    *journal[net.Conn]
}

// ServeRaw starts a Raw on 127.0.0.1 that reads requests (with Content-Length or without a body), records each as it came over
// the wire, and has it answered by answer. The connection goes on until one side closes it.
func ServeRaw(tb testing.TB, answer func(c net.Conn, request []byte)) *Raw {
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
			answer(c, request)
		}
	})
	return r
}

// ServeConns starts a Raw on 127.0.0.1 that leaves each connection to talk, and closes it when that returns. It records no
// requests.
func ServeConns(tb testing.TB, talk func(c net.Conn)) *Raw {
	tb.Helper()
	r := newRaw(tb)
	r.serve(talk)
	return r
}

// Say answers with text, byte for byte, and leaves the connection open.
func Say(text string) func(net.Conn, []byte) {
	return func(c net.Conn, _ []byte) { _, _ = io.WriteString(c, text) }
}

// SayAndClose answers with text, byte for byte, and closes the connection without a word about it.
func SayAndClose(text string) func(net.Conn, []byte) {
	return func(c net.Conn, _ []byte) {
		_, _ = io.WriteString(c, text)
		_ = c.Close()
	}
}

// Addr is where it listens: 127.0.0.1:54321.
func (r *Raw) Addr() string { return r.addr }

// URL is its root, without a slash at the end.
func (r *Raw) URL() string { return "http://" + r.addr }

// Requests is what came so far, each request byte for byte.
func (r *Raw) Requests() [][]byte {
	requests, _ := r.requests.all()
	return requests
}

// Wait returns what came once that are n requests.
func (r *Raw) Wait(n int) [][]byte {
	r.tb.Helper()
	return r.requests.wait(r.tb, n)
}

// Connections is how many connections were made so far.
func (r *Raw) Connections() int {
	conns, _ := r.conns.all()
	return len(conns)
}

func newRaw(tb testing.TB) *Raw {
	return &Raw{tb: tb, requests: newJournal[[]byte](), conns: newJournal[net.Conn]()}
}

func (r *Raw) serve(talk func(net.Conn)) {
	r.tb.Helper()
	l := listen(r.tb, "127.0.0.1:0")
	r.addr = l.Addr().String()
	var accepting, talking sync.WaitGroup
	accepting.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			r.conns.add(c)
			talking.Go(func() {
				defer c.Close()
				talk(c)
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
		talking.Wait()
	})
}

// readRequest reads one request and returns its bytes as they came.
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
