//go:build !linux && !windows

package process

import (
	"os/exec"
	"syscall"
)

// bindToParent does nothing: this system cannot end a program when its parent is killed. In every other case, the parent ends it.
func bindToParent(*exec.Cmd) {}

// isGroupAlive reports whether a process group has a process.
func isGroupAlive(id int) bool { return syscall.Kill(-id, 0) == nil }
