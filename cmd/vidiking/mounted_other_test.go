//go:build !linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
)

func mountable(*exec.Cmd) {}

func runMounted([]string) int {
	fmt.Fprintln(os.Stderr, "no mounts of its own for a process on", runtime.GOOS)
	return exitNoMount
}
