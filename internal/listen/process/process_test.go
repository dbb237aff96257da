//go:build !windows

package process

import (
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// run starts a shell line and returns the process, and a function that waits for a line of its output.
func run(t *testing.T, line string) (*Process, *Output, func(want string)) {
	t.Helper()
	cmd := Shell(line)
	out, err := Pipe(cmd)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 100)
	out.Read(func(line string) { lines <- line })
	t.Cleanup(func() {
		_ = p.Signal(os.Kill) // fails if the group is empty
		out.Close()
		p.Close()
	})
	return p, out, func(want string) {
		t.Helper()
		for {
			select {
			case line := <-lines:
				if line == want {
					return
				}
			case <-time.After(time.Minute):
				t.Fatalf("%q did not print %q", line, want)
			}
		}
	}
}

func TestStopGroupKillsDescendantsThatIgnoreTheSignal(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"the program ends":         `(trap "" TERM; echo ready; sleep 60) & wait`,
		"the program ended before": `(trap "" TERM; echo ready; sleep 60) &`,
		"the program ignores it":   `trap "" TERM; (echo ready; sleep 60); sleep 60`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, _, await := run(t, line)
			await("ready")
			p.StopGroup(syscall.SIGTERM, 50*time.Millisecond)
			if p.group.isAlive(p.cmd.Process) {
				t.Error("the group still has processes")
			}
		})
	}
}

func TestStopGroupWaitsForDescendants(t *testing.T) {
	t.Parallel()
	p, out, await := run(t, `(trap "sleep 0.2; echo last words; exit" TERM; echo ready; while :; do sleep 0.01; done) & wait`)
	await("ready")
	p.StopGroup(syscall.SIGTERM, time.Minute)
	out.Close()
	await("last words")
	if got := p.ExitCode(); got != 128+int(syscall.SIGTERM) {
		t.Errorf("got exit code %d, want %d", got, 128+int(syscall.SIGTERM))
	}
}

func TestOutputDoesNotWaitForAProcessThatLeftTheGroup(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/usr/bin/setsid"); err != nil {
		t.Skip("There is no setsid here.")
	}
	p, out, await := run(t, `setsid sh -c 'echo $$ >"$0"; echo left; exec sleep 2' "`+t.TempDir()+`/pid"`)
	await("left")
	p.Kill()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		out.Close()
	}()
	select {
	case <-closed:
	case <-time.After(time.Minute):
		t.Fatal("Close waits for a process that left the group")
	}
}

func TestOutputSplitsLines(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"one\ntwo":                      {"one", "two"},
		"\n\none\r\n":                   {"one"},
		"10 %\r20 %\r":                  {"10 %", "20 %"},
		"\x1b[1;32mok\x1b[0m done":      {"ok done"},
		"a\x1b[2Kb\x1b[":                {"ab"},
		"\x1b[12\x1b[3mx\x1b[é":         {"xé"},
		strings.Repeat("x", maxLine+10): {strings.Repeat("x", maxLine), strings.Repeat("x", 10)},
	} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		o := &Output{read: r, write: w, done: make(chan struct{})}
		if _, err := w.WriteString(text); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var got []string
		o.Read(func(line string) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, line)
		})
		<-o.done
		o.Close()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestFindHolderNamesTheProcess(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		ln, err := net.Listen("tcp", address)
		if err != nil {
			t.Logf("%s: %v", address, err) // there are machines without IPv6
			continue
		}
		port := ln.Addr().(*net.TCPAddr).Port
		h, ok := FindHolder(t.Context(), port)
		if want := runtime.GOOS == "linux" || hasLsof(); ok != want || ok && (h.PID != os.Getpid() || h.Name == "") {
			t.Errorf("%s: got %+v, %t; want this process, %d", address, h, ok, os.Getpid())
		}
		if err := ln.Close(); err != nil {
			t.Fatal(err)
		}
		if h, ok := FindHolder(t.Context(), port); ok {
			t.Errorf("%s after it was closed: got %+v, want none", address, h)
		}
	}
}

func hasLsof() bool {
	_, err := exec.LookPath("lsof")
	return err == nil
}
