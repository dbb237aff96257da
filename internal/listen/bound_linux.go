package listen

import (
	"os/exec"
	"syscall"
)

// startBound starts a program that does not outlive this process: whatever ends this one, the kernel asks the program to end, too.
// The function that is returned is called once the program has ended.
func startBound(cmd *exec.Cmd) (ended func(), err error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGTERM
	return func() {}, cmd.Start()
}
