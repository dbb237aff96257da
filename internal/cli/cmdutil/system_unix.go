//go:build !windows

package cmdutil

import (
	"math"
	"syscall"
)

// OpenFileLimit returns how many files and sockets this process may have open at once. The Go runtime has already raised it to the maximum.
func OpenFileLimit() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return math.MaxInt
	}
	return int(min(uint64(limit.Cur), math.MaxInt)) //nolint:unconvert // signed on FreeBSD
}
