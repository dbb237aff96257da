package listen

import (
	"errors"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// isAddrInUse reports whether an address could not be bound because another process uses it. Windows has two errors for this; the
// second is for an address that was bound exclusively.
func isAddrInUse(err error) bool {
	return errors.Is(err, windows.WSAEADDRINUSE) || errors.Is(err, windows.WSAEACCES)
}

// signalOf returns 0, because no process ends by a signal on Windows.
func signalOf(*os.ProcessState) int { return 0 }

// Terminate ends a process, because Windows has no way to ask for it.
func Terminate(p *os.Process) error { return p.Kill() }

// ownGroup does nothing, because the job object of a command includes the processes that it starts.
func ownGroup(*exec.Cmd) {}

// signalGroup ends a process, unless the signal is an interrupt: the console passes those on.
func signalGroup(p *os.Process, sig syscall.Signal) error {
	if sig == syscall.SIGINT {
		return nil
	}
	return p.Kill()
}
