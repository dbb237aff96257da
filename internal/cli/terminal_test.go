package cli_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/cli"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

var update = flag.Bool("update", false, "write the golden files")

const secret = "whsec_the_secret_of_these_tests_Kq7T"

// terminal is a user's terminal with a home directory, a clock that starts at a fixed time, and a screen that shows stdout and stderr in
// the order they are written.
type terminal struct {
	t     *testing.T
	home  string
	width int
	env   map[string]string
	clock *clock
	dice  io.Reader
	types string // the user's answers to questions; empty if stdin is not a terminal

	mu     sync.Mutex
	screen bytes.Buffer
}

// clock advances by a millisecond each time it is read, so durations are greater than zero.
type clock struct{ ticks atomic.Int64 }

func (c *clock) now() time.Time {
	start := time.Date(2026, 3, 2, 13, 2, 7, 0, time.UTC)
	return start.Add(time.Duration(c.ticks.Add(1)) * time.Millisecond)
}

func newTerminal(t *testing.T, width int) *terminal {
	return &terminal{
		t: t, home: t.TempDir(), width: width, clock: &clock{}, dice: &dice{rand.New(rand.NewChaCha8([32]byte{1}))},
		env: map[string]string{"VIDIKING_WEBHOOK_SECRET": secret, "LANG": "C.UTF-8", "NO_COLOR": "1"},
	}
}

// dice is a random source that returns the same bytes in every run.
type dice struct{ r *rand.Rand }

func (d *dice) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(d.r.Uint32())
	}
	return len(p), nil
}

func (x *terminal) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.screen.Write(p)
}

// text returns what the screen shows while a command runs.
func (x *terminal) text() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.screen.String()
}

// environment returns the terminal and its settings as the program sees them.
func (x *terminal) environment(signals <-chan os.Signal, args ...string) cli.Environment {
	return cli.Environment{
		Args: args,
		Streams: cli.Streams{
			Stdin: strings.NewReader(x.types), StdinTerminal: x.types != "", Stdout: x, Stderr: x,
			StdoutTerminal: true, StderrTerminal: true, Width: func() int { return x.width },
		},
		LookupEnv: func(name string) (string, bool) { v, ok := x.env[name]; return v, ok },
		Home:      x.home, WorkDir: x.home, GOOS: "linux",
		Now: x.clock.now, Location: time.FixedZone("CET", 3600), Random: x.dice, Signals: func() <-chan os.Signal { return signals },
	}
}

// run runs a command and shows its output, and its exit code unless it is 0.
func (x *terminal) run(args ...string) int {
	x.t.Helper()
	_, _ = fmt.Fprintf(x, "$ vidiking %s\n", strings.Join(args, " "))
	code := cli.Main(context.Background(), x.environment(nil, args...))
	if code != 0 {
		_, _ = fmt.Fprintf(x, "$ echo $?\n%d\n", code)
	}
	_, _ = fmt.Fprintln(x)
	return code
}

// golden compares the screen with a file in testdata. It replaces ports and durations, which differ between runs.
func (x *terminal) golden(name string) {
	x.t.Helper()
	x.mu.Lock()
	got := x.screen.String()
	x.mu.Unlock()
	if strings.Contains(got, secret[len("whsec_"):len(secret)-4]) {
		x.t.Errorf("%s: the screen shows the secret:\n%s", name, got)
	}
	for _, r := range []struct{ pattern, with string }{
		{`(127\.0\.0\.1|localhost):\d+`, "localhost:3000"},
		{`(p50|p99|in) \d+ ms`, "$1 1 ms"},
		{`process \d+`, "process 4711"},
		{`vidiking devel \(.*?\)`, "vidiking devel"},
		{`\d+ kB of`, "53 kB of"},
		{`[^\s]+/001`, "/home/dev"},
		// Lines that appear only when an operation takes long, for example on a busy machine.
		{`(?m)^.*(Putting back your account's webhook|Waiting for the answer of localhost:3000)\..*\n`, ""},
	} {
		got = regexp.MustCompile(r.pattern).ReplaceAllString(got, r.with)
	}
	got = regexp.MustCompile(` +\d+ ms  (\x1b\[2m)?dlv_`).ReplaceAllStringFunc(got, func(took string) string {
		before, id, _ := strings.Cut(took, " ms")
		return strings.Repeat(" ", len(before)-1) + "1 ms" + id
	})
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			x.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		x.t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		x.t.Errorf("the screen differs from %s (-want +got):\n%s", path, diff)
	}
}

