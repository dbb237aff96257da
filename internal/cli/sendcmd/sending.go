package sendcmd

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// sending is a run of `trigger` or `replay`: deliveries sent one after the other, each shown when its answer is there.
type sending struct {
	app       *cmdutil.App
	printer   output.Printer
	to        *Destination
	signed    string // the secret that it was signed with just now, masked; empty for what was signed before
	anew      bool   // what is replayed is signed anew, which is said
	words     bool   // show the handler's words also where it accepted
	style     display.Style
	timeout   time.Duration // of an attempt
	hints     output.Hints
	patience  patience
	judge     *judge // what else is to become of each; nil: that it is delivered
	delivered int
	skipped   int
	last      webhook.Status    // of the last one
	replayed  *webhook.Delivery // the one that is sent again; nil for new ones

	saidWaiting bool // that an answer takes long
}

// saySecret says that there was no secret.
func (s *sending) saySecret(secret cmdutil.KnownSecret) {
	if secret.JustNow {
		command := cmdutil.PrintSecretCommand(s.app)
		s.printer.Notice(output.Notice{
			Code: "secret_made", Message: "There was no signing secret, so one was made: " + secret.String() + ".",
			Details: []string{"Your handler needs it: " + command}, Hint: command,
		})
	}
}

// sayDestination says what should be known of a destination before anything is sent there.
func (s *sending) sayDestination() {
	if s.to.others > 1 {
		s.printer.Notice(output.Notice{
			Code: "other_project", Message: fmt.Sprintf("No listen runs for this project. This goes through the newest of %d, started in %s.",
				s.to.others, display.Clean(s.app.Cfg.ShortPath(s.to.Through.Dir))),
			Details: []string{"For another handler: --to localhost:3000"},
		})
	}
	if s.to.Through != nil && len(s.to.moot) > 0 {
		past := "--to " + cmdutil.ShortRoutes(s.to.Routes)
		s.printer.Notice(output.Notice{
			Code: "listen_decides", Message: "This goes through listen, whose own " + strings.Join(s.to.moot, " and ") + " counts.",
			Details: []string{"Past it: " + past}, Hint: past,
		})
	}
	if s.to.Lost != nil {
		f := s.app.Explain(s.to.Lost)
		s.printer.Notice(output.Notice{Code: "not_recorded", Message: "What is sent is not recorded: " + f.What + "."})
	}
}

// Send sends one delivery and shows what came of it.
func (s *sending) Send(ctx context.Context, in relay.Arrival) error {
	began := s.app.W.Now()
	out, err := s.await(ctx, in)
	if err != nil {
		s.judge.lose(s.whyLost(ctx, err), s.app.W.Now().Sub(began))
		return err
	}
	d := out.Delivery
	s.last = d.Status
	if d.Status.Forwardable() {
		d.Summary = Latest(d.Summary, out.Attempt)
	}
	s.printer.Recorded(d.Summary)
	if d.Status.Forwardable() {
		s.printer.Attempted(d.Summary, out.Attempt, output.Detail{ShowResponse: s.words, Attempts: out.Attempts})
	}
	if s.app.Flags.Verbose {
		s.printer.Contents(d)
	}
	expected := s.judge.see(s.printer, out)
	switch {
	case d.Status == webhook.StatusDelivered:
		s.delivered++
	case d.Status == webhook.StatusSkipped:
		s.skipped++
	case expected: // so there is nothing to mend
	default:
		if h, ok := s.hints.Next(s.about(ctx, d, out.Attempt), s.style); ok {
			s.printer.Hint(d.ID, s.commandOf(h))
			s.otherSecret(d)
		}
	}
	s.conclude(d, out.Attempt)
	if err := s.printer.Err(); err != nil {
		return cmdutil.ClosedPipe(err)
	}
	if s.patience.isUp(ctx) && !s.patience.cut(ctx, out.Attempt) {
		return nil // it was answered; whether there is time for another is looked at before that
	}
	return ctx.Err()
}

// sayWaiting is from when on it is said that there is no answer yet: what takes less is soon over.
const sayWaiting = 3 * time.Second

