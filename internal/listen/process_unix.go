//go:build !windows

package listen

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// isAddrInUse reports whether an address could not be bound because another process uses it.
func isAddrInUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }

// signalOf returns the number of the signal that ended a process; 0 if none did.
func signalOf(s *os.ProcessState) int {
	if status, ok := s.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return int(status.Signal())
	}
	return 0
}

// Terminate sends a process SIGTERM, which lets it restore the terminal.
func Terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }

// ownGroup makes a command that is not started yet lead its own process group, which includes the processes that it starts.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// signalGroup signals a process that leads a process group, and the rest of the group.
func signalGroup(p *os.Process, sig syscall.Signal) error { return syscall.Kill(-p.Pid, sig) }
