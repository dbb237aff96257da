package listen

import (
	"os/exec"
	"syscall"
)

// startBound starts a program that does not outlive this process: when this process ends for any reason, the kernel sends the program SIGTERM.
// The caller calls ended once the program has ended.
func startBound(cmd *exec.Cmd) (ended func(), err error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGTERM
	return func() {}, cmd.Start()
}
