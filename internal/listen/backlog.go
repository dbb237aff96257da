package listen

import (
	"context"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
)

// backlog counts the deliveries that earlier sessions left pending.
type backlog struct {
	pending relay.Pending // stays pending
	resumed relay.Resumed // sent by this session
}

// resume sends pending deliveries of dead sessions, if this session holds or retries. It runs before the ingress is served, because older
// deliveries must be sent first, and before the session is announced.
func (s *Session) resume(ctx context.Context) error {
	if err := s.announce.Lock(); err != nil {
		return err
	}
	retries := s.o.Handler.Retry != nil
	if s.o.Handler.Hold || retries {
		pending, err := relay.AdoptPending(ctx, s.log.Log, s.o.Log.Dir, s.announce.Info().ID, s.log.location.Project, retries)
		if err != nil {
			return err
		}
		s.backlog.resumed = s.relay.Resume(pending)
	}
	var err error
	s.backlog.pending, err = relay.CountPending(ctx, s.log.Reader(), s.o.Log.Dir, s.log.location.Project)
	return err
}

const replayPending = "vidiking replay --status pending"

// notices describes what earlier sessions left pending, and how to send it.
func (b *backlog) notices() []output.Notice {
	var ns []output.Notice
	if n := b.resumed.Deliveries; n > 0 {
		resumed := output.Notice{Code: "resumed", Message: fmt.Sprintf("Resuming %s from an earlier listen.", display.Deliveries(n))}
		if u := b.resumed.Uncertain; u > 0 {
			resumed.Details = []string{fmt.Sprintf("The handler may have received %s of them already, and receives %s again.", display.Count(u), output.ItOrThem(u))}
		}
		ns = append(ns, resumed)
	}
	if n := b.pending.NeverSent; n > 0 {
		command := replayPending
		if b.pending.Unknown > 0 { // a replay would send those, too
			command = "vidiking listen --hold"
		}
		ns = append(ns, output.Notice{
			Code: "pending_left", Hint: command,
			Message: fmt.Sprintf("%s from an earlier listen, never sent.", display.Deliveries(n)),
			Details: []string{"To send " + output.ItOrThem(n) + ": " + command},
		})
	}
	if n := b.pending.Unknown; n > 0 {
		ns = append(ns, output.Notice{
			Code: "outcome_unknown", Hint: replayPending,
			Message: fmt.Sprintf("%s from an earlier listen, outcome unknown: the handler may have received %s.", display.Deliveries(n), output.ItOrThem(n)),
			Details: []string{"To send " + output.ItOrThem(n) + ", possibly for the second time: " + replayPending},
		})
	}
	return ns
}
