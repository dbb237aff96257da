package sendcmd

import (
	"context"
	"fmt"
	"iter"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/load"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// volley is everything that one `trigger` sends.
type volley struct {
	o      *TriggerOptions
	secret webhook.Secret
	shots  iter.Seq[load.Request[[]byte]] // made as they are asked for
	total  int                            // how many there are
	err    error                          // why there were no more
}

// maxSendings is how many one `trigger` sends: at 500 a second it takes half an hour, and each measurement is kept.
const maxSendings = 1_000_000

// volley makes what is sent of the payloads of the first round. Each further round has samples of its own, with ids of their own;
// what the user wrote is sent as it is, again and again.
func newVolley(ctx context.Context, a *cmdutil.App, p output.Printer, o *TriggerOptions, first [][]byte) (*volley, error) {
	v := &volley{o: o, total: o.many.count * len(first) * o.chaos.Copies()}
	if v.total > maxSendings || v.total/o.many.count != len(first)*o.chaos.Copies() {
		return nil, cmdutil.Usage(fmt.Sprintf("--count %d makes more than %s sendings", o.many.count, display.Count(maxSendings)), "send fewer at once")
	}
	again := func() ([][]byte, error) {
		bodies, err := Payloads(a, o)
		if err == nil {
			err = editPayloads(ctx, a, p, o, bodies)
		}
		return bodies, err
	}
	if o.data != "" || o.edits.byHand {
		again = func() ([][]byte, error) { return first, nil }
	}
	v.shots = load.ApplyChaos(v.rounds(first, again), o.chaos.Chaos, o.chaos.seed)
	return v, nil
}

// rounds are the payloads of all rounds.
func (v *volley) rounds(bodies [][]byte, again func() ([][]byte, error)) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for round := range v.o.many.count {
			if round > 0 {
				if bodies, v.err = again(); v.err != nil {
					return
				}
			}
			for _, body := range bodies {
				if !yield(body) {
					return
				}
			}
		}
	}
}

// arrival is a sending as it is sent: signed, and only then cut short.
func (v *volley) arrival(shot load.Request[[]byte]) relay.Arrival {
	body := shot.Item
	header := v.o.Sign(v.secret, &body)
	return relay.Arrival{
		Header: header, Body: shot.Body(body), Origin: webhook.OriginTrigger, Host: v.o.given.Host, Expect: v.o.expect.statuses(),
	}
}

// volley sends one after the other, and shows each. The report is written whatever ended it.
func (s *sending) volley(ctx context.Context, v *volley) error {
	s.sayChaos(v.o)
	sent, err := s.each(ctx, v)
	if err != nil && s.patience.isUp(ctx) {
		err = s.timeUp(v.total-sent, v.total)
	}
	if reported := s.judge.Report(); err == nil {
		err = reported
	}
	if err != nil {
		return err
	}
	return s.end(sent)
}

// each sends one after the other until one can't be sent, and returns how many were.
func (s *sending) each(ctx context.Context, v *volley) (sent int, err error) {
	for shot := range v.shots {
		if err := cmdutil.Pause(ctx, shot.Delay); err != nil {
			return sent, err
		}
		s.judge.next(shot)
		if err := s.Send(ctx, v.arrival(shot)); err != nil {
			return sent, err
		}
		sent++
	}
	return sent, v.err
}

// sayChaos says how the same chaos is had again, before it begins.
func (s *sending) sayChaos(o *TriggerOptions) {
	if o.chaos.text == "" {
		return
	}
	again := fmt.Sprintf("--chaos %s --seed %d", o.chaos.Chaos, o.chaos.seed)
	s.printer.Notice(output.Notice{Code: "chaos", Message: "With chaos. The same again: " + again, Hint: again})
}
