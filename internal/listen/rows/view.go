// Package rows shows the deliveries of a session as rows, as they happen.
package rows

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/explain"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Feed is the part of the delivery log that a live view reads. *store.Reader implements it.
type Feed interface {
	LastSeq(ctx context.Context) (int64, error)
	Changes(ctx context.Context, after int64, limit int) ([]store.Change, error)
	Wait(ctx context.Context, after int64) error
	Get(ctx context.Context, id webhook.ID) (webhook.Delivery, error)
	Count(ctx context.Context, q store.Query) (int, error)
}

// Options configure a View.
type Options struct {
	Printer   output.Printer
	Feed      Feed
	Session   string                // only deliveries of this session are shown
	IsResumed func(webhook.ID) bool // reports whether the session sends this delivery of an earlier session; such deliveries are shown, too; nil: none
	Started   time.Time             // when the session started
	Path      string                // the ingress path
	Filter    filter.Filter         // selects the deliveries to show; the final summary counts all of them
	Now       func() time.Time
	Style     display.Style
	Verbose   bool
	Quiet     bool                       // delivered ones get no row
	Hides     func(webhook.Summary) bool // reports whether another program shows a delivery; nil: none

	// Explainer explains why a delivery was not delivered. If nil, only the response tells.
	Explainer *explain.Explainer
	// Diagnose explains why a delivery's signature does not match, using at most the given work. If nil, nothing is
	// diagnosed.
	Diagnose func(d webhook.Delivery, work int64) signature.Diagnosis
}

const (
	waitingAfter    = 500 * time.Millisecond // a delivery that is answered sooner gets no row before its response
	waitingInterval = 100 * time.Millisecond // how often waiting deliveries are checked
	frame           = 16 * time.Millisecond  // minimum time between two reads of the log: one frame of a common display
	quietFrame      = 48 * time.Millisecond  // the same with Quiet, which reads less often as few deliveries get a row; a view shows them within 50 ms
	batch           = 256                    // changes per read
)

// View shows the deliveries of a session as they happen. It reads the delivery log in its own goroutine, so a slow
// terminal or a closed pipe affects the view, but never the relay.
type View struct {
	o      Options
	cursor int64
	hints  output.Hints
	budget workBudget

	ctx      context.Context // the view's lifetime, ended by Close
	cancel   context.CancelFunc
	woken    chan error
	notices  chan relay.Notice
	messages chan output.Notice
	drain    chan int
	stop     chan output.Stopped
	lines    lineQueue
	done     chan struct{}
	waiting  map[webhook.ID]*waiting
}

// waiting is a delivery without a response.
type waiting struct {
	summary webhook.Summary
	shown   bool
}

// New returns a view that starts with the next change of the log.
func New(ctx context.Context, o Options) (*View, error) {
	cursor, err := o.Feed.LastSeq(ctx)
	if err != nil {
		return nil, fmt.Errorf("follow the delivery log: %w", err)
	}
	l := &View{
		o: o, cursor: cursor,
		woken:    make(chan error, 1),
		notices:  make(chan relay.Notice, 64), // the relay reports each cause once, so more than this at once can be dropped
		messages: make(chan output.Notice, 8),
		drain:    make(chan int, 1),
		stop:     make(chan output.Stopped, 1),
		lines:    newLineQueue(),
		done:     make(chan struct{}),
		waiting:  make(map[webhook.ID]*waiting),
	}
	l.ctx, l.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return l, nil
}

// Start prints the ready block, then shows deliveries until Stop or Close.
func (l *View) Start(r output.Ready, notices []output.Notice) {
	go func() {
		l.o.Printer.Ready(r)
		for _, n := range notices {
			l.o.Printer.Notice(n)
		}
		l.run()
	}()
}

// Notify shows a notice of the relay. It never blocks.
func (l *View) Notify(n relay.Notice) {
	select {
	case l.notices <- n:
	default:
	}
}

// Say shows a notice of another part. It never blocks.
func (l *View) Say(n output.Notice) {
	select {
	case l.messages <- n:
	default:
	}
}

// Left returns nil, because the user cannot leave this view.
func (l *View) Left() <-chan struct{} { return nil }

// Draining prints how many responses are still awaited before the session ends.
func (l *View) Draining(answers int) { l.drain <- answers }

// Stop shows the remaining changes of the log, then the summary with the number of held deliveries. It returns once
// everything is printed.
func (l *View) Stop(c relay.Counts, held int) {
	l.stop <- output.Stopped{Counts: c, Held: held}
	<-l.done
}

// Close ends the view without printing anything.
func (l *View) Close() { l.cancel() }

