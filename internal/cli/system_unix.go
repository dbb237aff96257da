//go:build !windows

package cli

import (
	"errors"
	"syscall"
)

// isAddrInUse reports whether an address could not be bound since another process has it.
func isAddrInUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
