package cli

import (
	"errors"

	"golang.org/x/sys/windows"
)

// isAddrInUse reports whether an address could not be bound since another process has it. Windows says so in two ways, the second
// for an address that was bound exclusively.
func isAddrInUse(err error) bool {
	return errors.Is(err, windows.WSAEADDRINUSE) || errors.Is(err, windows.WSAEACCES)
}