func (l *View) run() {
	defer close(l.done)
	l.awaitChange()
	look := time.NewTicker(waitingInterval)
	defer look.Stop()
	blind := false
	for {
		select {
		case <-l.ctx.Done():
			return
		case err := <-l.woken:
			if blind = err != nil; !blind {
				l.catchUp()
				l.awaitChange()
			}
		case line := <-l.lines.queue:
			l.catchUp()
			l.printHandlerOutput(line)
		case n := <-l.notices:
			l.catchUp() // deliveries before the notice come first
			l.o.Printer.Notice(l.notice(n))
		case n := <-l.messages:
			l.catchUp()
			l.o.Printer.Notice(n)
		case <-look.C:
			if blind { // the last read of the log failed
				blind = false
				l.catchUp()
				l.awaitChange()
			}
			l.showWaiting()
		case answers := <-l.drain:
			l.catchUp()
			if answers > 0 {
				l.o.Printer.ClosingLine(Draining(answers))
			}
		case s := <-l.stop:
			l.end(s)
			return
		}
	}
}

// Draining returns a sentence with the number of awaited responses and how to abort.
func Draining(answers int) string {
	return "Waiting for " + display.Counted(answers, "response", "responses") + ". Press Ctrl-C again to abort."
}

// notice converts a notice of the relay. If a handler is back, the hint that it is unreachable may be printed again.
func (l *View) notice(n relay.Notice) output.Notice {
	if n.Kind == relay.NoticeHandlerBack {
		l.hints.Forget(explain.CauseUnreachable, n.Target.String())
	}
	shown := output.NoticeOf(n, l.o.Path, l.o.Style)
	if n.Kind == relay.NoticePanic && l.o.Verbose {
		shown.Details = append(shown.Details, stackOf(n)...)
	}
	return shown
}

// awaitChange sends to woken when the log has changed or cannot be read, but not before the next frame. Under load, one
// read then covers many rows; reading for each row would cost a quarter of the time a delivery takes.
func (l *View) awaitChange() {
	after, pause := l.cursor, frame
	if l.o.Quiet {
		pause = quietFrame
	}
	go func() {
		due := time.NewTimer(pause)
		defer due.Stop()
		select {
		case <-due.C:
		case <-l.ctx.Done():
		}
		l.woken <- l.o.Feed.Wait(l.ctx, after)
	}()
}

// catchUp shows all changes in the log.
func (l *View) catchUp() {
	for {
		changes, err := l.o.Feed.Changes(l.ctx, l.cursor, batch)
		if err != nil || len(changes) == 0 {
			return // the relay reports an unreadable log, because it cannot write to it either
		}
		l.o.Printer.Batch(func() {
			for len(changes) > 0 {
				n := groupAttempts(changes)
				l.cursor = changes[0].Seq
				l.show(changes[:n])
				changes = changes[n:]
			}
		})
	}
}

// showWaiting prints a row for each delivery that has waited for half a second.
func (l *View) showWaiting() {
	now := l.o.Now()
	var due []*waiting
	for _, w := range l.waiting {
		if !w.shown && now.Sub(w.summary.ReceivedAt) >= waitingAfter {
			due = append(due, w)
		}
	}
	sort.Slice(due, func(i, j int) bool { return due[i].summary.ReceivedAt.Before(due[j].summary.ReceivedAt) })
	for _, w := range due {
		w.shown = true
		l.o.Printer.Waiting(w.summary, now.Sub(w.summary.ReceivedAt))
	}
}

// end shows the remaining changes and notices, then the summary.
func (l *View) end(s output.Stopped) {
	l.catchUp()
	for len(l.lines.queue) > 0 {
		l.printHandlerOutput(<-l.lines.queue)
	}
	for len(l.notices) > 0 {
		l.o.Printer.Notice(l.notice(<-l.notices))
	}
	for len(l.messages) > 0 {
		l.o.Printer.Notice(<-l.messages)
	}
	CountFailed(l.ctx, &s, l.o.Feed, l.o.Session, l.o.Started, l.o.Now(), l.o.Style)
	l.o.Printer.Stopped(s)
}

// CountFailed sets the number of the session's failed deliveries. If the log has failed deliveries from before the session, it sets
// Since, and the suggested command leaves them out.
func CountFailed(ctx context.Context, s *output.Stopped, feed Feed, session string, started, now time.Time, st display.Style) {
	var err error
	if s.Failed, err = feed.Count(ctx, store.Query{Session: session, Filter: filter.Failed()}); err != nil {
		s.Failed = s.Counts.Failed()
	}
	if all, err := feed.Count(ctx, store.Query{Filter: filter.Failed()}); err == nil && all > s.Failed {
		s.Since = display.WhenArgument(started, now, st)
	}
}

// stackOf returns the lines of a NoticePanic's stack trace.
func stackOf(n relay.Notice) []string {
	_, stack, _ := strings.Cut(n.Err.Error(), "\n")
	lines := strings.Split(strings.TrimSpace(stack), "\n")
	for i := range lines {
		lines[i] = display.Clean(strings.ReplaceAll(lines[i], "\t", "  "))
	}
	return lines
}
