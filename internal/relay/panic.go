package relay

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// panicText is the error that the sender and the log get after a panic.
const panicText = "Internal error in vidiking."

// errPanic indicates that a panic was recovered, recorded and reported.
var errPanic = errors.New("panic")

// panicAttempt returns an attempt that a panic ended.
func panicAttempt(to dispatch.Target, at time.Time) webhook.Attempt {
	return webhook.Attempt{Target: to.String(), StartedAt: at.UTC(), Failure: webhook.FailureUnexpected, Error: panicText}
}

// isPanicAttempt reports whether a panic ended the attempt.
func isPanicAttempt(a webhook.Attempt) bool {
	return a.Failure == webhook.FailureUnexpected && a.Error == panicText
}

// panicNotice returns a notice with the stack trace of a panic. The deferred function that recovered the panic must call it, because only
// its stack includes the cause.
func panicNotice(p any) Notice {
	return Notice{Kind: NoticePanic, Err: fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
}

// recoverQuietly calls f and drops a panic. f handles another panic, so the cause of the first may recur in it, and other deliveries must
// continue.
func recoverQuietly(f func()) {
	defer func() { _ = recover() }()
	f()
}
