//go:build !linux && !windows

package listen

import "os/exec"

// startBound starts a program. The system has no way to end it with this process when that is killed; in every other case this process
// ends it. The function that is returned is called once the program has ended.
func startBound(cmd *exec.Cmd) (ended func(), err error) {
	return func() {}, cmd.Start()
}
