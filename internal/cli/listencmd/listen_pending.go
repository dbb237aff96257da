package listencmd

import (
	"context"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
)

const replayPending = "vidiking replay --status pending"

// resume sends what dead sessions were still to send, if this one holds or retries, and counts what else they left pending. It comes before
// the first delivery, so that older ones go first, and before the session is announced.
func (l *listener) resume(ctx context.Context) error {
	if err := l.session.Lock(); err != nil {
		return err
	}
	if l.o.hold || l.o.retry {
		owed, err := relay.AdoptPending(ctx, l.log, l.dataDir, l.session.Info().ID, l.place.Project, l.o.retry)
		if err != nil {
			return err
		}
		l.resumed = l.relay.Resume(owed)
	}
	var err error
	l.pending, err = relay.LeftPending(ctx, l.log.Reader(), l.dataDir, l.place.Project)
	return err
}

// pendingNotices says what dead sessions left, and what becomes of it.
func (l *listener) pendingNotices() []output.Notice {
	var ns []output.Notice
	if n := l.resumed.Deliveries; n > 0 {
		resumed := output.Notice{Code: "resumed", Message: fmt.Sprintf("Resuming %s from an earlier listen.", display.Deliveries(n))}
		if u := l.resumed.Uncertain; u > 0 {
			resumed.Details = []string{fmt.Sprintf("The handler may have received %s of them already, and receives %s again.", display.Count(u), cmdutil.ItOrThem(u))}
		}
		ns = append(ns, resumed)
	}
	if n := l.pending.NeverSent; n > 0 {
		command := replayPending
		if l.pending.Unknown > 0 { // that would send those, too
			command = "vidiking listen --hold"
		}
		ns = append(ns, output.Notice{
			Code: "pending_left", Hint: command,
			Message: fmt.Sprintf("%s from an earlier listen, never sent.", display.Deliveries(n)),
			Details: []string{"To send " + cmdutil.ItOrThem(n) + ": " + command},
		})
	}
	if n := l.pending.Unknown; n > 0 {
		ns = append(ns, output.Notice{
			Code: "outcome_unknown", Hint: replayPending,
			Message: fmt.Sprintf("%s from an earlier listen, outcome unknown: the handler may have received %s.", display.Deliveries(n), cmdutil.ItOrThem(n)),
			Details: []string{"To send " + cmdutil.ItOrThem(n) + " again, maybe for the second time: " + replayPending},
		})
	}
	return ns
}
