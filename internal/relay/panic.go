package relay

import (
	"fmt"
	"runtime/debug"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// panicText is the error that the sender and the log get after a panic.
const panicText = "Internal error in vidiking."

// recordPanic records a panic as the failure of the delivery's attempt, so the delivery can be found and replayed, and reports it. It
// records nothing if d is nil or no longer pending, because the panic occurred before or after the attempt.
func (in *Ingress) recordPanic(d *recordedDelivery, p any) {
	r := in.relay
	n := panicNotice(r.o.Now(), p)
	recoverQuietly(func() {
		if d == nil || d.Status != webhook.StatusPending {
			return
		}
		var attempts []webhook.Attempt
		for _, out := range r.upstreamsFor(d) {
			attempts = append(attempts, panicAttempt(out.target, n.At))
		}
		in.recordAttempts(d, sendResult{attempts: attempts})
		r.tally.attempted(webhook.Deciding(attempts))
	})
	recoverQuietly(func() { r.o.Notify(n) })
}

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
func panicNotice(at time.Time, p any) Notice {
	return Notice{Kind: NoticePanic, At: at, Err: fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
}

// recoverQuietly calls f and drops a panic. f handles another panic, so the cause of the first may recur in it, and other deliveries must
// continue.
func recoverQuietly(f func()) {
	defer func() { _ = recover() }()
	f()
}
