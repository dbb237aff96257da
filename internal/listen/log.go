package listen

import (
	"context"
	"errors"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// sessionLog is the delivery log of a session.
type sessionLog struct {
	*store.Log

	errors   logErrors
	location session.Location // where the session was started
}

// inFlight counts the attempts of a session without a recorded outcome.
func (l *sessionLog) inFlight(ctx context.Context, session string) int {
	_ = l.Flush(ctx) // a log that can't be written has been reported
	pending, _ := l.Reader().CountPending(ctx)
	n := 0
	for _, p := range pending {
		if p.Session == session {
			n += p.Unknown
		}
	}
	return n
}

// checkDelivered returns an error if a delivery of a session was not delivered.
func (l *sessionLog) checkDelivered(ctx context.Context, session string) error {
	n, err := l.undelivered(ctx, session)
	if err != nil || n == 0 {
		return err
	}
	what := "1 delivery was not delivered"
	if n > 1 {
		what = display.Deliveries(n) + " were not delivered"
	}
	return &output.Failure{Code: output.ExitHandler, What: what, Hints: []string{
		"list them: vidiking webhooks list", "if your test expects this: vidiking listen --allow-failures -- COMMAND",
	}}
}

// undelivered counts the deliveries of a session that failed and are not resolved, that were rejected, or that are pending.
func (l *sessionLog) undelivered(ctx context.Context, session string) (int, error) {
	failed, err := l.Reader().Count(ctx, store.Query{Session: session, Filter: filter.Failed()})
	if err != nil {
		return 0, err
	}
	others, err := l.Reader().Count(ctx, store.Query{
		Session: session, Filter: filter.WithStatus(webhook.StatusRejected, webhook.StatusPending),
	})
	return failed + others, err
}

// logFailed reports that queued records could not be written, or that the log was replaced.
func (s *Session) logFailed(err error) {
	n := relay.Notice{Kind: relay.NoticeNotRecorded, At: s.o.System.Now(), Err: err}
	var gone *store.NotFoundError
	switch {
	case errors.As(err, &gone): // an attempt of a delivery that was removed with its log
		return
	case errors.Is(err, store.ErrReplaced):
		n.Kind = relay.NoticeLogReplaced
		_ = s.announce.Reannounce() // other commands work without it
	}
	s.display.view.Notify(n)
}
