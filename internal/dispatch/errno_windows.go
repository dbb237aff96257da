package dispatch

import (
	"syscall"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Winsock error numbers (winsock2.h). On Windows, system calls never return syscall.ECONNREFUSED and similar constants.
const (
	wsaENetDown     syscall.Errno = 10050
	wsaENetUnreach  syscall.Errno = 10051
	wsaEConnAborted syscall.Errno = 10053
	wsaEConnReset   syscall.Errno = 10054
	wsaEShutdown    syscall.Errno = 10058
	wsaETimedOut    syscall.Errno = 10060
	wsaEConnRefused syscall.Errno = 10061
	wsaEHostDown    syscall.Errno = 10064
	wsaEHostUnreach syscall.Errno = 10065
)

// failureOf maps a system error number to a failure. It returns "" if the number has no specific meaning for a delivery.
func failureOf(number syscall.Errno) webhook.Failure {
	switch number {
	case wsaEConnRefused:
		return webhook.FailureRefused
	case wsaEHostUnreach, wsaENetUnreach, wsaEHostDown, wsaENetDown:
		return webhook.FailureNoRoute
	case wsaEConnReset, wsaEConnAborted, wsaEShutdown:
		return webhook.FailureReset
	case wsaETimedOut:
		return webhook.FailureTimeout
	}
	return ""
}
