//go:build !linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
)

func mayMount(*exec.Cmd) {}

func runOwnDisk([]string) int {
	fmt.Fprintln(os.Stderr, "mounts of a process's own are not known to this test on", runtime.GOOS)
	return exitNoDisk
}
