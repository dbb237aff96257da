//go:build !windows

package dispatch

import (
	"syscall"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// failureOf says what an error number of the system means for a delivery; "" where it means nothing in particular.
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
