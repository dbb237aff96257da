//go:build !linux && !windows

package listen

import "os/exec"

// startBound starts a program. If this process is killed, the program continues, because the system cannot end it. In every other case this
// process ends it. The caller calls ended once the program has ended.
func startBound(cmd *exec.Cmd) (ended func(), err error) {
	return func() {}, cmd.Start()
}
