//go:build !windows

package cmdutil

import (
	"errors"
	"math"
	"os"
	"os/exec"
	"syscall"
)

// IsAddrInUse reports whether an address could not be bound since another process has it.
func IsAddrInUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }

// SignalOf is the number of the signal that ended a program.
func SignalOf(s *os.ProcessState) int {
	if status, ok := s.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return int(status.Signal())
	}
	return 0
}

// AskToEnd asks a program to end, which gives the terminal back as it was.
func AskToEnd(p *os.Process) error { return p.Signal(syscall.SIGTERM) }

// OwnGroup has a program, once it is started, lead a group of its own: what it starts is in it, too.
func OwnGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// SignalGroup signals a program that leads a group, and all of that.
func SignalGroup(p *os.Process, s syscall.Signal) error { return syscall.Kill(-p.Pid, s) }

// OpenFileLimit is how many files and sockets this process may have open at once. The Go runtime has raised it as far as it goes.
func OpenFileLimit() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return math.MaxInt
	}
	return int(min(uint64(limit.Cur), math.MaxInt)) //nolint:unconvert // signed on FreeBSD
}
