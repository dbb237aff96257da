package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// await waits until another process has done something:
//
//	await session    a listen can be found; sets $URL to its address
//	await sessions 2 that many can be found
//	await gone       none can be found
//	await refuses    the listen at $URL accepts no connections
//	await answer     a server at $ADDR accepts connections
//	await file NAME  a file is not empty
//	await text NAME TEXT  a file contains the text
//	await count NAME TEXT N  a file contains the text N times
//	await dead FILE  the process whose id is in a file has ended
//	await tried N    the newest delivery in the log has N attempts
//	await more N     the log has more than N deliveries
//	await settled    no delivery in the log is pending
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: await session|sessions N|gone|refuses|answer|vacant|file NAME|text NAME TEXT|count NAME TEXT N|tried N|dead FILE|more N|settled")
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
		"vacant": func() bool { return !connects(ts.Getenv("ADDR")) },
		"text": func() bool {
			b, err := os.ReadFile(ts.MkAbs(args[1]))
			return err == nil && strings.Contains(string(b), args[2])
		},
		"count": func() bool {
			b, err := os.ReadFile(ts.MkAbs(args[1]))
			return err == nil && fmt.Sprint(strings.Count(string(b), args[2])) == args[3]
		},
		"dead":  func() bool { return isDead(ts.ReadFile(args[1])) },
		"tried": func() bool { return fmt.Sprint(attemptsOfLast(ts)) == args[1] },
		"more": func() bool {
			n, err := countLogged(ts, store.Query{})
			atLeast, _ := strconv.Atoi(args[1])
			return err == nil && n > atLeast
		},
		"settled": func() bool {
			n, err := countLogged(ts, pending())
			return err == nil && n == 0
		},
		"file": func() bool {
			b, err := os.ReadFile(ts.MkAbs(args[1]))
			return err == nil && len(b) > 0
		},
	}[args[0]]
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(testTimeout)
	for !ok() {
		select {
		case <-tick.C:
		case <-late:
			ts.Fatalf("await %s: not within %v", strings.Join(args, " "), testTimeout)
		}
	}
}

// countLogged returns how many deliveries of the story's log match a query.
func countLogged(ts *testscript.TestScript, q store.Query) (int, error) {
	r, err := store.OpenReader(context.Background(), ts.Getenv("STATE"))
	if err != nil {
		return 0, err
	}
	defer func() { _ = r.Close() }()
	return r.Count(context.Background(), q)
}

// attemptsOfLast returns the number of attempts of the newest delivery.
func attemptsOfLast(ts *testscript.TestScript) int {
	r, err := store.OpenReader(context.Background(), ts.Getenv("STATE"))
	ts.Check(err)
	defer func() { _ = r.Close() }()
	last, err := r.Resolve(context.Background(), store.Last, "")
	ts.Check(err)
	return last.Attempts
}

func connects(addr string) bool {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err == nil {
		_ = conn.Close()
	}
	// A full queue of a busy server drops connections, which then time out.
	return err == nil || os.IsTimeout(err)
}

// unserved checks that nothing accepts connections at $ADDR.
func unserved(ts *testscript.TestScript, _ bool, _ []string) {
	if addr := ts.Getenv("ADDR"); connects(addr) {
		ts.Fatalf("something still accepts connections at %s", addr)
	}
}

// exits runs a command that must end with a code: `exits 5 vidiking webhooks wait render.complete`.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	code := 0
	var ended *exec.ExitError
	err := ts.Exec(args[1], args[2:]...)
	switch {
	case errors.As(err, &ended):
		code = ended.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("%s: got exit code %d, want %s", strings.Join(args[1:], " "), code, args[0])
	}
}

// newer gives a delivery log the schema version of a future release. SQLite keeps user_version in 4 bytes at offset 60 of the file
// (sqlite.org/fileformat2.html, 1.3.15).
func newer(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_WRONLY, 0)
	ts.Check(err)
	_, err = f.WriteAt([]byte{0, 0, 0x7f, 0xff}, 60)
	ts.Check(errors.Join(err, f.Close()))
}

// firstID sets a variable to the first id in a command's output: `firstid ONE stdout`.
func firstID(ts *testscript.TestScript, _ bool, args []string) {
	id := regexp.MustCompile(`dlv_[0-9a-z]{10}`).FindString(ts.ReadFile(args[1]))
	if id == "" {
		ts.Fatalf("there is no id in %s", args[1])
	}
	ts.Setenv(args[0], id)
}

// firstFile sets a variable to the first file of a directory: `firstfile BODY bodies`.
func firstFile(ts *testscript.TestScript, _ bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[1]))
	ts.Check(err)
	if len(entries) == 0 {
		ts.Fatalf("there is no file in %s", args[1])
	}
	ts.Setenv(args[0], filepath.Join(args[1], entries[0].Name()))
}

