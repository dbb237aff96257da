//go:build !windows

package main

import (
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// detach makes a program start a new session, which has no terminal.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// runHold keeps the delivery log busy like another writer: `hold DIR/deliveries.db-shm FILE` takes SQLite's write lock, which is
// byte 120 of the shared memory (sqlite.org/walformat.html, 2.3.1), writes FILE, and runs until it is interrupted.
func runHold(args []string) int {
	f, err := os.OpenFile(args[0], os.O_RDWR, 0)
	if err != nil {
		return 99
	}
	defer func() { _ = f.Close() }() // closing it earlier would release the lock
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart, Start: 120, Len: 1}
	if err := syscall.FcntlFlock(f.Fd(), syscall.F_SETLKW, &lock); err != nil {
		return 99
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	if writeWhole(args[1], "held") != nil {
		return 99
	}
	<-interrupted
	return 0
}
