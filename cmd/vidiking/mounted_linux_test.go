package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// mountable lets a process have mounts of its own, which end with it.
func mountable(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		c.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
}

// runMounted puts a file system on a directory, and then becomes a program that finds it there and nobody else does:
//
//	mounted tmpfs:8m DIR PROGRAM…     an empty disk of 8 MiB
//	mounted read-only DIR PROGRAM…    the directory as it is, on a disk that cannot be written
func runMounted(args []string) int {
	mode, dir, line := args[0], args[1], args[2:]
	err := syscall.Mount("none", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, "")
	if mode == "read-only" {
		err = errors.Join(err,
			syscall.Mount(dir, dir, "", syscall.MS_BIND, ""),
			syscall.Mount("none", dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
	} else {
		err = errors.Join(err, syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+mode[len("tmpfs:"):]))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitNoMount
	}
	program, err := exec.LookPath(line[0])
	if err == nil {
		err = syscall.Exec(program, line, os.Environ()) //nolint:gosec // what the test says
	}
	fmt.Fprintln(os.Stderr, err)
	return exitNoMount
}
