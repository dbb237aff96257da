package vidiking

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// reasonOf returns the reason and text for a system error number, or "" if there is none.
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
