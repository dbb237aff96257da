//go:build !windows

package main

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"golang.org/x/term"

	"github.com/vidiking/vidiking-cli/internal/testkit"
)

// ptySession is a user at a pseudo-terminal, with an emulator of its screen.
type ptySession struct {
	t      testing.TB
	cmd    *exec.Cmd
	pty    *os.File
	slave  *os.File    // the program's end
	before *term.State // of the terminal, before the program started
	ended  chan struct{}

	mu     sync.Mutex
	screen *vt.Emulator
	titles testkit.Titles
	raw    strings.Builder
}

// sit runs vidiking in a terminal of the given size.
func (w *testHome) sit(t testing.TB, width, height int, args ...string) *ptySession {
	t.Helper()
	return w.sitAt(t, program(t), width, height, args...)
}

// sitAt is like sit, with another build of vidiking.
func (w *testHome) sitAt(t testing.TB, program string, width, height int, args ...string) *ptySession {
	t.Helper()
	x := &ptySession{t: t, cmd: exec.CommandContext(t.Context(), program, args...), screen: vt.NewEmulator(width, height), ended: make(chan struct{})}
	x.cmd.Env, x.cmd.Dir = append(w.environment(), "TERM=xterm-256color", "SHELL=/bin/sh"), w.home
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	x.pty, x.slave = master, slave
	if err := pty.Setsize(slave, &pty.Winsize{Rows: uint16(height), Cols: uint16(width)}); err != nil {
		t.Fatal(err)
	}
	if x.before, err = term.GetState(int(slave.Fd())); err != nil {
		t.Fatal(err)
	}
	x.cmd.Stdin, x.cmd.Stdout, x.cmd.Stderr = slave, slave, slave
	x.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := x.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go x.read()
	go func() { _, _ = io.Copy(master, x.screen) }() // the terminal's replies to queries
	go func() {
		defer close(x.ended)
		_ = x.cmd.Wait() // the exit status is in ProcessState
	}()
	t.Cleanup(func() {
		_ = x.cmd.Process.Kill()
		<-x.ended
		_ = errors.Join(slave.Close(), master.Close(), x.screen.InputPipe().(io.Closer).Close()) // Close itself races with Read
	})
	return x
}

func (x *ptySession) read() {
	buf := make([]byte, 32<<10)
	for {
		n, err := x.pty.Read(buf)
		x.mu.Lock()
		for b := range sequences(x.titles.Filter(buf[:n])) {
			x.draw(b)
		}
		x.raw.Write(buf[:n])
		x.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// sequences splits bytes before each escape.
func sequences(b []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for len(b) > 0 {
			end := 1 + bytes.IndexByte(b[1:], '\x1b')
			if end == 0 {
				end = len(b)
			}
			if !yield(b[:end]) {
				return
			}
			b = b[end:]
		}
	}
}

// draw feeds bytes to the emulator. The emulator panics if a scroll region extends below the screen, which happens when the program has not
// noticed yet that the terminal was made smaller. Terminals ignore that, and the program redraws when it notices.
func (x *ptySession) draw(b []byte) {
	defer func() { _ = recover() }()
	_, _ = x.screen.Write(b)
}

func TestEmulatorShowsNoPartOfATitle(t *testing.T) {
	t.Parallel()
	x := newTestHome(t).sitAt(t, "/bin/sh", 80, 24, "-c", `printf 'one\033]2;✗ 1 vidiking\a two'; read -r x`)
	x.shows("one two")
}

func TestEmulatorSurvivesAShrunkTerminal(t *testing.T) {
	t.Parallel()
	x := newTestHome(t).sitAt(t, "/bin/sh", 80, 24, "-c", `printf 'ready\n'; read -r x; printf '\033[8;23r\033[8H\033[8T\033[r\033[Hwhole'; read -r x`)
	x.shows("ready")
	x.resize(80, 10)
	x.types("\r")
	x.shows("whole")
}

// text returns the text on the screen.
func (x *ptySession) text() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.screen.String()
}

