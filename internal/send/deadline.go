package send

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// withDeadline limits ctx to the given time; 0 means no limit.
func withDeadline(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if limit == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, limit)
}

// isPastDeadline reports whether ctx ended because its deadline passed.
func isPastDeadline(ctx context.Context) bool {
	return errors.Is(ctx.Err(), context.DeadlineExceeded)
}

// isUnanswered reports whether an attempt was canceled because the deadline passed.
func isUnanswered(ctx context.Context, a webhook.Attempt) bool {
	return isPastDeadline(ctx) && a.Failure == webhook.FailureCanceled
}

// deadlineError is the error of a batch whose responses did not all arrive before the deadline.
func deadlineError(to *Destination, limit time.Duration, unanswered, of int) error {
	what := "no response"
	if of > 1 {
		what = fmt.Sprintf("%s of %s got no response", display.Count(unanswered), display.Count(of))
	}
	hint := "allow them more time: --within " + (2 * limit).String()
	if to.Session != nil {
		hint = "is your handler running? To list what listen has not sent: vidiking webhooks list --status pending"
	}
	return &output.Failure{Code: output.ExitWaited, What: what + " within " + display.Period(limit), Hints: []string{hint}}
}
