//go:build !windows

package process

import (
	"context"
	"os"
	"os/exec"
	"syscall"
)

// group is the process group of a program.
type group struct {
	own bool // the program leads it
}

func ownGroup(cmd *exec.Cmd) { attributes(cmd).Setpgid = true }

func attributes(cmd *exec.Cmd) *syscall.SysProcAttr {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	return cmd.SysProcAttr
}

func startBound(cmd *exec.Cmd) (group, error) {
	bindToParent(cmd)
	return group{own: attributes(cmd).Setpgid}, cmd.Start()
}

func (g group) signal(p *os.Process, sig os.Signal) error {
	if number, ok := sig.(syscall.Signal); ok && g.own {
		return syscall.Kill(-p.Pid, number)
	}
	return p.Signal(sig)
}

// isAlive reports whether the group has a process that runs.
func (g group) isAlive(p *os.Process) bool { return g.own && isGroupAlive(p.Pid) }

func (group) close() {}

// signalNumber returns the number of the signal that ended a process; 0 if none did.
func signalNumber(s *os.ProcessState) int {
	if status, ok := s.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return int(status.Signal())
	}
	return 0
}

// Terminate sends a process SIGTERM, which lets it restore the terminal.
func Terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }

// Shell returns a command that runs a line in the shell. Its stdin is empty. No context ends it, because that would leave its descendants.
func Shell(line string) *exec.Cmd { return exec.CommandContext(context.Background(), "sh", "-c", line) }