// await sends one delivery and waits for what comes of it. Where that takes long it is said, once: a listen that holds waits for its
// handler, however long that is.
func (s *sending) await(ctx context.Context, in relay.Arrival) (out relay.Outcome, err error) {
	if s.saidWaiting || s.app.Flags.Quiet {
		return s.to.Send(ctx, in)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		out, err = s.to.Send(ctx, in)
	}()
	timer := time.NewTimer(sayWaiting)
	defer timer.Stop()
	select {
	case <-done:
		return out, err
	case <-timer.C:
	}
	s.saidWaiting = true
	n := output.Notice{Code: "waiting", Message: "Waiting for the answer of " + s.to.where() + "."}
	if s.to.Through != nil && s.to.Through.Hold {
		n.Details = []string{"Is your server running? If not, listen holds this until it is."}
	}
	s.printer.Notice(n)
	<-done
	return out, err
}

// whyLost says why there is nothing that came of a sending.
func (s *sending) whyLost(ctx context.Context, err error) string {
	switch {
	case s.patience.isUp(ctx):
		return "not answered within " + display.Period(s.patience.within)
	case ctx.Err() != nil:
		return "interrupted before it was answered"
	}
	return s.app.Explain(err).What
}

// commandOf makes a hint's command one that does the same where this was sent. What is not in a log can't be sent again by its id.
func (s *sending) commandOf(h display.Hint) display.Hint {
	replays := strings.HasPrefix(h.Command, "vidiking replay ")
	switch {
	case replays && s.to.Lost != nil:
		h.Lead, h.Command = "", ""
	case strings.Contains(h.Command, " --to "): // it names where
	case s.to.named != "" && (replays || strings.HasPrefix(h.Command, "vidiking trigger ")):
		h.Command += " --to " + s.to.named
	}
	return h
}

// otherSecret says that listen checks with another secret than this terminal signs with, which nothing else would tell.
func (s *sending) otherSecret(d webhook.Delivery) {
	if d.Status != webhook.StatusRejected || s.to.Through == nil || s.signed == "" || s.signed == s.to.Through.Secret {
		return
	}
	s.printer.Notice(output.Notice{
		Code: "other_secret", Message: "This terminal signs with " + s.signed + ", and listen checks with " + s.to.Through.Secret + ".",
		Details: []string{"Set VIDIKING_WEBHOOK_SECRET to the same value in both."},
	})
}

// about is what hints need to know of a delivery that was not delivered.
func (s *sending) about(ctx context.Context, d webhook.Delivery, a webhook.Attempt) display.Case {
	teller := display.AudienceSender
	if s.to.Through == nil {
		teller = display.AudienceDirect
	}
	c := display.Case{Summary: d.Summary, Header: d.Header, SecretHint: d.SecretHint, Attempt: a, Timeout: s.timeout, Audience: teller}
	if d.Status == webhook.StatusRejected {
		found := cmdutil.Diagnose(ctx, s.app, d, cmdutil.WorkWhileSending)
		c.Findings, c.Incomplete = found.Findings, found.Incomplete
	}
	return c
}

// end says where it went and how many were delivered, and makes the exit code of it.
func (s *sending) end(n int) error {
	s.printer.SentVia(s.way())
	if n > 1 {
		sent := output.Sent{Sent: n, Delivered: s.delivered}
		if s.judge.asks() {
			expected := n - s.judge.wrong
			sent.Expected = &expected
		}
		s.printer.Sent(sent)
	}
	if s.judge.asks() && s.judge.wrong == 0 || !s.judge.asks() && s.delivered+s.skipped == n {
		return nil
	}
	return cmdutil.ErrHandler()
}

// way says which way it went, and where it ended if listen let it go no further.
func (s *sending) way() string {
	switch s.last {
	case webhook.StatusRejected:
		return "stopped by listen; past it: --to " + cmdutil.ShortRoutes(s.to.Routes)
	case webhook.StatusSkipped:
		return "not passed on: listen forwards other events; past it: --to " + cmdutil.ShortRoutes(s.to.Routes)
	}
	way := "to " + s.to.where()
	if s.anew {
		way += ", newly signed with " + s.signed
	}
	return way
}

// Latest is the summary with what the attempt adds to it.
func Latest(s webhook.Summary, a webhook.Attempt) webhook.Summary {
	s.Attempts, s.Target, s.Code, s.Duration, s.Failure = max(s.Attempts, 1), a.Target, a.Code, a.Duration, a.Failure
	return s
}
