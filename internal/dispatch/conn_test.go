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

// rude is the connection to a handler that takes the first bytes, answers, and hangs up: every further write fails, and only
// then is there something to read.
type rude struct {
	net.Conn // for what nobody calls
	taken    int
	err      error
	answer   *strings.Reader
	hungUp   chan struct{}
	once     sync.Once
}

func (c *rude) Write(p []byte) (int, error) {
	if c.taken > 0 {
		c.taken -= len(p)
		return len(p), nil
	}
	c.once.Do(func() { close(c.hungUp) })
	return 0, &net.OpError{Op: "write", Err: c.err}
}

func (c *rude) Read(p []byte) (int, error) {
	<-c.hungUp
	return c.answer.Read(p)
}

func (c *rude) Close() error {
	c.once.Do(func() { close(c.hungUp) })
	return nil
}

// sendRudely sends a big body over such a connection.
func sendRudely(t *testing.T, number syscall.Errno, answer string) (code int, text string) {
	t.Helper()
	s := sender(t, Options{})
	s.kept.DialContext = func(context.Context, string, string) (net.Conn, error) {
		return &conn{Conn: &rude{taken: 1, err: number, answer: strings.NewReader(answer), hungUp: make(chan struct{})}}, nil
	}
	got := s.Send(t.Context(), target(t, "3000"), nil, make([]byte, 1<<20))
	return got.Code, got.Error
}

func TestAnswerSurvivesTheWriteThatFailed(t *testing.T) {
	code, text := sendRudely(t, resetNumber, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
	if code != http.StatusRequestEntityTooLarge || text != "" {
		t.Errorf("got code %d, %q; want 413", code, text)
	}
}

func TestWriteThatFailedWithoutAnAnswerIsClosed(t *testing.T) {
	if code, text := sendRudely(t, resetNumber, ""); code != 0 || text != crashText {
		t.Errorf("got code %d, %q; want %q", code, text, crashText)
	}
}

func TestOtherFailuresToWriteAreNotHidden(t *testing.T) {
	c := &conn{Conn: &rude{err: syscall.EINVAL, hungUp: make(chan struct{})}}
	if _, err := io.WriteString(c, "x"); err == nil {
		t.Error("got no error, want EINVAL")
	}
}

func TestTLSRecordsAreKnownByTheirFirstByte(t *testing.T) {
	for first, want := range map[string]bool{"\x13": false, "\x14": true, "\x15": true, "\x16": true, "\x17": true, "\x18": false, "H": false, "": false} {
		hungUp := make(chan struct{})
		close(hungUp)
		c := &conn{Conn: &rude{answer: strings.NewReader(first + "\x15"), hungUp: hungUp}}
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
