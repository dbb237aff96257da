package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

var update = flag.Bool("update", false, "write the transcripts that the stories compare with")

// TestMain makes `vidiking`, `handler` and their like commands that tests can run: each is this test binary, run as that program.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"vidiking":  func() { os.Exit(run()) },
		"handler":   func() { os.Exit(runHandler(os.Args[1:])) },
		"firstline": func() { os.Exit(runFirstLine(os.Args[1:])) },
		"mounted":   func() { os.Exit(runMounted(os.Args[1:])) },
		"proxy":     func() { os.Exit(runProxy(os.Args[1:])) },
	})
}

// TestStories runs testdata/script/*.txtar: what a user does, over the real main, in a home of its own.
func TestStories(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, "home")
			env.Setenv("HOME", home)
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(home, ".config"))
			env.Setenv("XDG_STATE_HOME", filepath.Join(home, ".local", "state"))
			env.Setenv("STATE", filepath.Join(home, ".local", "state", "vidiking"))
			env.Setenv("TZ", "UTC")
			env.Setenv("LANG", "C.UTF-8")
			env.Setenv("TERM", "xterm")
			return os.MkdirAll(home, 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await":      await,
			"transcript": transcript,
			"setfile":    setFile,
			"post":       post,
			"setaddr":    setAddr,
			"newer":      newer,
		},
	})
}

// await waits for what another process does:
//
//	await session    a listen can be found; its address becomes $URL
//	await sessions 2 so many can
//	await gone       none can
//	await refuses    the listen at $URL takes no more connections
//	await answer     something at $ADDR takes connections
//	await file NAME  a file has something in it
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: await session|sessions N|gone|refuses|answer|file NAME")
	}
	sessions := func(ok func(n int) bool) func() bool {
		return func() bool {
			live, err := session.Live(ts.Getenv("STATE"))
			ts.Check(err)
			if len(live) > 0 {
				ts.Setenv("URL", live[0].URL)
			}
			return ok(len(live))
		}
	}
	ok := map[string]func() bool{
		"session":  sessions(func(n int) bool { return n > 0 }),
		"sessions": sessions(func(n int) bool { return fmt.Sprint(n) == args[1] }),
		"gone":     sessions(func(n int) bool { return n == 0 }),
		"refuses": func() bool {
			u, err := url.Parse(ts.Getenv("URL"))
			return err == nil && !connects(u.Host)
		},
		"answer": func() bool { return connects(ts.Getenv("ADDR")) },
		"file": func() bool {
			b, err := os.ReadFile(ts.MkAbs(args[1]))
			return err == nil && len(b) > 0
		},
	}[args[0]]
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(30 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-timeout:
			ts.Fatalf("await %s: not within 30 s", strings.Join(args, " "))
		}
	}
}

func connects(addr string) bool {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err == nil {
		_ = conn.Close()
	}
	return err == nil
}

// newer makes a delivery log one of a version that is yet to come: SQLite keeps user_version in 4 bytes at offset 60 of the file
// (sqlite.org/fileformat2.html, 1.3.15).
func newer(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_WRONLY, 0)
	ts.Check(err)
	_, err = f.WriteAt([]byte{0, 0, 0x7f, 0xff}, 60)
	ts.Check(errors.Join(err, f.Close()))
}

// setFile sets a variable to what a file holds: `setfile ADDR addr`.
func setFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: setfile VARIABLE FILE")
	}
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile(args[1])))
}

// setAddr sets $TAKEN to the host and port of a URL in a variable: `setaddr URL`.
func setAddr(ts *testscript.TestScript, _ bool, args []string) {
	u, err := url.Parse(ts.Getenv(args[0]))
	ts.Check(err)
	ts.Setenv("TAKEN", u.Host)
}

// post sends a POST as a stranger would, and checks the code: `post CODE URL BODYFILE ['Name: value'…]`.
func post(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: post CODE URL BODYFILE [HEADER…]")
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, args[1], strings.NewReader(ts.ReadFile(args[2])))
	ts.Check(err)
	for _, h := range args[3:] {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Add(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	_, _ = fmt.Fprintf(ts.Stdout(), "%d %s", resp.StatusCode, body)
	if fmt.Sprint(resp.StatusCode) != args[0] {
		ts.Fatalf("POST %s: got %d %s, want %s", args[1], resp.StatusCode, body, args[0])
	}
}

// transcript makes the same what differs from run to run in what a command printed, to be compared: `transcript stdout`, then
// `cmp stdout want`.
func transcript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: transcript stdout|stderr|ttyout|FILE")
	}
	_, err := io.WriteString(ts.Stdout(), steady(ts.ReadFile(args[0])))
	ts.Check(err)
}

