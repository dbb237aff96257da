package cli

import (
	"context"
	"errors"
	"time"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// waiting is one run of `webhooks wait`.
type waiting struct {
	app     *app
	o       *waitOptions
	printer output.Printer
	reader  logFeed // nil while there is no log
	session string  // of that listen alone; empty: of any
	since   time.Time
	from    string // what since is, in words
	awaited *awaited
	cursor  int64
	again   bool // the log was busy at the last look
	cut     bool // it ended before its time was up
}

// until looks until it is known what comes of the wait, or time is up.
func (w *waiting) until(ctx context.Context) (outcome, error) {
	timed, cancel := context.WithTimeout(ctx, w.o.within)
	defer cancel()
	// The first look is made in any case: --within 0s is that and no more.
	result, err := w.look(ctx)
	for err == nil && result == outcomeOpen {
		if err = w.next(timed); err == nil {
			result, err = w.look(ctx)
		}
	}
	if ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
		return result, err
	}
	// So is a last one: what came in time counts, though nobody had looked yet. If the log cannot be read then, nothing is known.
	if result, err = w.lookOnce(ctx); err != nil || result != outcomeOpen {
		return result, err
	}
	return w.atLast(), nil
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
func (w *waiting) next(ctx context.Context) error {
	if w.reader == nil || w.again {
		return pause(ctx, logInterval)
	}
	err := w.reader.Wait(ctx, w.cursor)
	if errors.Is(err, store.ErrBusy) {
		return pause(ctx, logInterval)
	}
	return err
}

// look takes in what is new in the log, and says how the wait stands.
func (w *waiting) look(ctx context.Context) (outcome, error) {
	result, err := w.lookOnce(ctx)
	if w.again = errors.Is(err, store.ErrBusy); w.again { // the next look begins where this one ended
		return outcomeOpen, nil
	}
	return result, err
}

func (w *waiting) lookOnce(ctx context.Context) (outcome, error) {
	if err := w.open(ctx); w.reader == nil || err != nil {
		return outcomeOpen, err
	}
	if err := w.begin(ctx); err != nil {
		return outcomeOpen, err
	}
	var err error
	for more := true; more; {
		if more, err = w.read(ctx); err != nil {
			return outcomeOpen, err
		}
	}
	result := w.awaited.outcome()
	if result != outcomeRefused {
		return result, nil
	}
	return w.refused(ctx)
}

// refused says that a handler refused, unless all that failed is still to be sent: it is held, or tried again.
func (w *waiting) refused(ctx context.Context) (outcome, error) {
	for _, s := range w.awaited.taken() {
		if !s.Failed() {
			continue
		}
		if due, err := w.reader.IsDue(ctx, s.ID); err != nil || !due {
			return outcomeRefused, err
		}
	}
	return outcomeOpen, nil
}

// atLast is what has come of the wait when time is up.
func (w *waiting) atLast() outcome {
	if w.awaited != nil && w.awaited.outcome() == outcomeRefused {
		return outcomeRefused
	}
	return outcomeTimedOut
}

// open opens the log, where there is one by now.
func (w *waiting) open(ctx context.Context) (err error) {
	if w.reader != nil {
		return nil
	}
	r, err := w.app.openReader(ctx)
	if errors.Is(err, store.ErrNoLog) {
		return nil
	}
	if err == nil && w.o.since == sinceStart {
		w.since, w.from, err = w.app.listenStart(ctx, r)
	}
	if err != nil {
		if r != nil {
			_ = r.Close()
		}
		return err
	}
	w.reader = r
	return nil
}

// begin takes in what is in the log already, the first time.
func (w *waiting) begin(ctx context.Context) error {
	if w.awaited != nil {
		return nil
	}
	cursor, err := w.reader.Cursor(ctx) // before the list: what comes in between is seen twice, and not missed
	if err != nil {
		return err
	}
	rows, err := w.reader.List(ctx, store.Query{Session: w.session, Filter: filter.ReceivedSince(w.since).And(filter.WithEvent(w.o.events...))})
	if err != nil {
		return err
	}
	w.cursor, w.awaited = cursor, newAwaited(w.o.events, w.o.count, w.since)
	for _, s := range rows {
		w.awaited.see(s)
	}
	return nil
}

// read takes in some of the changes, and reports whether there may be more.
func (w *waiting) read(ctx context.Context) (more bool, err error) {
	const most = 1000
	changes, err := w.reader.Changes(ctx, w.cursor, most)
	for _, c := range changes {
		w.cursor = c.Seq
		// What is pruned came before what is awaited.
		if c.Kind != store.ChangeGap && (w.session == "" || c.Summary.Session == w.session) {
			w.awaited.see(c.Summary)
		}
	}
	return len(changes) >= most, err
}
