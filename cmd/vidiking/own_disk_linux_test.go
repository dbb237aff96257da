package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// mayMount gives a process private mounts that end with it.
func mayMount(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		c.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
}

// runOwnDisk mounts a disk on a directory and then executes a program:
//
//	owndisk size=8m DIR PROGRAM…      an empty disk of 8 MiB
//	owndisk read-only DIR PROGRAM…    the directory, mounted read-only
func runOwnDisk(args []string) int {
	mode, dir, line := args[0], args[1], args[2:]
	err := syscall.Mount("none", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, "")
	if strings.HasPrefix(mode, "size=") {
		err = errors.Join(err, syscall.Mount("tmpfs", dir, "tmpfs", 0, mode))
	} else {
		err = errors.Join(err,
			syscall.Mount(dir, dir, "", syscall.MS_BIND, ""),
			syscall.Mount("none", dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
	}
	if err == nil {
		err = syscall.Exec(line[0], line, os.Environ())
	}
	fmt.Fprintln(os.Stderr, err)
	return exitNoDisk
}
