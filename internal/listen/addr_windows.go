package listen

import (
	"errors"

	"golang.org/x/sys/windows"
)

// isAddrInUse reports whether an address could not be bound because another process uses it. Windows has two errors for this; the
// second is for an address that was bound exclusively.
func isAddrInUse(err error) bool {
	return errors.Is(err, windows.WSAEADDRINUSE) || errors.Is(err, windows.WSAEACCES)
}
