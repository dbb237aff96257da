package webhookscmd

import (
	"context"
	"errors"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Waiting is one run of `webhooks wait`.
type Waiting struct {
	App     *cmdutil.App
	O       *WaitOptions
	Printer output.Printer
	Reader  logFeed // nil while there is no log
	Session string  // of that listen alone; empty: of any
	Since   time.Time
	From    string // what since is, in words
	Awaited *awaited
	cursor  int64
	again   bool // the log was busy at the last look
	Cut     bool // it ended before its time was up
}

// Until looks until it is known what comes of the wait, or time is up.
func (w *Waiting) Until(ctx context.Context) (Outcome, error) {
	timed, cancel := context.WithTimeout(ctx, w.O.Within)
	defer cancel()
	// The first look is made in any case: --within 0s is that and no more.
	result, err := w.look(ctx)
	for err == nil && result == OutcomeOpen {
		if err = w.next(timed); err == nil {
			result, err = w.look(ctx)
		}
	}
	if ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
		return result, err
	}
	// So is a last one: what came in time counts, though nobody had looked yet. If the log cannot be read then, nothing is known.
	if result, err = w.LookOnce(ctx); err != nil || result != OutcomeOpen {
		return result, err
	}
	return w.AtLast(), nil
}

// logFeed is the delivery log as waiting and following read it. *store.Reader is one.
type logFeed interface {
	output.Feed
	List(ctx context.Context, q store.Query) ([]webhook.Summary, error)
	IsDue(ctx context.Context, id webhook.ID) (bool, error)
	Close() error
}

// logInterval is how often it is looked whether there is a log by now: as often as for changes in one.
const logInterval = 50 * time.Millisecond

// next returns when there is something new to look at.
func (w *Waiting) next(ctx context.Context) error {
	if w.Reader == nil || w.again {
		return cmdutil.Pause(ctx, logInterval)
	}
	err := w.Reader.Wait(ctx, w.cursor)
	if errors.Is(err, store.ErrBusy) {
		return cmdutil.Pause(ctx, logInterval)
	}
	return err
}

// look takes in what is new in the log, and says how the wait stands.
func (w *Waiting) look(ctx context.Context) (Outcome, error) {
	result, err := w.LookOnce(ctx)
	if w.again = errors.Is(err, store.ErrBusy); w.again { // the next look begins where this one ended
		return OutcomeOpen, nil
	}
	return result, err
}

// LookOnce reads the log once and returns how the wait stands.
func (w *Waiting) LookOnce(ctx context.Context) (Outcome, error) {
	if err := w.Open(ctx); w.Reader == nil || err != nil {
		return OutcomeOpen, err
	}
	if err := w.begin(ctx); err != nil {
		return OutcomeOpen, err
	}
	var err error
	for more := true; more; {
		if more, err = w.Read(ctx); err != nil {
			return OutcomeOpen, err
		}
	}
	result := w.Awaited.outcome()
	if result != outcomeRefused {
		return result, nil
	}
	return w.refused(ctx)
}

// refused says that a handler refused, unless all that failed is still to be sent: it is held, or tried again.
func (w *Waiting) refused(ctx context.Context) (Outcome, error) {
	for _, s := range w.Awaited.Taken() {
		if !s.Failed() {
			continue
		}
		if due, err := w.Reader.IsDue(ctx, s.ID); err != nil || !due {
			return outcomeRefused, err
		}
	}
	return OutcomeOpen, nil
}

// AtLast is what has come of the wait when time is up.
func (w *Waiting) AtLast() Outcome {
	if w.Awaited != nil && w.Awaited.outcome() == outcomeRefused {
		return outcomeRefused
	}
	return OutcomeTimedOut
}

// Open opens the log, where there is one by now.
func (w *Waiting) Open(ctx context.Context) (err error) {
	if w.Reader != nil {
		return nil
	}
	r, err := cmdutil.OpenReader(ctx, w.App)
	if errors.Is(err, store.ErrNoLog) {
		return nil
	}
	if err == nil && w.O.since == sinceStart {
		w.Since, w.From, err = listenStart(ctx, w.App, r)
	}
	if err != nil {
		if r != nil {
			_ = r.Close()
		}
		return err
	}
	w.Reader = r
	return nil
}

// begin takes in what is in the log already, the first time.
func (w *Waiting) begin(ctx context.Context) error {
	if w.Awaited != nil {
		return nil
	}
	cursor, err := w.Reader.LastSeq(ctx) // before the list: what comes in between is seen twice, and not missed
	if err != nil {
		return err
	}
	rows, err := w.Reader.List(ctx, store.Query{Session: w.Session, Filter: filter.ReceivedSince(w.Since).And(filter.WithEvent(w.O.Events...))})
	if err != nil {
		return err
	}
	w.cursor, w.Awaited = cursor, newAwaited(w.O.Events, w.O.Count, w.Since)
	for _, s := range rows {
		w.Awaited.see(s)
	}
	return nil
}

// Read takes in some of the changes, and reports whether there may be more.
func (w *Waiting) Read(ctx context.Context) (more bool, err error) {
	const most = 1000
	changes, err := w.Reader.Changes(ctx, w.cursor, most)
	for _, c := range changes {
		w.cursor = c.Seq
		// What is pruned came before what is awaited.
		if c.Kind != store.ChangeGap && (w.Session == "" || c.Summary.Session == w.Session) {
			w.Awaited.see(c.Summary)
		}
	}
	return len(changes) >= most, err
}
