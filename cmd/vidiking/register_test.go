package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/testkit"
)

const production = "https://prod.example.com/hooks"

// vidikingAccount is a fake account at Vidiking. It knows the registered webhook, and can delay the response to a call.
type vidikingAccount struct {
	*testkit.Handler

	mu         sync.Mutex
	registered []string
	hold       int           // the number of the call that gets no response although it takes effect; 0 for none
	held       chan struct{} // closed when that call has arrived
	refuse     bool          // the delayed call takes no effect
}

// newAccount starts an account, and configures it in the sandbox.
func newAccount(t *testing.T, w *testHome) *vidikingAccount {
	t.Helper()
	a := &vidikingAccount{held: make(chan struct{})}
	a.Handler = testkit.Serve(t, http.HandlerFunc(a.serve))
	w.configure(t, "api_key = \""+apiKey+"\"\napi_url = \""+a.URL()+"/v1\"\n")
	return a
}

// configure adds to the sandbox's configuration.
func (w *testHome) configure(tb testing.TB, text string) {
	tb.Helper()
	before, _ := os.ReadFile(w.configFile()) // there is none at first
	text = string(before) + text
	if err := errors.Join(os.MkdirAll(filepath.Dir(w.configFile()), 0o700), os.WriteFile(w.configFile(), []byte(text), 0o600)); err != nil {
		tb.Fatal(err)
	}
}

func (w *testHome) configFile() string { return filepath.Join(w.dir, "settings", "config.toml") }

// with returns a command line with the sandbox's configuration.
func (w *testHome) with(args ...string) []string { return append(args, "--config", w.configFile()) }

func (a *vidikingAccount) serve(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	if a.refuse {
		a.mu.Unlock()
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var hook struct{ URL string }
	if err := json.NewDecoder(r.Body).Decode(&hook); err == nil {
		a.registered = append(a.registered, hook.URL)
	}
	hold := len(a.registered) == a.hold
	a.mu.Unlock()
	if hold {
		close(a.held)
		<-r.Context().Done()
	}
}

// now returns the registered webhook.
func (a *vidikingAccount) now() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.registered) == 0 {
		return ""
	}
	return a.registered[len(a.registered)-1]
}

// holdNext delays the response to the next call that takes effect.
func (a *vidikingAccount) holdNext() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.hold = len(a.registered) + 1
}

func TestTheAccountIsRestoredHoweverListenEnds(t *testing.T) {
	t.Parallel()
	hangUpsReach()
	for name, signal := range map[string]os.Signal{"interrupt": os.Interrupt, "terminate": syscall.SIGTERM, "terminal closed": syscall.SIGHUP} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTestHome(t)
			a := newAccount(t, w)
			l := w.startListen(t, "vidiking", "localhost:1", w.with("--register", "--restore-url", production, "--yes")...)
			if a.now() != l.url {
				t.Errorf("when it is ready: got %s registered, want %s", a.now(), l.url)
			}
			if err := l.cmd.Process.Signal(signal); err != nil {
				t.Skipf("this system has no such signal: %v", err)
			}
			if code := l.wait(); code != 0 || a.now() != production {
				t.Errorf("got exit code %d with %s registered, want 0 with %s; stderr:\n%s", code, a.now(), production, l.said(l.stderr))
			}
		})
	}
}

// A process is killed at each moment at which the account may be wrong. The next command reports it, and one command restores it.
func TestAKilledListenIsRecoveredAtAnyStage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		kill func(t *testing.T, w *testHome, a *vidikingAccount)
	}{
		{"as it registers", func(t *testing.T, w *testHome, a *vidikingAccount) {
			a.holdNext()
			p := w.start(t, "vidiking", w.with("listen", "--addr", "127.0.0.1:0", "--register", "--yes")...)
			<-a.held
			p.kill()
		}},
		{"as it listens", func(t *testing.T, w *testHome, _ *vidikingAccount) {
			w.startListen(t, "vidiking", "localhost:1", w.with("--register", "--yes")...).kill()
		}},
		{"as it puts back", func(t *testing.T, w *testHome, a *vidikingAccount) {
			l := w.startListen(t, "vidiking", "localhost:1", w.with("--register", "--yes")...)
			a.holdNext()
			if err := l.cmd.Process.Signal(os.Interrupt); err != nil {
				t.Skipf("this system has no interrupts: %v", err)
			}
			<-a.held
			l.kill()
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newTestHome(t)
			a := newAccount(t, w)
			w.must(t, "config", "set-webhook", "--url", production, "--yes")
			tt.kill(t, w, a)
			_, _, stderr := w.run(t, "vidiking", w.with("webhooks", "list")...)
			if !strings.HasPrefix(stderr, "warning: a listen that was killed left its URL in your account: http://127.0.0.1:") {
				t.Errorf("the next command says\n%s\nwant that something is left", stderr)
			}
			w.must(t, "config", "restore-webhook")
			if a.now() != production {
				t.Errorf("got %s registered, want %s", a.now(), production)
			}
			if stderr := w.must(t, "webhooks", "list"); strings.Contains(stderr, "died") {
				t.Errorf("after that a command says\n%s\nwant nothing of it", stderr)
			}
		})
	}
}

