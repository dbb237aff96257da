package tunnel

import (
	"net"
	"net/url"
	"testing"
)

func TestEndlessProxyResponseIsAnError(t *testing.T) {
	t.Parallel()
	near, far := net.Pipe()
	defer near.Close()
	go func() {
		defer far.Close()
		buf := make([]byte, 4096)
		_, _ = far.Read(buf)
		for i := range buf {
			buf[i] = 'x'
		}
		_, err := far.Write([]byte("HTTP/1.1 200 OK\r\nX: "))
		for n := 0; err == nil && n < 4*maxProxyHead; n += len(buf) {
			_, err = far.Write(buf)
		}
		if err == nil {
			_, _ = far.Write([]byte("\r\n\r\n"))
		}
	}()
	if _, err := sendConnect(near, &url.URL{Scheme: "http", Host: "proxy"}, "a.example:443"); err == nil {
		t.Error("accepted a proxy that sends an endless header")
	}
}
