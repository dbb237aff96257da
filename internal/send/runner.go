package send

import (
	"context"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/explain"
	"github.com/vidiking/vidiking-cli/internal/load"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// RunnerOptions are what a Runner needs to know about the command that sends.
type RunnerOptions struct {
	Printer      output.Printer
	Output       output.Options
	ShowResponse bool          // print the handler's response also if it accepted the delivery
	Secret       string        // signs what is sent, masked; empty if the recorded signatures are sent
	Resigned     bool          // replays are signed with Secret
	Checker      *Checker      // nil: every delivery must be delivered
	Deadline     time.Duration // for all responses; 0: none
	Now          func() time.Time

	ShortPath   func(path string) string
	Explain     func(err error) *output.Failure
	Explainer   *explain.Explainer
	Diagnose    func(ctx context.Context, d webhook.Delivery) signature.Diagnosis // of a rejected delivery
	WriteFailed func(err error) error                                             // returns the command's error for a failed write to stdout
}

// Runner sends deliveries one at a time and prints the outcome of each.
type Runner struct {
	options  RunnerOptions
	to       *Destination
	replayed *webhook.Delivery // the delivery that is sent again; nil for new ones
	hints    output.Hints

	delivered      int
	skipped        int
	lastStatus     webhook.Status
	waitingPrinted bool
}

// NewRunner returns a Runner.
func NewRunner(o RunnerOptions) *Runner {
	if o.Checker == nil {
		o.Checker = &Checker{}
	}
	return &Runner{options: o}
}

// Use sends to another destination from now on. It prints where the deliveries so far went, and notices about the new destination.
func (r *Runner) Use(to *Destination) {
	if r.to == to {
		return
	}
	if r.to != nil {
		r.options.Printer.SentVia(r.route())
	}
	r.to = to
	r.options.Checker.unrecorded = to.OpenErr() != nil
	r.printDestination()
}

// Send sends one delivery and prints its outcome. If the handler has responded but the response cannot be recorded, Send prints it and
// returns the error.
func (r *Runner) Send(ctx context.Context, in relay.Arrival) error {
	o := r.options
	began := o.Now()
	out, recordErr := r.await(ctx, in)
	if recordErr != nil && len(out.Attempts) == 0 {
		o.Checker.fail(r.failureReason(ctx, recordErr), o.Now().Sub(began))
		return recordErr
	}
	d := out.Delivery
	r.lastStatus = d.Status
	if d.Status.Forwardable() {
		d.Summary = Latest(d.Summary, out.Attempt)
	}
	o.Printer.Recorded(d.Summary)
	if d.Status.Forwardable() {
		o.Printer.Attempted(d.Summary, out.Attempt, output.Detail{ShowResponse: o.ShowResponse, Attempts: out.Attempts})
	}
	if o.Output.Verbose {
		o.Printer.Contents(d)
	}
	expected := o.Checker.check(o.Printer, out)
	switch {
	case d.Status == webhook.StatusDelivered:
		r.delivered++
		r.printHint(ctx, d, out.Attempt) // of a page that no handler meant as a response
	case d.Status == webhook.StatusSkipped:
		r.skipped++
	case !expected:
		r.printHint(ctx, d, out.Attempt)
	}
	r.printConclusion(d, out.Attempt)
	if err := o.Printer.Err(); err != nil {
		return o.WriteFailed(err)
	}
	if recordErr != nil {
		return recordErr
	}
	if isPastDeadline(ctx) && !isUnanswered(ctx, out.Attempt) {
		return nil // the caller checks the deadline before the next send
	}
	return ctx.Err()
}

// waitingAfter is the time without a response after which the runner prints that it waits.
const waitingAfter = 3 * time.Second

// await sends one delivery and waits for its outcome. If that takes long, await prints a notice, once: a listen with --hold waits for
// its handler without a limit.
func (r *Runner) await(ctx context.Context, in relay.Arrival) (out relay.Outcome, err error) {
	if r.waitingPrinted || r.options.Output.Quiet {
		return r.to.Send(ctx, in)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		out, err = r.to.Send(ctx, in)
	}()
	timer := time.NewTimer(waitingAfter)
	defer timer.Stop()
	select {
	case <-done:
		return out, err
	case <-timer.C:
	}
	r.waitingPrinted = true
	n := output.Notice{Code: "waiting", Message: "Waiting for the response of " + r.to.String() + "."}
	if r.to.Session != nil && r.to.Session.Hold {
		n.Details = []string{"Is your server running? If not, listen holds the delivery until it is."}
	}
	r.options.Printer.Notice(n)
	<-done
	return out, err
}

// failureReason describes why a send has no outcome.
func (r *Runner) failureReason(ctx context.Context, err error) string {
	switch {
	case isPastDeadline(ctx):
		return "no response within " + display.Period(r.options.Deadline)
	case ctx.Err() != nil:
		return "interrupted before the response"
	}
	return r.options.Explain(err).What
}

// Finish prints where the deliveries went and how many of n were delivered. It returns the error that sets the exit code.
func (r *Runner) Finish(n int) error {
	p, checker := r.options.Printer, r.options.Checker
	p.SentVia(r.route())
	if n > 1 {
		sent := output.Sent{Sent: n, Delivered: r.delivered}
		if checker.isStrict() {
			expected := n - checker.unexpected
			sent.Expected = &expected
		}
		p.Sent(sent)
	}
	if checker.isStrict() && checker.unexpected == 0 || !checker.isStrict() && r.delivered+r.skipped == n {
		return nil
	}
	return output.ErrSilent{Code: output.ExitHandler}
}

// route describes where the deliveries went, and whether listen stopped the last one.
func (r *Runner) route() string {
	targets := relay.ShortRoutes(r.to.Routes)
	switch r.lastStatus {
	case webhook.StatusRejected:
		return "stopped by listen; to bypass it: --to " + targets
	case webhook.StatusSkipped:
		return "not forwarded: listen forwards other events; to bypass it: --to " + targets
	}
	route := "sent to " + r.to.String()
	if r.options.Resigned {
		route += ", newly signed with " + r.options.Secret
	}
	return route
}

// printHint prints what to do about a delivery that was not delivered, each hint once.
func (r *Runner) printHint(ctx context.Context, d webhook.Delivery, a webhook.Attempt) {
	hint, ok := r.hints.Next(ctx, r.options.Explainer, r.hintCase(ctx, d, a), r.options.Output.Style)
	if !ok {
		return
	}
	r.options.Printer.Hint(d.ID, r.to.adaptHint(hint))
	if d.Status == webhook.StatusRejected {
		r.printOtherSecret()
	}
}

// hintCase collects the facts that decide which hint is printed.
func (r *Runner) hintCase(ctx context.Context, d webhook.Delivery, a webhook.Attempt) explain.Case {
	audience := explain.AudienceSender
	if r.to.Session == nil {
		audience = explain.AudienceDirect
	}
	c := explain.Case{Summary: d.Summary, Header: d.Header, Body: d.Body, SecretHint: d.SecretHint, Attempt: a, Timeout: r.to.timeout(), Audience: audience}
	if d.Status == webhook.StatusRejected {
		found := r.options.Diagnose(ctx, d)
		c.Findings, c.Incomplete = found.Findings, found.Incomplete
	}
	return c
}

// writeReport writes the JUnit report, if there is one. Its failures have the explanations that their rows have.
func (r *Runner) writeReport(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx) // an interrupted run has a report, too
	return r.options.Checker.report.write(func(first load.Response) string {
		d := webhook.Delivery{Summary: webhook.Summary{ID: first.ID, Status: first.Status, Verdict: first.Verdict}}
		if recorded, ok := r.recorded(ctx, first.ID); ok {
			d = recorded
		}
		hint, ok := r.options.Explainer.Explain(ctx, r.hintCase(ctx, d, first.Attempt), display.Style{UTF8: true})
		if !ok {
			return ""
		}
		return output.HintText(r.to.adaptHint(hint))
	})
}

// recorded reads a delivery from the log. Without it, a report still explains the response.
func (r *Runner) recorded(ctx context.Context, id webhook.ID) (d webhook.Delivery, ok bool) {
	if id == "" || r.options.Explainer == nil {
		return d, false
	}
	log, closeLog, err := r.options.Explainer.OpenLog(ctx)
	if err != nil {
		return d, false
	}
	defer closeLog()
	d, err = log.Get(ctx, id)
	return d, err == nil
}

// Latest returns the summary with the outcome of an attempt.
func Latest(s webhook.Summary, a webhook.Attempt) webhook.Summary {
	s.Attempts, s.Target, s.Code, s.Duration, s.Failure = max(s.Attempts, 1), a.Target, a.Code, a.Duration, a.Failure
	return s
}
