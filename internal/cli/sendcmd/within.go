package sendcmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// patience is how long a `trigger` waits for all of its answers, by --within; 0: as long as it takes, which through a listen that holds
// may be for ever.
type patience struct{ within time.Duration }

func (p *patience) AddFlags(f *pflag.FlagSet) {
	f.DurationVar(&p.within, "within", 0, "wait no longer than `DURATION` for all answers: listen --hold waits for a handler that never comes")
}

func (p *patience) Read(flags *pflag.FlagSet) error {
	if flags.Changed("within") && p.within <= 0 {
		return cmdutil.Usage(fmt.Sprintf("--within %s waits for nothing", p.within), "as in --within 60s")
	}
	return nil
}

// limit is ctx until the time is up.
func (p *patience) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if p.within == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, p.within)
}

// isUp reports whether ctx ended since time was up.
func (*patience) isUp(ctx context.Context) bool {
	return errors.Is(ctx.Err(), context.DeadlineExceeded)
}

// cut reports whether an attempt was given up since time was up.
func (p *patience) cut(ctx context.Context, a webhook.Attempt) bool {
	return p.isUp(ctx) && a.Failure == webhook.FailureCanceled
}

// timeUp is how a `trigger` ends that was not answered in time, so many of all.
func (s *sending) timeUp(unanswered, of int) error {
	what := "no answer"
	if of > 1 {
		what = fmt.Sprintf("%s of %s were not answered", display.Count(unanswered), display.Count(of))
	}
	hint := "allow them more time: --within " + (2 * s.patience.within).String()
	if s.to.Through != nil {
		hint = "is your handler running? What listen has not sent yet: vidiking webhooks list --status pending"
	}
	return &cmdutil.Failure{Code: cmdutil.ExitWaited, What: what + " within " + display.Period(s.patience.within), Hints: []string{hint}}
}
