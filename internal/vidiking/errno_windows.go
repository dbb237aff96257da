package vidiking

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// reasonOf says what an error number of the system means for a call; "" where it means nothing in particular.
func reasonOf(number syscall.Errno) (Reason, string) {
	switch number {
	case windows.WSAECONNREFUSED:
		return ReasonRefused, refusedText
	case windows.WSAEHOSTUNREACH, windows.WSAENETUNREACH, windows.WSAEHOSTDOWN, windows.WSAENETDOWN:
		return ReasonNoRoute, noRouteText
	case windows.WSAECONNRESET, windows.WSAECONNABORTED:
		return ReasonClosed, closedText
	case windows.WSAETIMEDOUT:
		return ReasonTimeout, timeoutText
	}
	return "", ""
}
