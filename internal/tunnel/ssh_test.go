package tunnel_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/tunnel"
)

// sshTarget returns the server as a target of the given style.
func sshTarget(t testing.TB, style testkit.SSHStyle, addr string) tunnel.Target {
	t.Helper()
	name := "dev@" + addr
	if style == testkit.SSHEvent || style == testkit.SSHCloudEvent {
		name = tunnel.LocalhostRun
	}
	target, err := tunnel.ParseTarget(name)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// openSSH opens a tunnel through the server, whatever its host name is.
func openSSH(t testing.TB, server *testkit.SSHServer, style testkit.SSHStyle, s tunnel.SSHOptions) *inUse {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{}}
	o, proof := options(client)
	o.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, server.Addr())
	}
	s.Target = sshTarget(t, style, server.Addr())
	if s.KnownHosts == "" {
		s.KnownHosts = filepath.Join(t.TempDir(), "keys")
	}
	return serve(t, proof, client, tunnel.OpenSSH(o, s))
}

var sshStyles = []testkit.SSHStyle{testkit.SSHEvent, testkit.SSHCloudEvent, testkit.SSHSish, testkit.SSHPlain}

func TestSSHTransfersEveryByte(t *testing.T) {
	t.Parallel()
	for _, style := range sshStyles {
		t.Run(string(style), func(t *testing.T) {
			t.Parallel()
			server := testkit.NewSSHServer(t, style)
			u := openSSH(t, server, style, tunnel.SSHOptions{})
			if s := u.until(tunnel.Ready); s.URL == "" || s.URL != u.URL() {
				t.Errorf("got ready %+v and URL %q", s, u.URL())
			}
			for _, size := range []int{0, 1, 4096, 256<<10 + 1, 3 << 20} {
				u.post(randomBody(t, size))
			}
			var all sync.WaitGroup
			for range 50 {
				body := randomBody(t, 20_000)
				all.Go(func() { u.post(body) })
			}
			all.Wait()
			want := "dev"
			if style == testkit.SSHEvent || style == testkit.SSHCloudEvent {
				want = "nokey"
			}
			if got := server.Users(); !slices.Equal(got, []string{want}) {
				t.Errorf("got users %q, want %s", got, want)
			}
		})
	}
}

func TestSSHReconnectReportsTheURL(t *testing.T) {
	t.Parallel()
	for style, moves := range map[testkit.SSHStyle]bool{testkit.SSHEvent: true, testkit.SSHSish: false} {
		t.Run(string(style), func(t *testing.T) {
			t.Parallel()
			server := testkit.NewSSHServer(t, style)
			u := openSSH(t, server, style, tunnel.SSHOptions{})
			before := u.until(tunnel.Ready)
			server.DropConnections()
			gone := u.until(tunnel.Reconnecting)
			back := u.until(tunnel.Ready)
			if back.URLChanged != moves || (back.URL != before.URL) != moves || !back.Since.Equal(gone.Since) {
				t.Errorf("got %+v after %+v, want URLChanged %v", back, before, moves)
			}
			u.post([]byte("back"))
		})
	}
}

func TestSSHFollowsAChangedURL(t *testing.T) {
	t.Parallel()
	server := testkit.NewSSHServer(t, testkit.SSHEvent)
	u := openSSH(t, server, testkit.SSHEvent, tunnel.SSHOptions{})
	before := u.until(tunnel.Ready)
	// The same server under another name.
	other := strings.Replace(before.URL, "127.0.0.1", "localhost", 1)
	server.Print(`{"event":"tcpip-forward","address":"` + other + `"}`)
	if s := u.until(tunnel.Ready); s.URL != other || !s.URLChanged || !s.Since.IsZero() {
		t.Errorf("got %+v, want the URL %s without an outage", s, other)
	}
}

func TestSSHDetectsASilentServer(t *testing.T) {
	t.Parallel()
	server := testkit.NewSSHServer(t, testkit.SSHSish)
	u := openSSH(t, server, testkit.SSHSish, tunnel.SSHOptions{Heartbeat: 400 * time.Millisecond})
	u.until(tunnel.Ready)
	server.IgnoreKeepalives()
	if s := u.until(tunnel.Reconnecting); tunnel.Describe(s.Cause) != "no response in time" {
		t.Errorf("got cause %v, want no response", s.Cause)
	}
}

