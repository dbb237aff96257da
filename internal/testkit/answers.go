package testkit

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// Answer answers code and body.
func Answer(code int, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	})
}

// Redirect answers 302 to another place.
func Redirect(to string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
}

// Slow answers by answer once release is closed, and not at all when the sender goes away before.
func Slow(release <-chan struct{}, answer http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
			answer.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	})
}

// Stalling answers 200 with a beginning of its body at once, and the rest once release is closed.
func Stalling(release <-chan struct{}, beginning, rest string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, beginning)
		_ = http.NewResponseController(w).Flush()
		select {
		case <-release:
			_, _ = io.WriteString(w, rest)
		case <-r.Context().Done():
		}
	})
}

// Huge answers 200 and size bytes, and says so in Content-Length.
func Huge(size int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(size))
		_, _ = io.CopyN(w, letters{}, size)
	})
}

// Endless answers 200 and never ends.
func Endless() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.Copy(w, letters{}) })
}

type letters struct{}

func (letters) Read(p []byte) (int, error) { return copy(p, strings.Repeat("x", len(p))), nil }

// HangUp closes the connection without an answer.
func HangUp() http.Handler { return takeOver(func(net.Conn) {}) }

// HangUpMidway closes the connection in the middle of an answer of 200.
func HangUpMidway() http.Handler {
	return takeOver(func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nhalf of it")
	})
}

// Reset resets the connection (RST, where HangUp ends it with FIN), as when a process dies with bytes unread.
func Reset() http.Handler {
	return takeOver(func(c net.Conn) {
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // makes Close send RST
		}
	})
}

// takeOver leaves the connection to last, and closes it after.
func takeOver(last func(net.Conn)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		last(c)
		_ = c.Close()
	})
}