// handler is a developer's handler. Tests can change its responses.
type handler struct {
	*httptest.Server
	refuse atomic.Bool
}

func newHandler(t *testing.T) *handler {
	h := &handler{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		w.Header()["Date"] = nil // it would contain the real time
		want := signature.Sign(webhook.SecretFrom(secret), body, signature.StylePrefixed)
		if h.refuse.Load() || r.Header.Get(webhook.SignatureHeader) != want {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":"invalid signature"}`)
			return
		}
		_, _ = io.WriteString(w, `{"received":true}`)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *handler) addr() string { return strings.TrimPrefix(h.URL, "http://") }

// listening is a `listen` that runs in another terminal.
type listening struct {
	*terminal
	signals chan os.Signal
	ended   chan int
}

// listen starts a listen that shares home, clock and dice. It returns when other commands can find it.
func (x *terminal) listen(args ...string) *listening {
	x.t.Helper()
	other := &terminal{t: x.t, home: x.home, width: x.width, env: x.env, clock: x.clock, dice: &dice{rand.New(rand.NewChaCha8([32]byte{2}))}, types: x.types}
	l := &listening{terminal: other, signals: make(chan os.Signal, 2), ended: make(chan int, 1)}
	args = append([]string{"listen", "--addr", "127.0.0.1:0"}, args...)
	go func() { l.ended <- cli.Main(context.Background(), other.environment(l.signals, args...)) }()
	x.until("the listen can be found", func() bool {
		live, err := session.Live(filepath.Join(x.home, ".local", "state", "vidiking"))
		return err == nil && len(live) == 1
	})
	return l
}

// interrupt ends the listen by Ctrl-C and returns its exit code.
func (l *listening) interrupt() int {
	l.signals <- syscall.SIGINT
	return <-l.ended
}

// shows waits until the screen contains the text.
func (x *terminal) shows(text string) {
	x.t.Helper()
	x.until("the screen shows "+text, func() bool { return strings.Contains(x.text(), text) })
}

// until waits for a condition that another goroutine or process fulfills.
func (x *terminal) until(what string, ok func() bool) {
	x.t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	const patience = 2 * time.Minute
	timeout := time.After(patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-timeout:
			x.t.Fatalf("not within %v: %s; the screen:\n%s", patience, what, x.text())
		}
	}
}

// checkEnds runs the program and checks its exit code and the start of its output.
func (x *terminal) checkEnds(w cli.Environment, code int, says string) {
	x.t.Helper()
	x.screen.Reset()
	if got := cli.Main(context.Background(), w); got != code {
		x.t.Errorf("%v: got exit code %d, want %d", w.Args, got, code)
	}
	if got := x.screen.String(); !strings.HasPrefix(got, says) {
		x.t.Errorf("%v: got\n%swant\n%s", w.Args, got, says)
	}
}

// post sends bytes to a listen like an unknown sender.
func (x *terminal) post(body string) {
	x.t.Helper()
	live, err := session.Live(filepath.Join(x.home, ".local", "state", "vidiking"))
	if err != nil || len(live) != 1 {
		x.t.Fatalf("got %d listens, %v; want one", len(live), err)
	}
	resp, err := http.Post(live[0].URL, "application/octet-stream", strings.NewReader(body))
	if err != nil {
		x.t.Fatal(err)
	}
	_ = resp.Body.Close()
}
