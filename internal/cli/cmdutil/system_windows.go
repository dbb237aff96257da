package cmdutil

import (
	"errors"
	"math"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// isAddrInUse reports whether an address could not be bound since another process has it. Windows says so in two ways, the second
// for an address that was bound exclusively.
func IsAddrInUse(err error) bool {
	return errors.Is(err, windows.WSAEADDRINUSE) || errors.Is(err, windows.WSAEACCES)
}

// signalOf is 0: nothing ends by a signal on Windows.
func SignalOf(*os.ProcessState) int { return 0 }

// askToEnd ends a program: Windows has no way to ask.
func AskToEnd(p *os.Process) error { return p.Kill() }

// ownGroup does nothing: the job object that a program is started in has whatever it starts, too.
func OwnGroup(*exec.Cmd) {}

// signalGroup ends a program where it is not to be interrupted, of which the console tells it.
func SignalGroup(p *os.Process, s syscall.Signal) error {
	if s == syscall.SIGINT {
		return nil
	}
	return p.Kill()
}

// openFileLimit is no limit: Windows has none for sockets.
func OpenFileLimit() int { return math.MaxInt }
