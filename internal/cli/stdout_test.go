package cli_test

import (
	"os"
	"syscall"
	"testing"
)

// broken is a stdout whose writes fail.
type broken struct{ err error }

func (b broken) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "/dev/stdout", Err: b.err}
}

func TestAClosedStdoutIsSilentButAFailingOneIsReported(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"--help"}, {"help", "listen"}, {"listen", "--help"}, {"webhooks"}, {"version"}} {
		x := newTerminal(t, 80)
		w := x.environment(nil, args...)
		w.Stdout = broken{syscall.EPIPE}
		x.checkEnds(w, 0, "")
		if got := x.screen.String(); got != "" {
			t.Errorf("%q: stdout is closed, and it says %q", args, got)
		}
		w.Stdout = broken{syscall.ENOSPC}
		x.checkEnds(w, 1, "error: can't write to stdout: no space left on device\n")
	}
}
