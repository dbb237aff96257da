//go:build !windows

package listen

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// pidIn waits until a file has a process id.
func pidIn(t *testing.T, file string) int {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(time.Minute); ; {
		if text, err := os.ReadFile(file); err == nil && strings.HasSuffix(string(text), "\n") {
			pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
			if err != nil {
				t.Error(err)
			}
			return pid
		}
		select {
		case <-tick.C:
		case <-late:
			t.Errorf("%s was not written", file)
			return 0
		}
	}
}

func isRunning(pid int) bool {
	if runtime.GOOS != "linux" {
		return syscall.Kill(pid, 0) == nil
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// exitCodeOf runs a session and returns its exit code; -1 if it panicked.
func exitCodeOf(t *testing.T, o *Options) (code int, err error) {
	t.Helper()
	defer func() {
		if recover() != nil {
			code = -1
		}
	}()
	err = Run(t.Context(), o)
	return exitOf(err), err
}

// handlerEnd is a way in which a session with a handler ends.
type handlerEnd struct {
	name    string
	trap    string
	command []string
	timeout time.Duration
	then    func(t *testing.T, address string, leader int, interrupts chan<- os.Signal) // once the handler runs
	panics  bool
	want    int // exit code
}

func handlerEnds(t *testing.T) []handlerEnd {
	t.Helper()
	notExecutable := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(notExecutable, []byte("#!/no/such/interpreter\n"), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	const asked, deaf = "", `trap "" INT TERM; `
	accept := func(t *testing.T, address string) {
		ln, err := net.Listen("tcp", address) // in place of the handler
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { _ = ln.Close() })
	}
	return []handlerEnd{
		{
			name: "after an interrupt", trap: asked, want: output.ExitDone,
			then: func(_ *testing.T, _ string, _ int, interrupts chan<- os.Signal) { interrupts <- os.Interrupt },
		},
		{
			name: "after an interrupt before the command started", trap: asked, command: []string{"true"}, want: output.ExitInterrupted,
			then: func(_ *testing.T, _ string, _ int, interrupts chan<- os.Signal) { interrupts <- syscall.SIGTERM },
		},
		{
			name: "after two interrupts, if they ignore the first", trap: deaf, want: output.ExitInterrupted,
			then: func(_ *testing.T, _ string, _ int, interrupts chan<- os.Signal) {
				interrupts <- os.Interrupt
				interrupts <- os.Interrupt
			},
		},
		{
			name: "if the handler is not up in time", trap: asked, command: []string{"true"}, timeout: 50 * time.Millisecond, want: output.ExitWaited,
			then: func(*testing.T, string, int, chan<- os.Signal) {},
		},
		{
			name: "if the handler ends before it is up", trap: asked, command: []string{"true"}, want: output.ExitHandler,
			then: func(_ *testing.T, _ string, leader int, _ chan<- os.Signal) {
				_ = syscall.Kill(leader, syscall.SIGKILL)
			},
		},
		{
			name: "if the handler ends without a command", trap: asked, want: output.ExitHandler,
			then: func(_ *testing.T, _ string, leader int, _ chan<- os.Signal) {
				_ = syscall.Kill(leader, syscall.SIGKILL)
			},
		},
		{
			name: "if the handler ends while the command runs", trap: asked, command: []string{"sleep", "60"}, want: output.ExitHandler,
			then: func(t *testing.T, address string, leader int, _ chan<- os.Signal) {
				accept(t, address)
				_ = syscall.Kill(leader, syscall.SIGKILL)
			},
		},
		{
			name: "after the command", trap: asked, command: []string{"true"}, want: output.ExitDone,
			then: func(t *testing.T, address string, _ int, _ chan<- os.Signal) { accept(t, address) },
		},
		{
			name: "if the command cannot be started", trap: asked, command: []string{notExecutable}, want: output.ExitFailed,
			then: func(t *testing.T, address string, _ int, _ chan<- os.Signal) { accept(t, address) },
		},
		{
			name: "after a panic", trap: asked, command: []string{"true"}, panics: true, want: -1,
			then: func(t *testing.T, address string, _ int, _ chan<- os.Signal) { accept(t, address) },
		},
	}
}

func TestSessionEndsTheHandlerAndItsDescendants(t *testing.T) {
	for _, tc := range handlerEnds(t) {
		t.Run(tc.name, func(t *testing.T) {
			address := freeAddress(t)
			o, out, interrupts := optionsFor(t, address)
			dir := t.TempDir()
			leader, descendant := filepath.Join(dir, "leader"), filepath.Join(dir, "descendant")
			o.Run.Command = tc.trap + "sleep 60 & echo $! >" + descendant + "; echo $$ >" + leader + "; wait; sleep 60"
			o.Command.Args = tc.command
			if tc.timeout > 0 {
				o.Run.Timeout = tc.timeout
			}
			calls := 0
			o.Command.Env = func(string, webhook.Secret, string) []string {
				if calls++; calls == 2 && tc.panics { // after the handler's, the command's
					panic("a bug")
				}
				return nil
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				tc.then(t, address, pidIn(t, leader), interrupts)
			}()
			code, err := exitCodeOf(t, o)
			<-done
			if code != tc.want {
				t.Errorf("got exit code %d, %v; want %d; the output:\n%s", code, err, tc.want, out)
			}
			for _, file := range []string{leader, descendant} {
				if isRunning(pidIn(t, file)) {
					t.Errorf("the %s still runs", filepath.Base(file))
				}
			}
		})
	}
}

func TestHandlerOutputIsKeptForTheError(t *testing.T) {
	address := freeAddress(t)
	o, out, _ := optionsFor(t, address)
	o.Run.Command = "for i in 1 2 3 4 5 6 7 8 9 10 11; do echo line $i; done; exit 4"
	code, err := exitCodeOf(t, o)
	var f *output.Failure
	if !errors.As(err, &f) || code != output.ExitHandler || len(f.Detail) != lastLines || f.Detail[0] != "line 2" || f.Detail[9] != "line 11" {
		t.Errorf("got %d, %+v; want the last %d lines", code, f, lastLines)
	}
	if got := out.String(); !strings.Contains(got, "run | line 1\n") || strings.Index(got, "run | line 11\n") > strings.Index(got, "Stopped") {
		t.Errorf("want all lines before the summary, got\n%s", got)
	}
}
