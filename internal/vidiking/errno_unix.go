//go:build !windows

package vidiking

import "syscall"

// reasonOf says what an error number of the system means for a call; "" where it means nothing in particular.
func reasonOf(number syscall.Errno) (Reason, string) {
	switch number {
	case syscall.ECONNREFUSED:
		return ReasonRefused, refusedText
	case syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.ENETDOWN:
		return ReasonNoRoute, noRouteText
	case syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED:
		return ReasonClosed, closedText
	case syscall.ETIMEDOUT:
		return ReasonTimeout, timeoutText
	}
	return "", ""
}
