//go:build !windows

package main

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// answering is a handler with its address.
func answering(t *testing.T, code int) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(code)
		_, _ = io.WriteString(w, `{"received":true}`)
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

func TestListenWithAScreenPrintsItsSummaryAfterTheScreen(t *testing.T) {
	t.Parallel()
	w := newTestHome(t)
	x := w.sit(t, 80, 24, "listen", "--tui", "--addr", "127.0.0.1:0", "--forward", answering(t, 200))
	x.shows("u copy")
	x.shows("Send your first event")
	if !x.inScreen() {
		t.Error("it did not switch to the alternate screen")
	}
	x.types("t")
	x.shows("a render job finished")
	x.types("rcompl\r")
	x.shows("✓ render.complete")
	x.shows(": ✓ 200 in")
	x.shows(`status "COMPLETE"`)
	x.resize(130, 34)
	x.shows("┬─ [Story] Payload")
	x.types("\t\t\t")
	x.shows("[Response]")
	x.types("r")
	x.shows("replayed as")
	x.shows("Replay of")
	x.resize(20, 5)
	x.shows("20 x 5 is too small.")
	x.resize(80, 24)
	x.shows("Deliveries 2 ")
	x.types("q")
	x.shows("Stop listening? y/n")
	x.types("n")
	x.shows("? help")
	x.types("qy")
	x.leaves(0)
	x.shows("✓ Stopped")
	x.shows("received 2   delivered 2   refused 0")
}

func TestCommandsOnTheScreenAreShownInFull(t *testing.T) {
	t.Parallel()
	w := newTestHome(t)
	w.env = append(w.env, "VIDIKING_WEBHOOK_SECRET=") // listen generates one
	x := w.sit(t, 100, 40, "listen", "--tui", "--data-dir", "elsewhere", "--addr", "127.0.0.1:0", "--forward", answering(t, 401))
	x.shows("Your handler needs the secret: vidiking --data-dir elsewhere listen --print-secret")
	x.types("t\r")
	x.shows("cause  The secret whsec_")
	x.shows("Print it: vidiking --data-dir elsewhere listen --print-secret")
	x.types("qy")
	x.leaves(0)
}

func TestListenWithAScreenDrainsOnSignalsAndKeys(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*ptySession){
		"SIGTERM": func(x *ptySession) { _ = x.cmd.Process.Signal(syscall.SIGTERM) },
		"SIGINT":  func(x *ptySession) { _ = x.cmd.Process.Signal(syscall.SIGINT) },
		"Ctrl-C":  func(x *ptySession) { x.types("\x03") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newTestHome(t).sit(t, 100, 30, "listen", "--tui", "--addr", "127.0.0.1:0", "--forward", answering(t, 200))
			x.shows("u copy")
			x.shows("? help")
			end(x)
			x.leaves(0)
			x.shows("✓ Stopped")
		})
	}
}

func TestWatchNextToAListen(t *testing.T) {
	t.Parallel()
	w := newTestHome(t)
	x := w.sit(t, 80, 24, "watch")
	x.shows("○ listen is not running")
	x.shows("Waiting for the first delivery")
	l := w.start(t, program(t), "listen", "--addr", "127.0.0.1:0", "--forward", answering(t, 401))
	x.shows("u copy")
	x.shows("Start your server on 127.0.0.1")
	if code, _, stderr := w.run(t, program(t), "trigger", "render.failed"); code != 3 {
		t.Fatalf("trigger ended with %d: %s", code, stderr)
	}
	x.shows("✗ render.failed")
	x.shows("● ✗ 1")
	x.types("\t\t\t")
	x.shows("▾ 1")
	x.types("r")
	x.shows("replayed as")
	x.shows("✗ 401 refused in")
	x.types("/")
	x.types("origin:replay")
	x.shows("1 of 2")
	x.types("\r")
	x.types("y")
	x.shows("Copied the id")
	x.until("the terminal is handed the id (OSC 52)", func() bool {
		x.mu.Lock()
		defer x.mu.Unlock()
		return strings.Contains(x.raw.String(), "\x1b]52;c;ZGx2X") // dlv_ in base64
	})
	l.kill()
	x.shows("○ listen is not running")
	x.types("q")
	x.leaves(0)
}

func TestEditingOnTheScreenSendsTheSavedBodyWithANewSignature(t *testing.T) {
	t.Parallel()
	w := newTestHome(t)
	to := answering(t, 200)
	if code, _, stderr := w.run(t, program(t), "trigger", "render.complete", "--to", to); code != 0 {
		t.Fatalf("trigger ended with %d: %s", code, stderr)
	}
	w.env = append(w.env, "VISUAL="+w.editor(t, "COMPLETE", "EDITED"))
	x := w.sit(t, 80, 24, "watch", "--to", to)
	x.shows(`"COMPLETE"`)
	x.types("e")
	x.shows("edited and sent as")
	x.shows(`"EDITED"`)
	x.types("\t\t\t\t")
	x.shows("verdict   valid")
	x.types("q")
	x.leaves(0)
}

