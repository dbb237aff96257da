package main

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// processSecret is the secret that senders sign with and all processes here verify with.
const processSecret = "whsec_of_the_whole_process_tests"

// testHome is a home directory with a data directory, for the programs of a test.
type testHome struct {
	home, dir string
	env       []string // added to the environment that every sandbox has
}

// program returns the path of this test binary, run as vidiking.
func program(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("vidiking") // testscript has put it there
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// hangUpsReach makes processes that are started from now on end with their terminal, even if nohup started the tests. Child processes
// inherit ignored signals, but not caught ones.
func hangUpsReach() {
	if signal.Ignored(syscall.SIGHUP) {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
}

func newTestHome(tb testing.TB) *testHome {
	tb.Helper()
	return testHomeAt(tb.TempDir())
}

func testHomeAt(home string) *testHome {
	return &testHome{home: home, dir: filepath.Join(home, "data")}
}

func (w *testHome) environment() []string {
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + w.home, "TMPDIR=" + os.TempDir(), "LANG=C.UTF-8", "TZ=UTC",
		"GORACE=" + os.Getenv("GORACE"),         // settings of the race detector, if any
		"SYSTEMROOT=" + os.Getenv("SYSTEMROOT"), // Windows has no sockets without it
		"VIDIKING_DATA_DIR=" + w.dir, "VIDIKING_WEBHOOK_SECRET=" + processSecret,
	}, w.env...)
}

// process is a program that runs next to the test. Its output goes to files, so it never blocks for lack of a
// reader.
type process struct {
	tb             testing.TB
	cmd            *exec.Cmd
	stdout, stderr *os.File
	ended          chan struct{} // closed when the process has ended
}

// start starts program in the sandbox and kills it at the end of the test.
func (w *testHome) start(tb testing.TB, program string, args ...string) *process {
	tb.Helper()
	p := &process{tb: tb, cmd: exec.CommandContext(tb.Context(), program, args...), ended: make(chan struct{})}
	p.cmd.Env, p.cmd.Dir = w.environment(), w.home
	for _, f := range []**os.File{&p.stdout, &p.stderr} {
		file, err := os.CreateTemp(tb.TempDir(), "said")
		if err != nil {
			tb.Fatal(err)
		}
		*f = file
	}
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	if err := p.cmd.Start(); err != nil {
		tb.Fatalf("start %q: %v", p.cmd.Args, err)
	}
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait() // the exit status is in ProcessState
	}()
	tb.Cleanup(func() {
		p.kill()
		_ = errors.Join(p.stdout.Close(), p.stderr.Close()) // all output has been written
	})
	return p
}

// run runs program to its end and returns its exit code and output.
func (w *testHome) run(tb testing.TB, program string, args ...string) (code int, stdout, stderr string) {
	tb.Helper()
	p := w.start(tb, program, args...)
	code = p.wait()
	return code, p.said(p.stdout), p.said(p.stderr)
}

// testTimeout is far longer than any step takes, even on a busy machine with the race detector. After it, something hangs.
const testTimeout = 2 * time.Minute

// wait returns the exit code; -1 if a signal ended the process.
func (p *process) wait() int {
	p.tb.Helper()
	select {
	case <-p.ended:
	case <-time.After(testTimeout):
		p.tb.Fatalf("%q did not end; stderr:\n%s", p.cmd.Args, p.said(p.stderr))
	}
	return p.cmd.ProcessState.ExitCode()
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended already
	<-p.ended
}

// interrupt sends the signal of Ctrl-C and returns the exit code.
func (p *process) interrupt() int {
	p.tb.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		p.tb.Errorf("interrupt %q: %v", p.cmd.Args, err)
	}
	return p.wait()
}

func (p *process) said(f *os.File) string {
	p.tb.Helper()
	text, err := os.ReadFile(f.Name())
	if err != nil {
		p.tb.Fatal(err)
	}
	return string(text)
}

// await waits until ok returns true or the process ends. It reports whether ok returned true.
func (p *process) await(what string, ok func() bool) bool {
	p.tb.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	late := time.After(testTimeout)
	for !ok() {
		select {
		case <-tick.C:
		case <-p.ended:
			return ok()
		case <-late:
			p.tb.Fatalf("%s: not within %v; stderr:\n%s", what, testTimeout, p.said(p.stderr))
		}
	}
	return true
}

// listening is a `listen` that accepts deliveries.
type listening struct {
	*process
	dir string // its data directory
	url string
}

// startListen starts a listen of the given program on a free port, and returns when other commands can find it.
func (w *testHome) startListen(tb testing.TB, program, handler string, flags ...string) *listening {
	tb.Helper()
	args := append([]string{"listen", "--addr", "127.0.0.1:0", "--forward", handler}, flags...)
	l := &listening{process: w.start(tb, program, args...), dir: w.dir}
	if !l.await("listen is announced", l.announced) {
		tb.Fatalf("listen ended with %d; stderr:\n%s", l.wait(), l.said(l.stderr))
	}
	return l
}

// announced returns the session and whether it can be found.
func (l *listening) announced() bool {
	live, err := session.Live(l.dir)
	if err != nil {
		l.tb.Fatal(err)
	}
	for _, s := range live {
		if s.PID == l.cmd.Process.Pid {
			l.url = s.URL
			return true
		}
	}
	return false
}

// openLog opens the log in dir for reading.
func openLog(tb testing.TB, dir string) *store.Reader {
	tb.Helper()
	r, err := store.OpenReader(tb.Context(), dir)
	if err != nil {
		tb.Fatalf("open the delivery log: %v", err)
	}
	tb.Cleanup(func() { _ = r.Close() })
	return r
}

// count returns the number of matching deliveries in the log.
func count(tb testing.TB, r *store.Reader, q store.Query) int {
	tb.Helper()
	n, err := r.Count(tb.Context(), q)
	if err != nil {
		tb.Fatalf("count %+v: %v", q, err)
	}
	return n
}

// pending selects deliveries that wait for a response.
func pending() store.Query {
	return store.Query{Filter: filter.WithStatus(webhook.StatusPending)}
}

// bodies counts each body in the log, and checks that every delivery is complete.
func bodies(tb testing.TB, r *store.Reader) map[string]int {
	tb.Helper()
	found := map[string]int{}
	err := r.Each(tb.Context(), store.Query{}, func(d webhook.Delivery) error {
		if int64(len(d.Body)) != d.BodyBytes || len(d.History) != d.Attempts || d.Header.Get(webhook.SignatureHeader) == "" {
			tb.Errorf("%s is torn: %d of %d bytes, %d of %d attempts, header %v",
				d.ID, len(d.Body), d.BodyBytes, len(d.History), d.Attempts, d.Header)
		}
		found[string(d.Body)]++
		return nil
	})
	if err != nil {
		tb.Fatalf("read the delivery log: %v", err)
	}
	return found
}
