//go:build !windows

package listen

import (
	"errors"
	"syscall"
)

// isAddrInUse reports whether an address could not be bound because another process uses it.
func isAddrInUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