func TestAnUnsentEditShowsTheReason(t *testing.T) {
	t.Parallel()
	w := newTestHome(t)
	to := answering(t, 200)
	send := func(args ...string) {
		t.Helper()
		if code, _, stderr := w.run(t, program(t), append([]string{"trigger", "--to", to}, args...)...); code != 0 {
			t.Fatalf("trigger ended with %d: %s", code, stderr)
		}
	}
	send("render.complete")
	for _, tc := range []struct{ editor, want string }{
		{w.script(t, `: > "$1"`), "The payload was saved empty, so nothing is sent."},
		{w.script(t, "true"), "Nothing was changed, so nothing is sent."},
		{"/usr/local/bin/an-editor-that-is-not-there", "set it to another one: export VISUAL='code --wait'"},
		{w.script(t, "exit 3"), "another editor: export VISUAL='code --wait'"},
	} {
		w := *w
		w.env = append(w.env[:len(w.env):len(w.env)], "VISUAL="+tc.editor)
		x := w.sit(t, 80, 24, "watch", "--to", to)
		x.shows(`"COMPLETE"`)
		x.types("e")
		x.shows(tc.want)
		if strings.Contains(x.text(), "--set") {
			t.Errorf("with %s it names a flag that there is none of here:\n%s", tc.editor, x.text())
		}
		x.types("q")
		x.leaves(0)
	}
}

func TestABinaryBodyOnTheScreenSuggestsTheCommandThatShowsIt(t *testing.T) {
	t.Parallel()
	w := newTestHome(t)
	x := w.sit(t, 80, 24, "listen", "--tui", "--verify", "off", "--addr", "127.0.0.1:0", "--forward", answering(t, 200))
	x.shows("u copy")
	l := &listening{process: &process{tb: t, cmd: x.cmd, ended: x.ended}, dir: w.dir}
	x.until("listen is announced", l.announced)
	answer, err := http.Post(l.url, "application/octet-stream", strings.NewReader("\x00\xff\xfe"))
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	x.shows("3 B, not text")
	x.types("e")
	x.until("the command has the id", func() bool {
		return regexp.MustCompile(`show its bytes: vidiking webhooks show dlv_[0-9a-z]{6} --raw`).MatchString(x.text())
	})
	x.types("qy")
	x.leaves(0)
}

func TestTheScreenShowsARunningHandlerAsUp(t *testing.T) {
	t.Parallel()
	x := newTestHome(t).sit(t, 80, 24, "listen", "--tui", "--addr", "127.0.0.1:0", "--forward", answering(t, 200))
	x.shows(" is up")
	x.types("qy")
	x.leaves(0)
}

func TestTheScreenReportsADeletedLog(t *testing.T) {
	t.Parallel()
	w := newTestHome(t)
	to := answering(t, 200)
	send := func(event string) {
		t.Helper()
		if code, _, stderr := w.run(t, program(t), "trigger", event, "--to", to); code != 0 {
			t.Fatalf("trigger ended with %d: %s", code, stderr)
		}
	}
	send("render.complete")
	x := w.sit(t, 80, 24, "watch")
	x.shows("✓ render.complete")
	files, err := filepath.Glob(filepath.Join(w.dir, "deliveries.db*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the log is not in %s: %v", w.dir, err)
	}
	for _, f := range files {
		if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	x.shows("! The delivery log was deleted. The next delivery creates a new one")
	send("wallet.deposit")
	x.shows("✓ wallet.deposit")
	x.types("q")
	x.leaves(0)
}

func TestTheScreenReportsADamagedLogWithAFix(t *testing.T) {
	t.Parallel()
	w := newTestHome(t)
	write := func(text string) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(w.dir, 0o700), os.WriteFile(filepath.Join(w.dir, "deliveries.db"), []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	write(strings.Repeat("this is no database", 1000))
	x := w.sit(t, 80, 24, "watch")
	x.leaves(1)
	x.shows("error: the delivery log is damaged")
	x.shows("hint:  move that file away to start a new log")

	if err := os.Remove(filepath.Join(w.dir, "deliveries.db")); err != nil {
		t.Fatal(err)
	}
	x = w.sit(t, 80, 24, "watch")
	x.shows("Waiting for the first delivery")
	write(strings.Repeat("this is no database", 1000))
	x.shows("! the delivery log is damaged:")
	x.shows("move that file away to start a new log")
	x.types("q")
	x.leaves(0)
}

func TestClosingTheTerminalEndsTheScreen(t *testing.T) {
	t.Parallel()
	hangUpsReach()
	x := newTestHome(t).sit(t, 80, 24, "watch")
	x.shows("listen is not running")
	_ = x.cmd.Process.Signal(syscall.SIGHUP)
	x.leaves(0)
}
