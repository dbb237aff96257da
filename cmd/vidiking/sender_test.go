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

// bodyBytes is the size of a delivery: slightly more than a real one.
const bodyBytes = 1024

// numberedBody returns a payload of bodyBytes that is different for each number.
func numberedBody(n int64) []byte {
	body := fmt.Appendf(make([]byte, 0, bodyBytes),
		`{"event":"render.complete","timestamp":"2026-11-23T12:00:00Z","data":{"id":"job_%012d","note":"`, n)
	for len(body) < bodyBytes-3 {
		body = append(body, 'x')
	}
	return append(body, `"}}`...)
}

// sender is a minimal client with one connection that plays the provider. It does as little as possible, so its cost does not distort
// measurements.
type sender struct {
	conn   net.Conn
	in     *bufio.Reader
	head   string // the request up to the Content-Length
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

// send posts a signed body and returns the response without its body.
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

// sendWhile sends numbered bodies from all senders while more returns true. It returns the number of bodies sent, and an error for
// a status code other than 200.
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

// upTo returns a condition for sendWhile that is true n times.
func upTo(n int64) func() bool {
	var left atomic.Int64
	left.Store(n)
	return func() bool { return left.Add(-1) >= 0 }
}

// countingHandler is a handler that counts how often each body arrives.
type countingHandler struct {
	*httptest.Server
	mu   sync.Mutex
	came map[string]int
}

// startHandler starts a handler that responds 200 and counts each body. It calls before, if set, before each response.
func startHandler(tb testing.TB, before func(r *http.Request)) *countingHandler {
	tb.Helper()
	j := &countingHandler{came: map[string]int{}}
	j.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body strings.Builder
		if _, err := io.Copy(&body, r.Body); err != nil {
			return // the sender was killed
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

// handler returns the address that listen forwards to.
func (j *countingHandler) handler() string { return j.URL + "/webhooks/vidiking" }

// calls returns the number of requests.
func (j *countingHandler) calls() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := 0
	for _, times := range j.came {
		n += times
	}
	return n
}
