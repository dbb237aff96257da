//go:build !windows

package dispatch

import (
	"net"
	"syscall"
)

// canCheckQuiet reports whether isQuiet works on this system.
const canCheckQuiet = true

// isQuiet reports whether nothing has arrived on an idle connection: neither data nor the end. It doesn't wait.
func isQuiet(c net.Conn) bool {
	s, ok := c.(syscall.Conn)
	if !ok { // not a socket
		return true
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return false
	}
	quiet := false
	err = raw.Read(func(fd uintptr) bool {
		var b [1]byte
		_, err := syscall.Read(int(fd), b[:])
		quiet = err == syscall.EAGAIN
		return true
	})
	return err == nil && quiet
}
