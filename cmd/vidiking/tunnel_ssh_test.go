package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/testkit"
)

// throughSSH makes the test server act as localhost.run, through a proxy that resolves names.
func (w *testHome) throughSSH(tb testing.TB, server *testkit.SSHServer) {
	tb.Helper()
	proxy, _ := testkit.ServeProxy(tb, func(string) string { return server.Addr() })
	w.env = append(w.env, "HTTPS_PROXY=http://"+proxy)
}

func TestListenThroughSSHIsExactAndReconnects(t *testing.T) {
	t.Parallel()
	for _, style := range []testkit.SSHStyle{testkit.SSHEvent, testkit.SSHCloudEvent, testkit.SSHSish, testkit.SSHPlain} {
		t.Run(string(style), func(t *testing.T) {
			t.Parallel()
			server := testkit.NewSSHServer(t, style)
			w := newTestHome(t)
			flags := []string{"--ssh", "dev@" + server.Addr()}
			if style == testkit.SSHEvent || style == testkit.SSHCloudEvent {
				w.throughSSH(t, server)
				flags = []string{"--tunnel", "ssh"}
			}
			handler := echoing(t)
			l := w.startTunnel(t, "vidiking", handler.URL()+"/webhooks/vidiking", flags...)
			for _, size := range []int{50, 100_000, 3 << 20} {
				body := sized(size)
				if code, _ := send(t, l.url, body); code != http.StatusOK {
					t.Errorf("%d bytes: got %d, want 200", len(body), code)
				}
				requests := handler.Requests()
				if got := requests[len(requests)-1].Body; !bytes.Equal(got, body) {
					t.Errorf("%d bytes: the handler got %d, or others", len(body), len(got))
				}
			}
			var all sync.WaitGroup
			for i := range 50 {
				all.Go(func() {
					body := fmt.Appendf(nil, `{"event":"render.complete","data":{"id":"job_%06d"}}`, i)
					if code, got := send(t, l.url, body); code != http.StatusOK || !bytes.Equal(got, body) {
						t.Errorf("%s: got %d %s", body, code, got)
					}
				})
			}
			all.Wait()
			server.DropConnections()
			l.await("the gap is told, and its end", func() bool { return strings.Contains(l.said(l.stderr), "is back after") })
			l.await("it is ready again", func() bool { return l.info().State == session.StateReady })
			if code, _ := send(t, l.info().PublicURL, sized(50)); code != http.StatusOK {
				t.Errorf("after the gap: got %d, want 200", code)
			}
			if code := l.interrupt(); code != 0 {
				t.Errorf("got exit code %d, want 0", code)
			}
			want := "with the same URL."
			if style == testkit.SSHEvent || style == testkit.SSHCloudEvent || style == testkit.SSHPlain {
				want = "with a new URL: http://127.0.0.1:"
			}
			if style == testkit.SSHPlain {
				want = "The tunnel is back after"
			}
			said := l.said(l.stderr)
			if !strings.Contains(said, want) || !strings.Contains(said, ": SHA256:") {
				t.Errorf("got\n%s\nwant %q, and the server's key", said, want)
			}
			t.Log(said)
		})
	}
}

func TestListenRejectsAnSSHServerWithAnotherKey(t *testing.T) {
	t.Parallel()
	server := testkit.NewSSHServer(t, testkit.SSHSish)
	w := newTestHome(t)
	l := w.startTunnel(t, "vidiking", "localhost:1", "--ssh", "dev@"+server.Addr())
	if code := l.interrupt(); code != 0 {
		t.Fatalf("got exit code %d, want 0", code)
	}
	server.ReplaceHostKey()
	code, _, stderr := w.run(t, "vidiking", "listen", "--addr", "127.0.0.1:0", "--forward", "localhost:1", "--ssh", "dev@"+server.Addr())
	want := regexp.MustCompile(`(?s)^error: the key of 127\.0\.0\.1 has changed, so nothing was sent there
         before  SHA256:\S+
         now     SHA256:\S+
hint:  another server may be impersonating it\. If you know that the server has a new key,
       delete line 1 of \S+ssh-servers
$`)
	if code != 1 || !want.MatchString(stderr) {
		t.Errorf("got %d and\n%s\nwant 1 and\n%s", code, stderr, want)
	}
	if n := len(server.Users()); n != 1 {
		t.Errorf("got %d log-ins, want 1", n)
	}
	// The suggestion in the error works.
	file := filepath.Join(w.dir, "ssh-servers")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.startTunnel(t, "vidiking", "localhost:1", "--ssh", "dev@"+server.Addr()).interrupt()
}

func TestListenMentionsTheProvidersRetries(t *testing.T) {
	t.Parallel()
	server := testkit.NewSSHServer(t, testkit.SSHSish)
	for _, test := range []struct {
		flags []string
		want  bool
	}{
		{[]string{"--retry"}, true},
		{[]string{"--retry", "--respond", "ack"}, false},
		{nil, false},
	} {
		w := newTestHome(t)
		l := w.startTunnel(t, "vidiking", "localhost:1", append(test.flags, "--ssh", "dev@"+server.Addr())...)
		if code := l.interrupt(); code != 0 {
			t.Errorf("%v: got exit code %d, want 0", test.flags, code)
		}
		const words = "Vidiking retries what your handler refuses, and so does this listen. Your handler may get a delivery twice."
		if said := l.said(l.stderr); strings.Contains(said, words) != test.want {
			t.Errorf("%v: got\n%s\nwant it reported: %v", test.flags, said, test.want)
		}
	}
}

func TestListenReportsWhatAnSSHServerRefuses(t *testing.T) {
	t.Parallel()
	server := testkit.NewSSHServer(t, testkit.SSHPlain)
	w := newTestHome(t)
	w.configure(t, "ssh_bind = \"localhost:80\"\n")
	w.env = append(w.env, "VIDIKING_CONFIG="+w.configFile())
	code, _, stderr := w.run(t, "vidiking", "listen", "--addr", "127.0.0.1:0", "--forward", "localhost:1", "--ssh", "dev@"+server.Addr())
	if code != 1 || !strings.Contains(stderr, "\nerror: 127.0.0.1 accepts your login, but opens no tunnel: the server does not forward port 80\n") {
		t.Errorf("a port that it does not forward: got %d and\n%s", code, stderr)
	}
}
