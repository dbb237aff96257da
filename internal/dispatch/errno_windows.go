package dispatch

import (
	"syscall"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Winsock's own numbers (winsock2.h). syscall's ECONNREFUSED and the like are inventions that no call returns here.
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

// failureOf says what an error number of the system means for a delivery; "" where it means nothing in particular.
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