// inScreen reports whether the program uses the alternate screen.
func (x *ptySession) inScreen() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.screen.IsAltScreen()
}

func (x *ptySession) until(what string, ok func() bool) {
	x.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(testTimeout)
	for !ok() {
		select {
		case <-tick.C:
		case <-late:
			x.t.Fatalf("not within %v: %s; the screen:\n%s", testTimeout, what, x.text())
		}
	}
}

// shows waits until the screen contains the text.
func (x *ptySession) shows(want string) {
	x.t.Helper()
	x.until("the screen shows "+want, func() bool { return strings.Contains(x.text(), want) })
}

// types types keys.
func (x *ptySession) types(keys string) {
	x.t.Helper()
	if _, err := x.pty.WriteString(keys); err != nil {
		x.t.Fatal(err)
	}
}

func (x *ptySession) resize(width, height int) {
	x.t.Helper()
	x.mu.Lock()
	x.screen.Resize(width, height)
	x.mu.Unlock()
	if err := pty.Setsize(x.pty, &pty.Winsize{Rows: uint16(height), Cols: uint16(width)}); err != nil {
		x.t.Fatal(err)
	}
}

// leaves waits for the end of the program and checks that the terminal is restored.
func (x *ptySession) leaves(code int) {
	x.t.Helper()
	select {
	case <-x.ended:
	case <-time.After(testTimeout):
		x.t.Fatalf("it did not end within %v; the screen:\n%s", testTimeout, x.text())
	}
	if got := x.cmd.ProcessState.ExitCode(); got != code {
		x.t.Errorf("exit code %d, want %d; the screen:\n%s", got, code, x.text())
	}
	x.drain()
	x.until("the screen is the shell's again", func() bool { return !x.inScreen() })
	after, err := term.GetState(int(x.pty.Fd()))
	if err != nil {
		x.t.Fatal(err)
	}
	if *after != *x.before {
		x.t.Errorf("the terminal was left as %+v, and was %+v", after, x.before)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, mode := range []string{"\x1b[?1002", "\x1b[?1006", "\x1b[?2004", "\x1b[?25"} { // mouse, its form, pasting, cursor
		at := strings.LastIndex(x.raw.String(), mode)
		if at < 0 {
			continue // a command without a screen changes none of them
		}
		last := x.raw.String()[at+len(mode):]
		if on := mode == "\x1b[?25"; last[0] == 'h' != on {
			x.t.Errorf("mode %q was left as %q", mode[1:], last[:1])
		}
	}
}

// drain waits until all output of the ended program has been read, by writing a title after it and waiting for that.
func (x *ptySession) drain() {
	x.t.Helper()
	const title = "\x1b]2;ended\x1b\\" // not shown on the screen
	if _, err := x.slave.WriteString(title); err != nil {
		x.t.Fatal(err)
	}
	x.until("all of it has been read", func() bool {
		x.mu.Lock()
		defer x.mu.Unlock()
		return strings.Contains(x.raw.String(), title)
	})
}

// editor writes an editor that replaces one text with another.
func (w *testHome) editor(t *testing.T, from, to string) string {
	t.Helper()
	return w.script(t, "sed 's/"+from+"/"+to+"/' \"$1\" > \"$1.new\" && cat \"$1.new\" > \"$1\" && rm \"$1.new\"")
}

// script returns the command that runs a file of shell commands.
func (w *testHome) script(t *testing.T, commands string) string {
	t.Helper()
	f, err := os.CreateTemp(w.home, "script-*.sh")
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString("#!/bin/sh\n" + commands + "\n")
	if err := errors.Join(err, f.Chmod(0o700), f.Close()); err != nil {
		t.Fatal(err)
	}
	return "sh " + f.Name() // executing a file that was just written can fail with "text file busy"
}