// replace copies a file and replaces a part of it: `replace FROM TO OLD NEW`.
func replace(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[2]) {
		ts.Fatalf("%s has no %s in it", args[0], args[2])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Replace(text, args[2], args[3], 1)), 0o600))
}

// setFile sets a variable to the content of a file: `setfile ADDR addr`.
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

// post sends a POST like an unknown sender and checks the status code: `post CODE URL BODYFILE ['Name: value'…]`.
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
	visible := awaitVisible(ts)
	stranger := &http.Transport{} // without connections to an earlier listen
	defer stranger.CloseIdleConnections()
	resp, err := stranger.RoundTrip(req)
	ts.Check(err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	_, _ = fmt.Fprintf(ts.Stdout(), "%d %s", resp.StatusCode, body)
	if fmt.Sprint(resp.StatusCode) != args[0] {
		ts.Fatalf("POST %s: got %d %s, want %s", args[1], resp.StatusCode, body, args[0])
	}
	switch resp.StatusCode {
	case http.StatusOK, http.StatusUnauthorized, http.StatusInternalServerError, http.StatusBadGateway:
		visible()
	}
}

// awaitVisible returns a function that waits until the log shows one more delivery and its attempt. Other processes see a delivery some
// milliseconds after its sender has the response. A delivery that stays pending, or is in another log, is waited for only a moment.
func awaitVisible(ts *testscript.TestScript) (wait func()) {
	count := func() (all, pending int) {
		r, err := store.OpenReader(context.Background(), ts.Getenv("STATE"))
		if err != nil {
			return 0, 0
		}
		defer func() { _ = r.Close() }()
		all, _ = r.Count(context.Background(), store.Query{Probes: true})
		pending, _ = r.Count(context.Background(), store.Query{Filter: filter.WithStatus(webhook.StatusPending)})
		return all, pending
	}
	allBefore, pendingBefore := count()
	return func() {
		poll := time.NewTicker(5 * time.Millisecond)
		defer poll.Stop()
		for range 40 {
			if all, pending := count(); all > allBefore && pending <= pendingBefore {
				return
			}
			<-poll.C
		}
	}
}

// flood sends N unsigned deliveries, one after the other: `flood URL N`.
func flood(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	for range n {
		resp, err := http.Post(args[0], "application/json", strings.NewReader(strings.Repeat("x", 1000)))
		ts.Check(err)
		_ = resp.Body.Close()
	}
}

// transcript replaces values that differ between runs in a command's output, to compare it: `transcript stdout`, then
// `cmp stdout want`.
func transcript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: transcript stdout|stderr|ttyout|FILE")
	}
	_, err := io.WriteString(ts.Stdout(), steady(ts.ReadFile(args[0])))
	ts.Check(err)
}

// steady replaces times, ids, ports and durations. In columns it keeps their width.
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
		{`process \d+`, "process 9999"},
		{`since \d\d:\d\d`, "since 00:00"},
		{`vidiking devel \(.*?\)`, "vidiking devel"},
		{`\d+ kB of`, "# kB of"},
		{`whsec_…[0-9A-Za-z]{4}`, "whsec_…0000"},
		{`sha256=[0-9a-f]+…[0-9a-f]+`, "sha256=0…0"},
		{`sha256=[0-9a-f]{64}`, "sha256=00"},
		{`_ms":[0-9.]+`, `_ms":0`},
		{`"Date","[^"]+"`, `"Date",""`},
		{`base64":"[^"]+"`, `base64":"AA=="`},
		{`sha256":"[0-9a-f]+"`, `sha256":"00"`},
		{`"session":"[^"]+"`, `"session":"…"`},
		{`"project":"[^"]+"`, `"project":"…"`},
		{`"data_dir":"[^"]+"`, `"data_dir":"…"`},
	} {
		s = regexp.MustCompile(r.pattern).ReplaceAllString(s, r.with)
	}
	// In a row, the duration is right-aligned in its column and may fill it.
	s = regexp.MustCompile(` +<?\d+(\.\d+)? (µs|ms|s)  dlv_`).ReplaceAllStringFunc(s, func(took string) string {
		return fmt.Sprintf("%*s", len([]rune(took)), "# ms  dlv_")
	})
	return regexp.MustCompile(` *<?\d+(\.\d+)? (µs|ms|s)\b`).ReplaceAllStringFunc(s, func(took string) string {
		if before := len(took) - len(strings.TrimLeft(took, " ")); before < 2 {
			return strings.Repeat(" ", before) + "# ms"
		}
		return fmt.Sprintf("%*s", len([]rune(took)), "# ms")
	})
}
