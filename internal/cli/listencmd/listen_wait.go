package listencmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/cli/sendcmd"
	"github.com/vidiking/vidiking-cli/internal/cli/webhookscmd"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/listen"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// listenWaitOptions is what the flags of `listen --wait-for` say.
type listenWaitOptions struct {
	listen.WaitOptions
	junit string
}

func (o *listenWaitOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Var(cmdutil.Repeated(&o.Events), "wait-for", "end when deliveries of this `EVENT` were delivered, as in render.complete or render.*; of each, where there are several (repeatable)")
	f.IntVar(&o.Count, "count", 1, "with --wait-for: `N` of each event")
	f.DurationVar(&o.Within, "within", time.Minute, "with --wait-for: wait no longer than `DURATION` once it is ready (default 60s)")
	f.StringVar(&o.junit, "junit", "", "with --wait-for: write a JUnit report to this `FILE`, a test for each event")
	_ = cmd.MarkFlagFilename("junit", "xml")
	_ = cmd.RegisterFlagCompletionFunc("wait-for", cmdutil.CompleteEventPatterns)
}

// complete checks what the flags say.
func (o *listenWaitOptions) complete(flags *pflag.FlagSet) error {
	if !flags.Changed("wait-for") {
		for _, name := range []string{"count", "within", "junit"} {
			if flags.Changed(name) {
				return cmdutil.Usage("--"+name+" is given without --wait-for", "vidiking listen --wait-for render.complete --"+name+" "+flags.Lookup(name).Value.String())
			}
		}
		return nil
	}
	if flags.Changed("tui") {
		return cmdutil.Usage("--wait-for ends by itself, and --tui when you leave it", "one of the two: vidiking listen --wait-for "+o.Events[0])
	}
	if o.Within == 0 {
		return cmdutil.Usage("--within 0s waits for nothing", "as in --within 60s")
	}
	return webhookscmd.CheckWait(&o.WaitOptions)
}

// checkAwaited refuses to wait for an event that is never forwarded, which would be found out when time is up.
func (o *listenOptions) checkAwaited() error {
	for _, pattern := range o.wait.Events {
		if !o.forwards(pattern) {
			these := cmp.Or(strings.Join(o.forwarded(), ", "), "nothing")
			return cmdutil.Usage("--wait-for "+pattern+" waits for what is not forwarded", "forwarded, by --events and the routes of --forward: "+these)
		}
	}
	return nil
}

// forwards reports whether events that the pattern matches can go to a handler.
func (o *listenOptions) forwards(pattern string) bool {
	wants := func(events []string) bool {
		return len(events) == 0 || slices.ContainsFunc(events, func(p string) bool { return webhook.PatternsOverlap(p, pattern) })
	}
	return wants(o.events) && slices.ContainsFunc(o.routes, func(r relay.Route) bool { return wants(r.Events) })
}

// forwarded returns the events and patterns that go to a handler: the documented events, then the others that were named.
func (o *listenOptions) forwarded() (names []string) {
	for _, e := range webhook.Events() {
		names = append(names, e.Name)
	}
	named := slices.Clone(o.events)
	for _, r := range o.routes {
		named = append(named, r.Events...)
	}
	for _, pattern := range named {
		if _, known := webhook.KnownEvent(pattern); !known && !slices.Contains(names, pattern) {
			names = append(names, pattern)
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return !o.forwards(name) })
}

// await begins to wait for the events of --wait-for, if there are any, among what this session receives.
func (l *listener) await(ctx context.Context) {
	o := &l.o.wait
	if len(o.Events) == 0 {
		return
	}
	ctx, l.unwait = context.WithCancel(context.WithoutCancel(ctx))
	w := &listen.Waiter{
		WaitOptions: o.WaitOptions, Printer: l.printer, Reader: l.log.Reader(), Session: l.session.Info().ID,
		Since: l.session.Info().StartedAt.Truncate(time.Millisecond), From: "since listen began",
	}
	l.waiting, l.waited = w, make(chan struct{})
	go func() {
		defer close(l.waited)
		l.waitResult, l.waitErr = w.Wait(ctx)
	}()
}

// done is closed when there is nothing more to run for: the command has ended and the wait is over. A command that failed is the end,
// whatever may come yet, and time that is up is the end of the command. It is nil, which never is, where listen runs until it is interrupted.
func (l *listener) done() <-chan struct{} {
	switch {
	case l.waiting == nil:
		return l.commandEnded()
	case l.command == nil:
		return l.waited
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-l.command.ended:
			if l.command.code() == cmdutil.ExitDone {
				<-l.waited
			}
		case <-l.waited:
			if l.waitResult == listen.ResultTimedOut {
				l.command.cut.Store(true)
				l.command.end()
			}
			<-l.command.ended
		}
	}()
	return done
}

