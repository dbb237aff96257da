//go:build !windows

package dispatch

import (
	"syscall"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// failureOf maps a system error number to a failure. It returns "" if the number has no specific meaning for a delivery.
func failureOf(number syscall.Errno) webhook.Failure {
	switch number {
	case syscall.ECONNREFUSED:
		return webhook.FailureRefused
	case syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.ENETDOWN:
		return webhook.FailureNoRoute
	case syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED:
		return webhook.FailureReset
	case syscall.ETIMEDOUT:
		return webhook.FailureTimeout
	}
	return ""
}
