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
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// wait is the --wait-for of a session.
type wait struct {
	waiter     *Waiter          // nil without --wait-for
	report     *atomicfile.File // nil without --junit
	cancelWait context.CancelFunc

	ended  chan struct{}
	result Result // set before ended is closed
	err    error  // likewise
}

// startWait waits, in the background, for deliveries of this session, if --wait-for is set.
func (s *Session) startWait(ctx context.Context) {
	if len(s.o.Wait.Events) == 0 {
		return
	}
	w := &s.wait
	ctx, w.cancelWait = context.WithCancel(context.WithoutCancel(ctx))
	info := s.announce.Info()
	w.waiter = &Waiter{
		WaitOptions: s.o.Wait.WaitOptions, Printer: s.display.printer, Reader: s.log.Reader(), Session: info.ID,
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
func (s *Session) done() <-chan struct{} {
	w, c := &s.wait, s.child
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
		case <-c.ended:
			if c.exitCode() == output.ExitDone {
				<-w.ended
			}
		case <-w.ended:
			if w.result == ResultTimedOut {
				c.cut.Store(true)
				c.end()
			}
			<-c.ended
		}
	}()
	return done
}

// waitVerdict prints the final result of --wait-for, writes its report, and returns the error that the session ends with.
func (s *Session) waitVerdict(ctx context.Context) error {
	w := &s.wait
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
		if err := output.WriteJUnit(w.report, s.waitSuite(report.Since, slices.Values(s.waitCases(ctx, report)))); err != nil {
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

func (s *Session) waitSuite(since time.Time, cases iter.Seq[output.TestCase]) output.TestSuite {
	return output.TestSuite{
		Name:    "vidiking listen --wait-for " + strings.Join(s.o.Wait.Events, " --wait-for "),
		Started: since, Took: s.o.System.Now().Sub(since), Cases: cases,
	}
}

func (s *Session) waitCase(event string, since time.Time, failure *output.TestFailure) output.TestCase {
	return output.TestCase{Class: "vidiking listen", Name: event, Took: s.o.System.Now().Sub(since), Failure: failure}
}

// reportAborted writes the report of a wait that something else ended, such as a lost tunnel: each event is an error. Wrong options
// cause no report.
func (w *wait) reportAborted(s *Session, began time.Time, cause error) error {
	if cause == nil || w.report == nil || w.report.Done() {
		return nil
	}
	failure := output.TestFailure{Kind: "not_waited", Message: "interrupted", Errored: true}
	var silent output.ErrSilent
	if !errors.As(cause, &silent) {
		f := s.o.System.Explain(cause)
		if f.Code == output.ExitUsage {
			return nil
		}
		failure.Message = f.What
	}
	var cases []output.TestCase
	for _, event := range s.o.Wait.Events {
		cases = append(cases, s.waitCase(event, began, &failure))
	}
	return output.WriteJUnit(w.report, s.waitSuite(began, slices.Values(cases)))
}

// waitCases returns one test case for each awaited event.
func (s *Session) waitCases(ctx context.Context, r output.WaitResult) []output.TestCase {
	var cases []output.TestCase
	for _, e := range r.Events {
		cases = append(cases, s.waitCase(e.Event, r.Since, s.wait.waiter.testFailure(ctx, r, e)))
	}
	return cases
}

// testFailure returns why the wait for an event failed; nil if it succeeded.
func (w *Waiter) testFailure(ctx context.Context, r output.WaitResult, e output.WaitEvent) *output.TestFailure {
	switch {
	case e.Failed > 0:
		rows := w.Counted()
		i := slices.IndexFunc(rows, func(s webhook.Summary) bool { return s.Failed() && webhook.EventMatches(e.Event, s.Event) })
		f := &output.TestFailure{
			Kind: string(rows[i].Status), Message: fmt.Sprintf("%s came, and was not delivered: %s", rows[i].Event, display.StatusText(rows[i])),
			Text: "See it: vidiking webhooks show " + string(rows[i].ID) + "\n",
		}
		if d, err := w.Reader.Get(ctx, rows[i].ID); err == nil { // without the response, the report is still useful
			a := webhook.Deciding(d.History)
			f.Text += output.ResponseText(a)
			if a.Error != "" {
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