// stopWaiting ends the wait, whatever has come of it.
func (l *listener) stopWaiting() {
	if l.waiting != nil {
		l.unwait()
		<-l.waited
	}
}

// waitVerdict says what came of --wait-for, now that nothing more will, and writes the report of it.
func (l *listener) waitVerdict(ctx context.Context) error {
	if l.waiting == nil {
		return nil
	}
	result, err := l.waitOutcome(ctx)
	if err != nil {
		return err
	}
	w := l.waiting
	report, err := w.Report(ctx, result)
	if err != nil {
		return err
	}
	if err := l.writeWaitReport(ctx, report); err != nil {
		return err
	}
	return w.Print(result, report)
}

// waitOutcome is what came of the wait. Where it was cut short, what the end has brought counts.
func (l *listener) waitOutcome(ctx context.Context) (listen.Result, error) {
	l.stopWaiting()
	if !errors.Is(l.waitErr, context.Canceled) {
		return l.waitResult, l.waitErr
	}
	return l.waiting.CutShort(ctx)
}

// writeWaitReport writes the JUnit file of --wait-for, if one was asked for.
func (l *listener) writeWaitReport(ctx context.Context, r output.WaitResult) error {
	if l.waitReport == nil {
		return nil
	}
	return cmdutil.WriteJUnit(l.waitReport, l.waitSuite(r.Since, l.waitCases(ctx, r)))
}

func (l *listener) waitSuite(since time.Time, cases iter.Seq[output.TestCase]) output.TestSuite {
	return output.TestSuite{
		Name:    "vidiking listen --wait-for " + strings.Join(l.o.wait.Events, " --wait-for "),
		Started: since, Took: l.app.W.Now().Sub(since), Cases: cases,
	}
}

// reportLost writes the report of a wait that something else ended, as a tunnel that is lost: each event is an error then. A listen that
// was called wrongly has no report.
func (l *listener) reportLost(began time.Time, cause error) error {
	if cause == nil || l.waitReport == nil || l.waitReport.Done() {
		return nil
	}
	why := output.TestFailure{Kind: "not_waited", Message: "interrupted", Errored: true}
	var silent cmdutil.ErrSilent
	if !errors.As(cause, &silent) {
		f := l.app.Explain(cause)
		if f.Code == cmdutil.ExitUsage {
			return nil
		}
		why.Message = f.What
	}
	return cmdutil.WriteJUnit(l.waitReport, l.waitSuite(began, func(yield func(output.TestCase) bool) {
		for _, event := range l.o.wait.Events {
			if !yield(output.TestCase{Class: "vidiking listen", Name: event, Took: l.app.W.Now().Sub(began), Failure: &why}) {
				return
			}
		}
	}))
}

// waitCases are a test for each event that was waited for.
func (l *listener) waitCases(ctx context.Context, r output.WaitResult) iter.Seq[output.TestCase] {
	var cases []output.TestCase
	for _, e := range r.Events {
		cases = append(cases, output.TestCase{
			Class: "vidiking listen", Name: e.Event, Took: l.app.W.Now().Sub(r.Since), Failure: l.waitFailure(ctx, r, e),
		})
	}
	return slices.Values(cases)
}

func (l *listener) waitFailure(ctx context.Context, r output.WaitResult, e output.WaitEvent) *output.TestFailure {
	w := l.waiting
	switch {
	case e.Failed > 0:
		rows := w.Counted()
		i := slices.IndexFunc(rows, func(s webhook.Summary) bool { return s.Failed() && webhook.EventMatches(e.Event, s.Event) })
		f := &output.TestFailure{
			Kind: string(rows[i].Status), Message: fmt.Sprintf("%s came, and was not delivered: %s", rows[i].Event, display.StatusText(rows[i])),
			Text: "See it: vidiking webhooks show " + string(rows[i].ID) + "\n",
		}
		if d, err := w.Reader.Get(ctx, rows[i].ID); err == nil { // a report without the handler's words is one, too
			a := webhook.Deciding(d.History)
			f.Text += sendcmd.AnswerText(a)
			if a.Error != "" {
				f.Text += a.Error + "\n"
			}
		}
		return f
	case e.Delivered < w.Count:
		return &output.TestFailure{
			Kind: string(listen.ResultTimedOut), Message: w.Missing(e), Text: strings.Join(w.OthersText(r), "\n") + "\n",
		}
	default:
		return nil
	}
}
