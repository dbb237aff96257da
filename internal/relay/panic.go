package relay

import (
	"fmt"
	"runtime/debug"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// bugText is what a sender and the log are told of a bug of this program.
const bugText = "vidiking ran into a bug of its own."

// panicked records a bug of this program as the failure of the delivery's attempt, so that the delivery can be found and sent again,
// and tells of it. d is nil, or not pending any more, where the bug struck before or after the attempt.
func (in *Ingress) panicked(d *recorded, p any) {
	r := in.relay
	n := panicNotice(r.o.Now(), p)
	survive(func() {
		if d == nil || d.Status != webhook.StatusPending {
			return
		}
		var attempts []webhook.Attempt
		for _, out := range r.outletsFor(d) {
			attempts = append(attempts, bugAttempt(out.target, n.At))
		}
		in.queue(d, sent{attempts: attempts})
		r.tally.attempted(webhook.Deciding(attempts))
	})
	survive(func() { r.o.Notify(n) })
}

// bugAttempt is the attempt at a target that a bug of this program ended.
func bugAttempt(to dispatch.Target, at time.Time) webhook.Attempt {
	return webhook.Attempt{Target: to.String(), StartedAt: at.UTC(), Failure: webhook.FailureUnexpected, Error: bugText}
}

// isBug reports whether a bug of this program ended the attempt.
func isBug(a webhook.Attempt) bool {
	return a.Failure == webhook.FailureUnexpected && a.Error == bugText
}

// panicNotice reports a panic with its stack trace. It must be called by the deferred function that recovered the panic: later, or in
// another goroutine, the stack is no longer that of the bug.
func panicNotice(at time.Time, p any) Notice {
	return Notice{Kind: NoticePanic, At: at, Err: fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
}

// survive runs f, which may be where the bug is: there is nobody left to tell, and other deliveries to go on with.
func survive(f func()) {
	defer func() { _ = recover() }()
	f()
}
