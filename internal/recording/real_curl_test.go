package recording_test

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// received is a request as received on the wire.
type received struct {
	lines []string // the request line and the header lines
	body  []byte
}

// listenRaw receives one request per connection, without a parser that would change it.
func listenRaw(t *testing.T) (addr string, requests <-chan received) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	out := make(chan received, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			r, err := readRequest(conn)
			if err != nil {
				r.lines = append(r.lines, err.Error())
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			_ = conn.Close()
			out <- r
		}
	}()
	t.Cleanup(func() {
		_ = ln.Close()
		<-done
	})
	return ln.Addr().String(), out
}

func readRequest(conn net.Conn) (r received, err error) {
	in := bufio.NewReader(conn)
	size := 0
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return r, err
		}
		line = strings.TrimSuffix(line, "\r\n")
		if line == "" {
			break
		}
		if n, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			if size, err = strconv.Atoi(n); err != nil {
				return r, err
			}
		}
		r.lines = append(r.lines, line)
	}
	r.body = make([]byte, size)
	_, err = io.ReadFull(in, r.body)
	return r, err
}

// TestRealCurlSendsTheRecordedRequest checks that the handler receives the recorded bytes and headers in order, and no others.
func TestRealCurlSendsTheRecordedRequest(t *testing.T) {
	t.Parallel()
	curl, errCurl := exec.LookPath("curl")
	shell, errShell := exec.LookPath("sh")
	if err := errors.Join(errCurl, errShell); err != nil {
		t.Skip(err)
	}
	addr, requests := listenRaw(t)
	n := newHostile(11)
	script := filepath.Join(t.TempDir(), "command.sh")
	count := min(*payloads/4, 5000)
	for range count {
		d := n.delivery(false)
		if n.IntN(10) == 0 {
			d.Body = bytes.Repeat(append(d.Body, 0), 1000)
		}
		path := n.pick([]string{"/", "/a/../b", "/[1-3]?{a,b}", "/?q='$(x)'"})
		d.History = []webhook.Attempt{{Target: "http://" + addr + path}}
		command := recording.Curl(d, defaultTarget)
		if err := os.WriteFile(script, []byte(command), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), shell, script)
		if out, err := cmd.CombinedOutput(); err != nil && !bytes.Contains(out, []byte("Empty reply")) {
			t.Fatalf("%s: %v, %s\n%s", curl, err, out, command)
		}
		got := <-requests
		want := []string{"POST " + calledURL(d, path) + " HTTP/1.1", "Host: " + cmp.Or(d.Host, addr)}
		for _, f := range d.Header {
			want = append(want, strings.TrimSuffix(f.Name+": "+f.Value, " "))
		}
		length := fmt.Sprintf("Content-Length: %d", len(d.Body)) // added by curl at any position
		at := slices.Index(got.lines, length)
		if at < 0 {
			t.Fatalf("the handler got %q, want %s among it", got.lines, length)
		}
		if lines := slices.Delete(got.lines, at, at+1); !slices.Equal(lines, want) || !bytes.Equal(got.body, d.Body) {
			t.Fatalf("the handler got\n%q %q, want\n%q %q, from\n%s", got.lines, got.body, want, d.Body, command)
		}
	}
	t.Logf("%d deliveries", count)
}