// steady replaces times, ids, ports and durations. What stands in a column keeps its width.
func steady(s string) string {
	for _, r := range []struct{ pattern, with string }{
		{`\r\n`, "\n"},
		{`dlv_[0-9a-hjkmnp-tv-z]{10}`, "dlv_0000000000"},
		{`dlv_[0-9a-hjkmnp-tv-z]{6}\b`, "dlv_000000"},
		{`(job|img)_[0-9a-z]{6}\b`, "${1}_000000"},
		{`\d\d:\d\d:\d\d`, "00:00:00"},
		{`20\d\d-\d\d-\d\dT00:00:00(\.\d+)?Z`, "2026-01-01T00:00:00Z"},
		{`20\d\d-\d\d-\d\d`, "2026-01-01"},
		{`(127\.0\.0\.1|localhost):\d\d\d\d+`, "$1:9999"},
		{`whsec_…[0-9A-Za-z]{4}`, "whsec_…0000"},
		{`sha256=[0-9a-f]+…[0-9a-f]+`, "sha256=0…0"},
		{`sha256=[0-9a-f]{64}`, "sha256=00"},
		{`_ms":[0-9.]+`, `_ms":0`},
		{`"Date","[^"]+"`, `"Date",""`},
		{`base64":"[^"]+"`, `base64":"AA=="`},
		{`"data_dir":"[^"]+"`, `"data_dir":"…"`},
	} {
		s = regexp.MustCompile(r.pattern).ReplaceAllString(s, r.with)
	}
	return regexp.MustCompile(` *<?\d+(\.\d+)? (µs|ms|s)\b`).ReplaceAllStringFunc(s, func(took string) string {
		if before := len(took) - len(strings.TrimLeft(took, " ")); before < 2 {
			return strings.Repeat(" ", before) + "# ms"
		}
		return fmt.Sprintf("%*s", len([]rune(took)), "# ms")
	})
}

// runHandler is a developer's handler: `handler MODE FILE` serves on a free loopback port, or on that of FILE if it has one, until it
// is interrupted. It writes its address to FILE, and what it received to FILE.body.
func runHandler(args []string) int {
	mode, file := args[0], args[1]
	addr := "127.0.0.1:0"
	if b, err := os.ReadFile(file); err == nil && len(b) > 0 {
		addr = strings.TrimSpace(string(b))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return 1
	}
	server := &http.Server{Handler: handlerMode(ctx, mode, file), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := writeWhole(file, ln.Addr().String()); err != nil {
		return 1
	}
	if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return 1
	}
	return 0
}

// runFirstLine runs a command and goes away as its reader after the first line, which it writes to a file: `firstline FILE COMMAND…`.
func runFirstLine(args []string) int {
	cmd := exec.Command(args[1], args[2:]...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil || cmd.Start() != nil {
		return 1
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	go func() { _ = cmd.Process.Signal(<-interrupted) }()
	line, err := bufio.NewReaderSize(out, 16).ReadString('\n')
	if errors.Join(err, out.Close(), writeWhole(args[0], line)) != nil {
		return 1
	}
	if cmd.Wait() != nil {
		return 1
	}
	return 0
}

// writeWhole writes a file so that who waits for it never sees half of it.
func writeWhole(name, text string) error {
	if err := os.WriteFile(name+".tmp", []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(name+".tmp", name)
}

func handlerMode(ctx context.Context, mode, file string) http.HandlerFunc {
	secret := webhook.SecretFrom(os.Getenv("VIDIKING_WEBHOOK_SECRET"))
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		_ = os.WriteFile(file+".body", body, 0o600)
		sig := r.Header.Get(webhook.SignatureHeader)
		switch mode {
		case "verify", "bare":
			style := signature.StylePrefixed
			if mode == "bare" {
				style = signature.StyleBare
			}
			if sig != signature.Sign(secret, body, style) {
				http.Error(w, `{"error":"invalid signature"}`, http.StatusUnauthorized)
				return
			}
		case "slow":
			select {
			case <-ctx.Done():
			case <-r.Context().Done():
			}
			return
		case "crash":
			panic(http.ErrAbortHandler)
		case "redirect":
			http.Redirect(w, r, "/login", http.StatusFound)
			return
		default:
			var code int
			if _, err := fmt.Sscan(mode, &code); err == nil {
				w.WriteHeader(code)
			}
		}
		_, _ = io.WriteString(w, `{"received":true}`)
	}
}
