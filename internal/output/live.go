package output

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Feed is the delivery log as a live view reads it. *store.Reader is one.
type Feed interface {
	Cursor(ctx context.Context) (int64, error)
	Changes(ctx context.Context, after int64, limit int) ([]store.Change, error)
	Wait(ctx context.Context, after int64) error
	Get(ctx context.Context, id webhook.ID) (webhook.Delivery, error)
	Count(ctx context.Context, q store.Query) (int, error)
}

// LiveOptions is what a Live is made of.
type LiveOptions struct {
	Printer   Printer
	Feed      Feed
	Session   string                // whose deliveries are shown
	IsResumed func(webhook.ID) bool // reports whether the session sends a delivery of an earlier one: it is shown, too; nil: none
	Started   time.Time             // when the session began
	Path      string                // the ingress path
	Filter    filter.Filter         // what is shown; the summary at the end counts everything
	Now       func() time.Time
	Style     display.Style
	Verbose   bool
	Quiet     bool // what was delivered has no row

	// Diagnose says why the signature of a delivery does not match, with no more work than that; nil: nobody does.
	Diagnose func(d webhook.Delivery, work int64) signature.Diagnosis
}

const (
	waitingAfter    = 500 * time.Millisecond // what takes less needs no row before its answer
	waitingInterval = 100 * time.Millisecond // how often that is looked at, while something waits
	frame           = 16 * time.Millisecond  // how often new rows are looked for: as often as a screen shows a new picture
	batch           = 256                    // changes read at once
)

// Live shows what a session does while it does it. It reads the delivery log in a goroutine of its own: a slow terminal slows the
// view, and a closed pipe ends it, and neither the relay.
type Live struct {
	o      LiveOptions
	cursor int64
	hints  Hints
	budget workBudget

	ctx      context.Context //nolint:containedctx // the view's own life, which ends by Close
	cancel   context.CancelFunc
	woken    chan error
	notices  chan relay.Notice
	messages chan Notice
	drain    chan int
	stop     chan Stopped
	done     chan struct{}
	waiting  map[webhook.ID]*waiting
}

// waiting is a delivery without an answer.
type waiting struct {
	summary webhook.Summary
	shown   bool
}

// NewLive makes a view that begins with the next change of the log.
func NewLive(ctx context.Context, o LiveOptions) (*Live, error) {
	cursor, err := o.Feed.Cursor(ctx)
	if err != nil {
		return nil, fmt.Errorf("follow the delivery log: %w", err)
	}
	l := &Live{
		o: o, cursor: cursor,
		woken:    make(chan error, 1),
		notices:  make(chan relay.Notice, 64), // the relay says each once; more than this at once is a storm that nobody reads
		messages: make(chan Notice, 8),
		drain:    make(chan int, 1),
		stop:     make(chan Stopped, 1),
		done:     make(chan struct{}),
		waiting:  make(map[webhook.ID]*waiting),
	}
	l.ctx, l.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return l, nil
}

// Start says that the session is ready, then shows what comes until Stop or Close.
func (l *Live) Start(r Ready, notices []Notice) {
	go func() {
		l.o.Printer.Ready(r)
		for _, n := range notices {
			l.o.Printer.Notice(n)
		}
		l.run()
	}()
}

// Notify shows what the relay says beside deliveries. It never blocks.
func (l *Live) Notify(n relay.Notice) {
	select {
	case l.notices <- n:
	default:
	}
}

// Say shows what somebody else has to say. It never blocks.
func (l *Live) Say(n Notice) {
	select {
	case l.messages <- n:
	default:
	}
}

// Left never is: lines are not left before the end.
func (l *Live) Left() <-chan struct{} { return nil }

// Draining says how many answers the end waits for.
func (l *Live) Draining(answers int) { l.drain <- answers }

// Stop shows what the log still has, then what the session did, and how many deliveries it leaves held. It returns once that is out.
func (l *Live) Stop(c relay.Counts, held int) {
	l.stop <- Stopped{Counts: c, Held: held}
	<-l.done
}

// Close ends the view without another word.
func (l *Live) Close() { l.cancel() }

func (l *Live) run() {
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
		case n := <-l.notices:
			l.catchUp() // what the notice speaks of comes first
			l.o.Printer.Notice(l.notice(n))
		case n := <-l.messages:
			l.catchUp()
			l.o.Printer.Notice(n)
		case <-look.C:
			if blind { // the log could not be read just now
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

// Draining says how many answers the end waits for, and how not to.
func Draining(answers int) string {
	return "Waiting for " + display.Counted(answers, "answer", "answers") + ". Ctrl-C again aborts."
}

// notice puts what the relay says into words. A handler that is back may be found away again.
func (l *Live) notice(n relay.Notice) Notice {
	if n.Kind == relay.NoticeHandlerBack {
		l.hints.Forget(display.CauseUnreachable, n.Target.String())
	}
	shown := NoticeOf(n, l.o.Path, l.o.Style)
	if n.Kind == relay.NoticePanic && l.o.Verbose {
		shown.Details = append(shown.Details, stackOf(n)...)
	}
	return shown
}

// awaitChange sends to woken when the log has something new, or can't be read, and not before the next frame is due: under load one
// look at the log then shows many rows, where a look for each would take a quarter of what a delivery takes.
func (l *Live) awaitChange() {
	after := l.cursor
	go func() {
		due := time.NewTimer(frame)
		defer due.Stop()
		select {
		case <-due.C:
		case <-l.ctx.Done():
		}
		l.woken <- l.o.Feed.Wait(l.ctx, after)
	}()
}

// catchUp shows every change there is.
func (l *Live) catchUp() {
	for {
		changes, err := l.o.Feed.Changes(l.ctx, l.cursor, batch)
		if err != nil || len(changes) == 0 {
			return // a log that can't be read is said by the relay, which can't write it either
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

// showWaiting gives a row to what has waited for half a second.
func (l *Live) showWaiting() {
	now := l.o.Now()
	var due []*waiting
	for _, w := range l.waiting {
		if !w.shown && now.Sub(w.summary.ReceivedAt) >= waitingAfter {
			due = append(due, w)
		}
	}
	slices.SortFunc(due, func(a, b *waiting) int { return a.summary.ReceivedAt.Compare(b.summary.ReceivedAt) })
	for _, w := range due {
		w.shown = true
		l.o.Printer.Waiting(w.summary, now.Sub(w.summary.ReceivedAt))
	}
}

// end shows what is left, then the summary.
func (l *Live) end(s Stopped) {
	l.catchUp()
	for len(l.notices) > 0 {
		l.o.Printer.Notice(l.notice(<-l.notices))
	}
	for len(l.messages) > 0 {
		l.o.Printer.Notice(<-l.messages)
	}
	s.CountFailed(l.ctx, l.o.Feed, l.o.Session, l.o.Started, l.o.Now(), l.o.Style)
	l.o.Printer.Stopped(s)
}
