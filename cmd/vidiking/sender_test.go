package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// bodyBytes is how large a delivery is here: somewhat more than a real one.
const bodyBytes = 1024

// numberedBody is a payload of bodyBytes that no other number has.
func numberedBody(n int64) []byte {
	body := fmt.Appendf(make([]byte, 0, bodyBytes),
		`{"event":"render.complete","timestamp":"2026-11-23T12:00:00Z","data":{"id":"job_%012d","note":"`, n)
	for len(body) < bodyBytes-3 {
		body = append(body, 'x')
	}
	return append(body, `"}}`...)
}

// sender is the provider, with one connection. It is as little of a client as will do, so that what it costs does not hide what it
// measures.
type sender struct {
	conn   net.Conn
	in     *bufio.Reader
	head   string // the request up to the length of its body
	out    []byte
	secret webhook.Secret
}

func dial(address string) (*sender, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		return nil, err
	}
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: Vidiking-Webhooks/1.0\r\nAccept: */*\r\n"+
		"Content-Type: application/json\r\n", u.Path, u.Host)
	return &sender{conn: conn, in: bufio.NewReader(conn), head: head, secret: webhook.SecretFrom(processSecret)}, nil
}

func dialAll(tb testing.TB, address string, connections int) []*sender {
	tb.Helper()
	all := make([]*sender, connections)
	for i := range all {
		s, err := dial(address)
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { _ = s.conn.Close() })
		all[i] = s
	}
	return all
}

// send posts a body, signed, and returns the answer without its body.
func (s *sender) send(body []byte) (*http.Response, error) {
	s.out = fmt.Appendf(s.out[:0], "%sContent-Length: %d\r\n%s: %s\r\n\r\n",
		s.head, len(body), webhook.SignatureHeader, signature.Sign(s.secret, body, signature.StylePrefixed))
	s.out = append(s.out, body...)
	if _, err := s.conn.Write(s.out); err != nil {
		return nil, err
	}
	resp, err := http.ReadResponse(s.in, nil)
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return resp, err
}

// sendWhile sends bodies of new numbers from every sender while there is more to send, and returns how many that were. An answer
// other than 200 is an error.
func sendWhile(tb testing.TB, senders []*sender, next *atomic.Int64, more func() bool) int {
	tb.Helper()
	var sent atomic.Int64
	var all sync.WaitGroup
	for _, s := range senders {
		all.Go(func() {
			for more() {
				resp, err := s.send(numberedBody(next.Add(1)))
				if err == nil && resp.StatusCode != http.StatusOK {
					err = fmt.Errorf("answer %s, want 200", resp.Status)
				}
				if err != nil {
					tb.Errorf("send: %v", err)
					return
				}
				sent.Add(1)
			}
		})
	}
	all.Wait()
	return int(sent.Load())
}

// upTo is a condition for sendWhile: n times in all.
func upTo(n int64) func() bool {
	var left atomic.Int64
	left.Store(n)
	return func() bool { return left.Add(-1) >= 0 }
}

// journal is a handler that remembers how often each body came.
type journal struct {
	*httptest.Server
	mu   sync.Mutex
	came map[string]int
}

// startHandler starts a handler that answers 200, with a journal. Before, where it is given, runs before each answer.
func startHandler(tb testing.TB, before func(r *http.Request)) *journal {
	tb.Helper()
	j := &journal{came: map[string]int{}}
	j.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body strings.Builder
		if _, err := io.Copy(&body, r.Body); err != nil {
			return // whoever sent it is dead
		}
		j.mu.Lock()
		j.came[body.String()]++
		j.mu.Unlock()
		if before != nil {
			before(r)
		}
		_, _ = io.WriteString(w, `{"received":true}`)
	}))
	tb.Cleanup(j.Close)
	return j
}

// handler is the address of what listen forwards to.
func (j *journal) handler() string { return j.URL + "/webhooks/vidiking" }

// calls is how often it was called.
func (j *journal) calls() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := 0
	for _, times := range j.came {
		n += times
	}
	return n
}
