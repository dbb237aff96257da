package dispatch

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// closingConn is a connection to a handler that reads the first bytes, responds, and closes: further writes fail, and only then can the
// response be read.
type closingConn struct {
	net.Conn     // nil: its methods are not called
	accepts  int // bytes
	err      error
	response *strings.Reader
	closed   chan struct{}
	once     sync.Once
}

func (c *closingConn) Write(p []byte) (int, error) {
	if c.accepts > 0 {
		c.accepts -= len(p)
		return len(p), nil
	}
	c.once.Do(func() { close(c.closed) })
	return 0, &net.OpError{Op: "write", Err: c.err}
}

func (c *closingConn) Read(p []byte) (int, error) {
	<-c.closed
	return c.response.Read(p)
}

func (c *closingConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return nil
}

// sendToClosing sends a large body over a closingConn.
func sendToClosing(t *testing.T, number syscall.Errno, response string) (code int, text string) {
	t.Helper()
	s := sender(t, Options{})
	setDial(s, func(context.Context, string, string) (net.Conn, error) {
		return &conn{Conn: &closingConn{accepts: 1, err: number, response: strings.NewReader(response), closed: make(chan struct{})}}, nil
	})
	got := s.Send(t.Context(), target(t, "3000"), nil, make([]byte, 1<<20))
	return got.Code, got.Error
}

func TestResponseIsReadAfterAFailedWrite(t *testing.T) {
	code, text := sendToClosing(t, resetNumber, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
	if code != http.StatusRequestEntityTooLarge || text != "" {
		t.Errorf("got code %d, %q; want 413", code, text)
	}
}

func TestFailedWriteWithoutAResponseIsReportedAsClosed(t *testing.T) {
	if code, text := sendToClosing(t, resetNumber, ""); code != 0 || text != crashMessage {
		t.Errorf("got code %d, %q; want %q", code, text, crashMessage)
	}
}

func TestOtherWriteErrorsAreReturned(t *testing.T) {
	c := &conn{Conn: &closingConn{err: syscall.EINVAL, closed: make(chan struct{})}}
	if _, err := io.WriteString(c, "x"); err == nil {
		t.Error("got no error, want EINVAL")
	}
}

func TestTLSIsRecognizedByTheFirstByte(t *testing.T) {
	for first, want := range map[string]bool{"\x13": false, "\x14": true, "\x15": true, "\x16": true, "\x17": true, "\x18": false, "H": false, "": false} {
		closed := make(chan struct{})
		close(closed)
		c := &conn{Conn: &closingConn{response: strings.NewReader(first + "\x15"), closed: closed}}
		if first == "" {
			c = &conn{}
		} else {
			_, _ = io.ReadAll(c)
		}
		if got := c.speaksTLS(); got != want {
			t.Errorf("first byte %q: got %v, want %v", first, got, want)
		}
	}
}
