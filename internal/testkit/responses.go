package testkit

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// Respond responds with code and body.
func Respond(code int, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	})
}

// Redirect responds 302 with a Location of to.
func Redirect(to string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
}

// Slow responds with response once release is closed. It sends nothing if the client disconnects first.
func Slow(release <-chan struct{}, response http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
			response.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	})
}

// StallMidResponse sends 200 and the beginning of the body immediately, and the rest once release is closed.
func StallMidResponse(release <-chan struct{}, beginning, rest string) http.Handler {
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

// Huge responds 200 with size bytes and a correct Content-Length.
func Huge(size int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(size))
		_, _ = io.CopyN(w, letters{}, size)
	})
}

// Endless responds 200 with a body that never ends.
func Endless() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.Copy(w, letters{}) })
}

type letters struct{}

func (letters) Read(p []byte) (int, error) { return copy(p, strings.Repeat("x", len(p))), nil }

// HangUp closes the connection without a response.
func HangUp() http.Handler { return hijack(func(net.Conn) {}) }

// HangUpMidResponse closes the connection in the middle of a 200 response.
func HangUpMidResponse() http.Handler {
	return hijack(func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nhalf of it")
	})
}

// Reset resets the connection (RST; HangUp ends it with FIN), as a process does that dies with unread bytes.
func Reset() http.Handler {
	return hijack(func(c net.Conn) {
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // Close sends RST
		}
	})
}

// hijack passes the connection to use and closes it afterwards.
func hijack(use func(net.Conn)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		use(c)
		_ = c.Close()
	})
}
