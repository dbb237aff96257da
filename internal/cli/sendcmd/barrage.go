package sendcmd

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/load"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// barrage is a run of many sendings.
type barrage struct {
	*sending
	v     *volley
	tally *load.Tally
	stop  chan struct{}
	abort context.CancelFunc
	cut   atomic.Int64 // those that were not answered when --within was over
}

// load sends many, and sums up what came. The first interrupt sends no more and waits for what is under way, the second gives that up.
func (s *sending) load(ctx context.Context, out output.Options, v *volley) error {
	interrupts := s.app.TakeInterrupts()
	if ctx.Err() != nil { // interrupted before we took the interrupts
		return ctx.Err()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if o := v.o.many.lowered; o.Files > 0 {
		s.printer.Notice(o.Notice())
	}
	b := &barrage{sending: s, v: v, tally: load.NewTally(v.total), stop: make(chan struct{}), abort: cancel}
	o := load.Options{Rate: v.o.many.rate, Concurrency: v.o.many.concurrency, Now: s.app.W.Now}
	ended := make(chan time.Duration, 1)
	go func() {
		ended <- load.Run(ctx, b.stop, v.shots, o, b.Fire, func(shot load.Request[[]byte], r load.Result) {
			b.tally.Add(r)
			s.judge.reports.add(shot, r)
		})
	}()
	took, interrupted := b.watch(out, ended, interrupts)
	r := output.LoadResult{Report: b.tally.Report(took), Interrupted: interrupted, Requested: v.total}
	r.TimeUp = s.patience.isUp(ctx) && (b.cut.Load() > 0 || r.Sent < r.Requested)
	return b.sumUp(out, r)
}

// Fire makes one sending.
func (b *barrage) Fire(ctx context.Context, shot load.Request[[]byte]) load.Response {
	out, at, err := b.to.Fire(ctx, b.v.arrival(shot))
	if b.patience.isUp(ctx) && err != nil || b.patience.cut(ctx, out.Attempt) {
		b.cut.Add(1)
	}
	if err != nil {
		return load.Response{Failure: b.whyLost(ctx, err), At: at}
	}
	_, wrong := b.judge.verdict(shot, out)
	a := answerOf(out, wrong)
	a.At = at
	if b.to.Lost != nil {
		a.ID = "" // it names nothing that could be looked up
	}
	return a
}

// watch shows how far it is and looks after the interrupts, until all is sent.
func (b *barrage) watch(out output.Options, ended <-chan time.Duration, interrupts <-chan os.Signal) (took time.Duration, interrupted bool) {
	bar := output.NewProgress(b.app.W.Stderr, out.Style)
	defer bar.Clear()
	start := b.app.W.Now()
	tick := time.NewTicker(cmdutil.ProgressEvery)
	defer tick.Stop()
	for {
		select {
		case took = <-ended:
			return took, interrupted
		case <-tick.C:
			if elapsed := b.app.W.Now().Sub(start); cmdutil.ShowsProgress(b.app) && elapsed >= cmdutil.ProgressAfter {
				b.draw(bar, elapsed)
			}
		case <-interrupts:
			if interrupted {
				b.abort()
				continue
			}
			interrupted = true
			close(b.stop)
			bar.Clear()
			b.printer.Notice(output.Notice{Code: "draining", Message: "Waiting for what is under way. Press Ctrl-C again to abort."})
		}
	}
}

func (b *barrage) draw(bar *output.Progress, elapsed time.Duration) {
	sent, wrong := b.tally.Progress()
	var more []string
	if elapsed > 0 {
		more = append(more, display.Count(int(float64(sent)/elapsed.Seconds()))+"/s")
	}
	if wrong > 0 {
		more = append(more, display.Count(wrong)+" not "+b.good())
	}
	bar.Draw(sent, b.v.total, strings.Join(more, "   "))
}

// good is what a sending is that came to what it should.
func (b *barrage) good() string {
	if b.judge.asks() {
		return "as expected"
	}
	return "delivered"
}

// sumUp says what came of all, and makes the exit code of it.
func (b *barrage) sumUp(out output.Options, r output.LoadResult) error {
	o := b.v.o
	r.To, r.Via, r.SuccessWord = cmdutil.ShortRoutes(b.to.Routes), b.to.where(), b.good()
	r.Rate, r.Concurrency = o.many.rate, o.many.concurrency
	if o.expect.given {
		r.Expected = o.expect.String()
	}
	if o.chaos.text != "" {
		r.Chaos, r.Seed = o.chaos.String(), o.chaos.seed
	}
	if err := output.Load(out, r); err != nil {
		return cmdutil.ClosedPipe(err)
	}
	b.sayLate(r)
	if r.Statuses[webhook.StatusRejected] > 0 && !b.judge.spoils {
		b.otherSecret(webhook.Delivery{Summary: webhook.Summary{Status: webhook.StatusRejected}})
	}
	if err := b.judge.Report(); err != nil {
		return err
	}
	switch {
	case r.Interrupted:
		return cmdutil.ErrSilent{Code: cmdutil.ExitInterrupted}
	case r.TimeUp:
		return b.timeUp(int(b.cut.Load())+r.Requested-r.Sent, r.Requested)
	case b.v.err != nil:
		return b.v.err
	case r.NotRecorded > 0:
		return cmdutil.Failed(nil, fmt.Sprintf("%s of %s were not taken", display.Count(r.NotRecorded), display.Count(r.Sent)),
			"send directly: --to "+cmdutil.ShortRoutes(b.to.Routes))
	case r.Failed > 0:
		return cmdutil.ErrHandler()
	}
	return nil
}

// tooLate is from where on it is said that the rate was not held: less is what a busy machine does.
const tooLate = 50 * time.Millisecond

// sayLate says that the rate was not held, and whether too few at once were allowed: then all figures are those of the queue.
func (b *barrage) sayLate(r output.LoadResult) {
	if r.Lag.P99 < tooLate || r.Interrupted {
		return
	}
	notice := output.Notice{Code: "late", Message: "Sendings were up to " + display.Duration(r.Lag.Max) + " late: this machine was too busy for the rate."}
	if r.Queued > r.Sent/100 {
		notice.Message = fmt.Sprintf("Sendings were up to %s late: %d at once are too few for this rate.", display.Duration(r.Lag.Max), r.Concurrency)
		notice.Details = []string{"Allow more at once with --concurrency, or lower --rate."}
	}
	b.printer.Notice(notice)
}
