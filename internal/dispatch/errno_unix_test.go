//go:build !windows

package dispatch

import (
	"syscall"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	refusedNumber = syscall.ECONNREFUSED
	resetNumber   = syscall.ECONNRESET
	noRouteNumber = syscall.EHOSTUNREACH
	tooLateNumber = syscall.ETIMEDOUT
)

func TestSystemErrorsMapToFailures(t *testing.T) {
	for want, numbers := range map[webhook.Failure][]syscall.Errno{
		webhook.FailureReset:   {syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED},
		webhook.FailureNoRoute: {syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.ENETDOWN},
	} {
		for _, number := range numbers {
			if got := failureOf(number); got != want {
				t.Errorf("failureOf(%v): got %q, want %q", number, got, want)
			}
		}
	}
}
