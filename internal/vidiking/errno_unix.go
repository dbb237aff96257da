//go:build !windows

package vidiking

import "syscall"

// reasonOf returns the reason and text for a system error number, or "" if there is none.
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
