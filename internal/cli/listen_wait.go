package cli

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

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// listenWaitOptions is what the flags of `listen --wait-for` say.
type listenWaitOptions struct {
	waitOptions
	junit string
}

func (o *listenWaitOptions) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Var(repeated(&o.events), "wait-for", "end when deliveries of this `EVENT` were delivered, as in render.complete or render.*; of each, where there are several (repeatable)")
	f.IntVar(&o.count, "count", 1, "with --wait-for: `N` of each event")
	f.DurationVar(&o.within, "within", time.Minute, "with --wait-for: wait no longer than `DURATION` once it is ready (default 60s)")
	f.StringVar(&o.junit, "junit", "", "with --wait-for: write a JUnit report to this `FILE`, a test for each event")
	_ = cmd.MarkFlagFilename("junit", "xml")
	_ = cmd.RegisterFlagCompletionFunc("wait-for", completeEventPatterns)
}

// complete checks what the flags say.
func (o *listenWaitOptions) complete(flags *pflag.FlagSet) error {
	if !flags.Changed("wait-for") {
		for _, name := range []string{"count", "within", "junit"} {
			if flags.Changed(name) {
				return usage("--"+name+" is given without --wait-for", "vidiking listen --wait-for render.complete --"+name+" "+flags.Lookup(name).Value.String())
			}
		}
		return nil
	}
	if flags.Changed("tui") {
		return usage("--wait-for ends by itself, and --tui when you leave it", "one of the two: vidiking listen --wait-for "+o.events[0])
	}
	if o.within == 0 {
		return usage("--within 0s waits for nothing", "as in --within 60s")
	}
	return o.check()
}

// checkAwaited refuses to wait for an event that is never forwarded, which would be found out when time is up.
func (o *listenOptions) checkAwaited() error {
	for _, pattern := range o.wait.events {
		if !o.forwards(pattern) {
			these := cmp.Or(strings.Join(o.forwarded(), ", "), "nothing")
			return usage("--wait-for "+pattern+" waits for what is not forwarded", "forwarded, by --events and the routes of --forward: "+these)
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
	if len(o.events) == 0 {
		return
	}
	ctx, l.unwait = context.WithCancel(context.WithoutCancel(ctx))
	w := &waiting{
		app: l.app, o: &o.waitOptions, printer: l.printer, reader: l.log.Reader(), session: l.session.Info().ID,
		since: l.session.Info().StartedAt.Truncate(time.Millisecond), from: "since listen began",
	}
	l.waiting, l.waited = w, make(chan struct{})
	go func() {
		defer close(l.waited)
		l.waitResult, l.waitErr = w.until(ctx)
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
			if l.command.code() == exitDone {
				<-l.waited
			}
		case <-l.waited:
			if l.waitResult == outcomeTimedOut {
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
	report, err := w.report(ctx, result)
	if err != nil {
		return err
	}
	if err := l.writeWaitReport(ctx, report); err != nil {
		return err
	}
	return w.say(result, report)
}

// waitOutcome is what came of the wait. Where it was cut short, what the end has brought counts.
func (l *listener) waitOutcome(ctx context.Context) (outcome, error) {
	l.stopWaiting()
	if !errors.Is(l.waitErr, context.Canceled) {
		return l.waitResult, l.waitErr
	}
	result, err := l.waiting.lookOnce(ctx)
	if err == nil && result == outcomeOpen {
		l.waiting.cut, result = true, l.waiting.atLast()
	}
	return result, err
}

// writeWaitReport writes the JUnit file of --wait-for, if one was asked for.
func (l *listener) writeWaitReport(ctx context.Context, r output.WaitResult) error {
	if l.waitReport == nil {
		return nil
	}
	return writeJUnit(l.waitReport, l.waitSuite(r.Since, l.waitCases(ctx, r)))
}

func (l *listener) waitSuite(since time.Time, cases iter.Seq[output.TestCase]) output.TestSuite {
	return output.TestSuite{
		Name:    "vidiking listen --wait-for " + strings.Join(l.o.wait.events, " --wait-for "),
		Started: since, Took: l.app.w.Now().Sub(since), Cases: cases,
	}
}

// reportLost writes the report of a wait that something else ended, as a tunnel that is lost: each event is an error then. A listen that
// was called wrongly has no report.
func (l *listener) reportLost(began time.Time, cause error) error {
	if cause == nil || l.waitReport == nil || l.waitReport.Done() {
		return nil
	}
	why := output.TestFailure{Kind: "not_waited", Message: "interrupted", Errored: true}
	var silent errSilent
	if !errors.As(cause, &silent) {
		f := l.app.explain(cause)
		if f.code == exitUsage {
			return nil
		}
		why.Message = f.what
	}
	return writeJUnit(l.waitReport, l.waitSuite(began, func(yield func(output.TestCase) bool) {
		for _, event := range l.o.wait.events {
			if !yield(output.TestCase{Class: "vidiking listen", Name: event, Took: l.app.w.Now().Sub(began), Failure: &why}) {
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
			Class: "vidiking listen", Name: e.Event, Took: l.app.w.Now().Sub(r.Since), Failure: l.waitFailure(ctx, r, e),
		})
	}
	return slices.Values(cases)
}

func (l *listener) waitFailure(ctx context.Context, r output.WaitResult, e output.WaitEvent) *output.TestFailure {
	w := l.waiting
	switch {
	case e.Failed > 0:
		rows := w.awaited.taken()
		i := slices.IndexFunc(rows, func(s webhook.Summary) bool { return s.Failed() && webhook.EventMatches(e.Event, s.Event) })
		f := &output.TestFailure{
			Kind: string(rows[i].Status), Message: fmt.Sprintf("%s came, and was not delivered: %s", rows[i].Event, display.StatusText(rows[i])),
			Text: "See it: vidiking webhooks show " + string(rows[i].ID) + "\n",
		}
		if d, err := w.reader.Get(ctx, rows[i].ID); err == nil { // a report without the handler's words is one, too
			a := webhook.Deciding(d.History)
			f.Text += answerText(a)
			if a.Error != "" {
				f.Text += a.Error + "\n"
			}
		}
		return f
	case e.Delivered < w.o.count:
		return &output.TestFailure{
			Kind: string(outcomeTimedOut), Message: w.unmet(e), Text: strings.Join(w.cameInstead(r), "\n") + "\n",
		}
	default:
		return nil
	}
}