func TestSSHSavesTheFirstHostKeyAndRejectsAnother(t *testing.T) {
	t.Parallel()
	server := testkit.NewSSHServer(t, testkit.SSHSish)
	keys := filepath.Join(t.TempDir(), "sub", "keys")
	u := openSSH(t, server, testkit.SSHSish, tunnel.SSHOptions{KnownHosts: keys})
	if s := u.until(tunnel.Connecting); s.NewHostKey != "" {
		t.Errorf("got key %s before connecting", s.NewHostKey)
	}
	if s := u.until(tunnel.Connecting); !strings.HasPrefix(s.NewHostKey, "SHA256:") {
		t.Errorf("got %+v, want the fingerprint of the first key", s)
	}
	u.until(tunnel.Ready)
	u.Close()
	if info, err := os.Stat(keys); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want a file with mode 0600", info, err)
	}
	// The same key is not reported again.
	again := openSSH(t, server, testkit.SSHSish, tunnel.SSHOptions{KnownHosts: keys})
	again.until(tunnel.Connecting)
	again.until(tunnel.Ready)
	again.Close()

	server.ReplaceHostKey()
	other := openSSH(t, server, testkit.SSHSish, tunnel.SSHOptions{KnownHosts: keys})
	s := other.untilLost()
	var e *tunnel.Error
	var changed *tunnel.KeyChangedError
	if !errors.As(s.Cause, &e) || e.Reason != tunnel.KeyChanged || !errors.As(s.Cause, &changed) || changed.File != keys || changed.Line != 1 {
		t.Fatalf("got %v, want a changed key, with line 1 of %s", s.Cause, keys)
	}
	if n := len(server.Users()); n != 2 {
		t.Errorf("got %d logins, want 2: no login after the key changed", n)
	}
}

func TestSSHChangedHostKeyEndsTheTunnel(t *testing.T) {
	t.Parallel()
	server := testkit.NewSSHServer(t, testkit.SSHSish)
	u := openSSH(t, server, testkit.SSHSish, tunnel.SSHOptions{})
	u.until(tunnel.Ready)
	server.ReplaceHostKey()
	server.DropConnections()
	var e *tunnel.Error
	if s := u.untilLost(); !errors.As(s.Cause, &e) || e.Reason != tunnel.KeyChanged {
		t.Errorf("got %v, want a changed key", s.Cause)
	}
}

func TestSSHAuthenticatesWithTheUsersKey(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "id_ed25519")
	if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	server := testkit.NewSSHServer(t, testkit.SSHPlain)
	server.RequireKey(key)
	for name, keys := range map[string]tunnel.Keys{"the user's key": {Dir: dir}, "the configured key": {File: file}} {
		t.Run(name, func(t *testing.T) {
			openSSH(t, server, testkit.SSHPlain, tunnel.SSHOptions{Keys: keys}).until(tunnel.Ready)
		})
	}
	for name, tc := range map[string]struct {
		keys   tunnel.Keys
		reason tunnel.Reason
	}{
		"none":               {tunnel.Keys{}, tunnel.Refused},
		"a missing key file": {tunnel.Keys{File: filepath.Join(dir, "absent")}, tunnel.Misconfigured},
	} {
		t.Run(name, func(t *testing.T) {
			var e *tunnel.Error
			if s := openSSH(t, server, testkit.SSHPlain, tunnel.SSHOptions{Keys: tc.keys}).untilLost(); !errors.As(s.Cause, &e) || e.Reason != tc.reason {
				t.Errorf("got %v, want %s", s.Cause, tc.reason)
			}
		})
	}
}

func TestSSHUsesAConfiguredURL(t *testing.T) {
	t.Parallel()
	server := testkit.NewSSHServer(t, testkit.SSHPlain)
	// A free port, standing for one that a proxy in front of sshd forwards to.
	addr := testkit.FreeAddr(t)
	u := openSSH(t, server, testkit.SSHPlain, tunnel.SSHOptions{URL: "http://" + addr, Bind: addr})
	if s := u.until(tunnel.Ready); s.URL != "http://"+addr {
		t.Errorf("got %s, want http://%s", s.URL, addr)
	}
	u.post([]byte("known"))
}

func TestServerShutdownClosesIdleConnections(t *testing.T) {
	t.Parallel()
	server := testkit.NewSSHServer(t, testkit.SSHSish)
	u := openSSH(t, server, testkit.SSHSish, tunnel.SSHOptions{})
	u.until(tunnel.Ready)
	u.post([]byte("kept open"))
	// The client keeps its connection alive. Without deadlines, the server would wait for the next request.
	ctx, cancel := context.WithTimeout(t.Context(), stepTimeout)
	defer cancel()
	if err := u.server.Shutdown(ctx); err != nil {
		t.Errorf("shut down: %v", err)
	}
}