// must runs a command that must succeed and returns its stderr.
func (w *testHome) must(t *testing.T, args ...string) string {
	t.Helper()
	code, _, stderr := w.run(t, "vidiking", w.with(args...)...)
	if code != 0 {
		t.Fatalf("%s ended with %d; stderr:\n%s", strings.Join(args, " "), code, stderr)
	}
	return stderr
}

// A user who interrupts twice wants to leave at once: the account may stay as it is, and the next command reports it.
func TestASecondInterruptAbortsAHangingRestore(t *testing.T) {
	t.Parallel()
	w := newTestHome(t)
	a := newAccount(t, w)
	w.must(t, "config", "set-webhook", "--url", production, "--yes")
	l := w.startListen(t, "vidiking", "localhost:1", w.with("--register", "--yes")...)
	a.holdNext()
	if err := l.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Skipf("this system has no interrupts: %v", err)
	}
	<-a.held
	if code := l.interrupt(); code != 130 {
		t.Errorf("got exit code %d, want 130; stderr:\n%s", code, l.said(l.stderr))
	}
	if a.now() != production {
		t.Errorf("got %s registered, want %s: there was time for another try", a.now(), production)
	}
}

// With a tunnel, the account gets the public URL before listen is ready, and the new URL when the tunnel reconnects with another one.
func TestTheAccountFollowsTheTunnelToItsNewURL(t *testing.T) {
	t.Parallel()
	w := newTestHome(t)
	a := newAccount(t, w)
	w.env = append(w.env, "VIDIKING_CONFIG="+w.configFile())
	server := testkit.NewSSHServer(t, testkit.SSHEvent)
	proxy, _ := testkit.ServeProxy(t, func(string) string { return server.Addr() }) // a proxy in place of localhost.run, which assigns a new name to each connection
	w.env = append(w.env, "HTTPS_PROXY=http://"+proxy)
	w.must(t, "config", "set-webhook", "--url", production, "--yes")
	l := w.startTunnel(t, "vidiking", "localhost:1", "--tunnel", "ssh", "--register", "--yes")
	l.await("it is ready", func() bool { return strings.Contains(l.said(l.stdout), "Ready") })
	first := l.info().PublicURL
	if a.now() != first {
		t.Errorf("when it is ready: got %s registered, want %s", a.now(), first)
	}
	server.DropConnections()
	l.await("the new URL is registered", func() bool { return a.now() != first && a.now() == l.info().PublicURL })
	l.await("that is said", func() bool { return strings.Contains(l.said(l.stderr), "Vidiking now sends to "+a.now()+", signed") })
	if code := l.interrupt(); code != 0 || a.now() != production {
		t.Errorf("got exit code %d with %s registered, want 0 with %s; stderr:\n%s", code, a.now(), production, l.said(l.stderr))
	}
}

func TestARegistrationWithAKilledTunnelIsRecovered(t *testing.T) {
	t.Parallel()
	edge := testkit.NewNgrokServer(t)
	w := newTestHome(t)
	w.throughEdge(t, edge)
	a := newAccount(t, w)
	w.must(t, "config", "set-webhook", "--url", production, "--yes")
	l := w.startTunnel(t, "vidiking", "localhost:1", "--register", "--yes")
	l.await("it is registered", func() bool { return a.now() == l.info().PublicURL })
	l.kill()
	if _, _, stderr := w.run(t, "vidiking", "webhooks", "list"); !strings.Contains(stderr, "warning: a listen that was killed left its URL in your account: "+a.now()) {
		t.Errorf("the next command says\n%s\nwant that %s is left", stderr, a.now())
	}
	w.must(t, "config", "restore-webhook")
	if a.now() != production {
		t.Errorf("got %s registered, want %s", a.now(), production)
	}
}

// Nothing is registered if the previous webhook cannot be saved, on a full or a read-only disk, and the error says why.
func TestNothingIsRegisteredOnAFullDisk(t *testing.T) {
	t.Parallel()
	onOwnDisk(t, "size=2m", func(*testHome) {}, func(w *testHome) {
		a := newAccount(t, w)
		fillUp(t, w.dir)
		refusesToChange(t, w, a)
	})
}

func TestNothingIsRegisteredOnAReadOnlyDisk(t *testing.T) {
	t.Parallel()
	onOwnDisk(t, "read-only", func(w *testHome) {
		w.configure(t, "api_key = \""+apiKey+"\"\napi_url = \"http://127.0.0.1:1/v1\"\n")
	}, func(w *testHome) { refusesToChange(t, w, &vidikingAccount{}) })
}

func refusesToChange(t *testing.T, w *testHome, a *vidikingAccount) {
	t.Helper()
	data := t.TempDir()
	for _, args := range [][]string{
		{"config", "set-webhook", "--url", production, "--yes"},
		{"listen", "--addr", "127.0.0.1:0", "--data-dir", data, "--register", "--restore-url", production, "--yes"},
	} {
		code, _, stderr := w.run(t, "vidiking", w.with(args...)...)
		if code != 1 || !strings.HasPrefix(stderr, "error: ") || !strings.Contains(stderr, "config.webhook.json") {
			t.Errorf("%s: got exit code %d, want 1 and the file named; stderr:\n%s", args[0], code, stderr)
		}
	}
	if a.now() != "" {
		t.Errorf("got %s registered, want nothing", a.now())
	}
}
