//go:build !windows

package cli

import (
	"errors"
	"os"
	"syscall"
)

// isAddrInUse reports whether an address could not be bound since another process has it.
func isAddrInUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }

// isBrokenPipe reports whether a pipe could not be written to since nobody reads it any more.
func isBrokenPipe(err error) bool { return errors.Is(err, syscall.EPIPE) }

// signalOf is the number of the signal that ended a program.
func signalOf(s *os.ProcessState) int {
	if status, ok := s.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return int(status.Signal())
	}
	return 0
}

// askToEnd asks a program to end, which gives the terminal back as it was.
func askToEnd(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
