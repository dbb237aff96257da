package send

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/load"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// LoadOptions are the options of a load run.
type LoadOptions struct {
	Rate         float64 // requests per second; 0: as fast as Concurrency allows
	Concurrency  int
	Interrupts   <-chan os.Signal
	ShowProgress bool // draw a progress bar on stderr
}

// loadRun is one run of RunLoad.
type loadRun struct {
	*Runner
	options    LoadOptions
	batch      *Batch
	tally      *load.Tally
	stop       chan struct{}
	abort      context.CancelFunc
	unanswered atomic.Int64 // requests without a response at the deadline
}

// RunLoad sends the requests of a batch at a rate and prints a summary. The first interrupt stops new requests and waits for those in
// flight; the second aborts them.
func (r *Runner) RunLoad(ctx context.Context, b *Batch, o LoadOptions) error {
	ctx, cancel := withDeadline(ctx, r.options.Deadline)
	defer cancel()
	ctx, abort := context.WithCancel(ctx)
	defer abort()
	run := &loadRun{Runner: r, options: o, batch: b, tally: load.NewTally(b.total), stop: make(chan struct{}), abort: abort}
	ended := make(chan time.Duration, 1)
	limits := load.Options{Rate: o.Rate, Concurrency: o.Concurrency, Now: r.options.Now}
	go func() {
		ended <- load.Run(ctx, run.stop, b.requests, limits, run.send, func(request load.Request[[]byte], result load.Result) {
			run.tally.Add(result)
			r.options.Checker.report.add(request, result)
		})
	}()
	took, interrupted := run.watch(ended)
	result := output.LoadResult{Report: run.tally.Report(took), Interrupted: interrupted, Requested: b.total}
	result.TimeUp = isPastDeadline(ctx) && (run.unanswered.Load() > 0 || result.Sent < result.Requested)
	return run.summarize(ctx, result)
}

// send sends one request.
func (l *loadRun) send(ctx context.Context, request load.Request[[]byte]) load.Response {
	out, at, err := l.to.conn.SendMany(ctx, l.batch.arrival(request))
	if isPastDeadline(ctx) && err != nil || isUnanswered(ctx, out.Attempt) {
		l.unanswered.Add(1)
	}
	if err != nil {
		return load.Response{Failure: l.failureReason(ctx, err), At: at}
	}
	_, failure := l.Runner.options.Checker.verdict(request, out)
	response := responseOf(out, failure)
	response.At = at
	if l.to.OpenErr() != nil {
		response.ID = "" // no log has it
	}
	return response
}

// progressInterval is how often progress is drawn. It does not flicker.
const progressInterval = 100 * time.Millisecond

// watch draws the progress and handles interrupts until the run ended.
func (l *loadRun) watch(ended <-chan time.Duration) (took time.Duration, interrupted bool) {
	o := l.Runner.options
	bar := output.NewProgress(o.Output.Stderr, o.Output.Style)
	defer bar.Clear()
	start := o.Now()
	tick := time.NewTicker(progressInterval)
	defer tick.Stop()
	for {
		select {
		case took = <-ended:
			return took, interrupted
		case <-tick.C:
			if elapsed := o.Now().Sub(start); l.options.ShowProgress && elapsed >= output.ProgressAfter {
				l.draw(bar, elapsed)
			}
		case <-l.options.Interrupts:
			if interrupted {
				l.abort()
				continue
			}
			interrupted = true
			close(l.stop)
			bar.Clear()
			o.Printer.Notice(output.Notice{Code: "draining", Message: "Waiting for requests in flight. Press Ctrl-C again to abort."})
		}
	}
}

func (l *loadRun) draw(bar *output.Progress, elapsed time.Duration) {
	sent, failed := l.tally.Progress()
	var details []string
	if elapsed > 0 {
		details = append(details, display.Count(int(float64(sent)/elapsed.Seconds()))+"/s")
	}
	if failed > 0 {
		details = append(details, display.Count(failed)+" not "+l.successWord())
	}
	bar.Draw(sent, l.batch.total, strings.Join(details, "   "))
}

// successWord describes a request with the expected outcome.
func (l *loadRun) successWord() string {
	if l.Runner.options.Checker.isStrict() {
		return "as expected"
	}
	return "delivered"
}

// summarize prints the result and returns the error that sets the exit code.
func (l *loadRun) summarize(ctx context.Context, r output.LoadResult) error {
	o, batch := l.Runner.options, l.batch.options
	r.To, r.Via, r.SuccessWord = relay.ShortRoutes(l.to.Routes), l.to.String(), l.successWord()
	r.Rate, r.Concurrency = l.options.Rate, l.options.Concurrency
	r.Expected = batch.Expect.String()
	if batch.Chaos != (load.Chaos{}) {
		r.Chaos, r.Seed = batch.Chaos.String(), batch.Seed
	}
	if err := output.Load(o.Output, r); err != nil {
		return o.WriteFailed(err)
	}
	l.printLate(r)
	if r.Statuses[webhook.StatusRejected] > 0 && batch.Chaos.Truncate == 0 {
		l.printOtherSecret()
	}
	if err := l.writeReport(ctx); err != nil {
		return err
	}
	switch {
	case r.Interrupted:
		return output.ErrSilent{Code: output.ExitInterrupted}
	case r.TimeUp:
		return deadlineError(l.to, o.Deadline, int(l.unanswered.Load())+r.Requested-r.Sent, r.Requested)
	case l.batch.err != nil:
		return l.batch.err
	case r.NotRecorded > 0:
		return notRecorded(l.to, r)
	case r.Failed > 0:
		return output.ErrSilent{Code: output.ExitHandler}
	}
	return nil
}

// notRecorded is the error of a run with requests that the session did not accept, or that this process could not record. The summary has the
// reasons.
func notRecorded(to *Destination, r output.LoadResult) error {
	count := display.Count(r.NotRecorded) + " of " + display.Count(r.Sent) + " requests were not "
	if to.Session == nil {
		return output.Failed(nil, count+"recorded", "check the delivery log: vidiking doctor")
	}
	return output.Failed(nil, count+"accepted", "send directly: --to "+relay.ShortRoutes(to.Routes))
}

// maxLag is the delay up to which a rate counts as held. A busy machine causes less.
const maxLag = 50 * time.Millisecond

// printLate prints that the rate was not held, and whether the limit of concurrent requests was the cause: all figures then include the
// time in the queue.
func (l *loadRun) printLate(r output.LoadResult) {
	if r.Lag.P99 < maxLag || r.Interrupted {
		return
	}
	lag := display.Duration(r.Lag.Max)
	notice := output.Notice{Code: "late", Message: "Requests were up to " + lag + " late: this machine was too busy for the rate."}
	if r.Queued > r.Sent/100 {
		notice.Message = fmt.Sprintf("Requests were up to %s late: %d concurrent requests are too few for this rate.", lag, r.Concurrency)
		notice.Details = []string{"Raise --concurrency, or lower --rate."}
	}
	l.Runner.options.Printer.Notice(notice)
}
