package listen

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/explain"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// wait is the --wait-for of a session.
type wait struct {
	o         SessionWaitOptions
	explainer *explain.Explainer
	now       func() time.Time

	waiter     *Waiter          // nil without --wait-for
	report     *atomicfile.File // nil without --junit
	cancelWait context.CancelFunc

	ended  chan struct{}
	result Result // set before ended is closed
	err    error  // set before ended is closed
}

// start waits, in the background, for deliveries of the session, if --wait-for is set.
func (w *wait) start(ctx context.Context, s *Session) {
	if len(w.o.Events) == 0 {
		return
	}
	ctx, w.cancelWait = context.WithCancel(context.WithoutCancel(ctx))
	info := s.announce.Info()
	w.waiter = &Waiter{
		WaitOptions: w.o.WaitOptions, Printer: s.display.around, Reader: s.log.Reader(), Session: info.ID,
		Since: info.StartedAt.Truncate(time.Millisecond), From: "since listen began",
	}
	w.ended = make(chan struct{})
	go func() {
		defer close(w.ended)
		w.result, w.err = w.waiter.Wait(ctx)
	}()
}

// stop cancels the wait and waits until it has ended.
func (w *wait) stop() {
	if w.waiter != nil {
		w.cancelWait()
		<-w.ended
	}
}

// done returns a channel that is closed when the session should end: the command has ended and the wait is over. If the command fails, the
// session ends at once. If the time of the wait is up, the command is ended. The channel is nil, which blocks forever, if the session runs until
// it is interrupted.
func (w *wait) done(c *child) <-chan struct{} {
	switch {
	case w.waiter == nil:
		return c.done()
	case c == nil:
		return w.ended
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-c.done():
			if c.exitCode() == output.ExitDone {
				<-w.ended
			}
		case <-w.ended:
			if w.result == ResultTimedOut {
				c.stop()
			}
			<-c.done()
		}
	}()
	return done
}

// verdict prints the final result of --wait-for, writes its report, and returns the error that the session ends with.
func (w *wait) verdict(ctx context.Context) error {
	if w.waiter == nil {
		return nil
	}
	result, err := w.finish(ctx)
	if err != nil {
		return err
	}
	report, err := w.waiter.Report(ctx, result)
	if err != nil {
		return err
	}
	if w.report != nil {
		if err := output.WriteJUnit(w.report, w.suite(report.Since, slices.Values(w.cases(ctx, report)))); err != nil {
			return err
		}
	}
	return w.waiter.Print(result, report)
}

// finish returns the result of the wait. If the session ended first, deliveries that arrived until then count.
func (w *wait) finish(ctx context.Context) (Result, error) {
	w.stop()
	if !errors.Is(w.err, context.Canceled) {
		return w.result, w.err
	}
	return w.waiter.cutShort(ctx)
}

func (w *wait) suite(since time.Time, cases iter.Seq[output.TestCase]) output.TestSuite {
	return output.TestSuite{
		Name:    "vidiking listen --wait-for " + strings.Join(w.o.Events, " --wait-for "),
		Started: since, Took: w.now().Sub(since), Cases: cases,
	}
}

func (w *wait) testCase(event string, since time.Time, failure *output.TestFailure) output.TestCase {
	return output.TestCase{Class: "vidiking listen", Name: event, Took: w.now().Sub(since), Failure: failure}
}

// reportAborted writes the report of a wait that something else ended, such as a lost tunnel: each event is an error. Wrong options
// cause no report.
func (w *wait) reportAborted(began time.Time, cause error, explain func(error) *output.Failure) error {
	if cause == nil || w.report == nil || w.report.Done() {
		return nil
	}
	failure := output.TestFailure{Kind: "not_waited", Message: "interrupted", Errored: true}
	var silent output.ErrSilent
	if !errors.As(cause, &silent) {
		f := explain(cause)
		if f.Code == output.ExitUsage {
			return nil
		}
		failure.Message = f.What
	}
	var cases []output.TestCase
	for _, event := range w.o.Events {
		cases = append(cases, w.testCase(event, began, &failure))
	}
	return output.WriteJUnit(w.report, w.suite(began, slices.Values(cases)))
}

// cases returns one test case for each awaited event.
func (w *wait) cases(ctx context.Context, r output.WaitResult) []output.TestCase {
	var cases []output.TestCase
	for _, e := range r.Events {
		cases = append(cases, w.testCase(e.Event, r.Since, w.waiter.testFailure(ctx, w.explainer, r, e)))
	}
	return cases
}

// testFailure returns why the wait for an event failed; nil if it succeeded.
func (w *Waiter) testFailure(ctx context.Context, explainer *explain.Explainer, r output.WaitResult, e output.WaitEvent) *output.TestFailure {
	switch {
	case e.Failed > 0:
		rows := w.Counted()
		i := slices.IndexFunc(rows, func(s webhook.Summary) bool { return s.Failed() && webhook.EventMatches(e.Event, s.Event) })
		f := &output.TestFailure{
			Kind: string(rows[i].Status), Message: fmt.Sprintf("%s arrived, but was not delivered: %s", rows[i].Event, display.StatusText(rows[i])),
			Text: "See it: vidiking webhooks show " + string(rows[i].ID) + "\n",
		}
		if d, err := w.Reader.Get(ctx, rows[i].ID); err == nil { // without the response, the report is still useful
			a := webhook.Deciding(d.History)
			f.Text += output.ResponseText(a)
			if h, ok := explainer.Delivery(ctx, d, display.Style{UTF8: true}); ok {
				f.Text += output.HintText(h)
			} else if a.Error != "" {
				f.Text += a.Error + "\n"
			}
		}
		return f
	case e.Delivered < w.Count:
		return &output.TestFailure{
			Kind: string(ResultTimedOut), Message: w.missing(e), Text: strings.Join(w.othersText(r), "\n") + "\n",
		}
	default:
		return nil
	}
}
