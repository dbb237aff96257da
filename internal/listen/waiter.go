package listen

import (
	"context"
	"errors"
	"time"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/listen/rows"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/pause"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// LogReader is what a Waiter needs from the delivery log. *store.Reader implements it.
type LogReader interface {
	rows.Feed
	List(ctx context.Context, q store.Query) ([]webhook.Summary, error)
	IsDue(ctx context.Context, id webhook.ID) (bool, error)
	Close() error
}

// WaitOptions says which deliveries to wait for.
type WaitOptions struct {
	Events []string // patterns
	Count  int      // of each event
	Within time.Duration

	Filter     filter.Filter // selects the deliveries that count
	FilterText string        // of Filter, for messages; empty: all count
}

// Waiter waits until deliveries of certain events were delivered, for `listen --wait-for` and `webhooks wait`.
type Waiter struct {
	WaitOptions

	Printer output.Printer
	Reader  LogReader                            // nil if there is no log yet
	Session string                               // wait only for deliveries of this session; empty: of any session
	Since   time.Time                            // count deliveries received since then
	From    string                               // Since in words
	Open    func(context.Context, *Waiter) error // opens the log and sets Reader, if there is a log by now; may be nil if Reader is set

	expectation *expectation
	cursor      int64
	retry       bool // the log was busy at the last check
	cut         bool // the wait ended before its time was up
}

// Close closes the log.
func (w *Waiter) Close() {
	if w.Reader != nil {
		_ = w.Reader.Close() // it was only read
	}
}

// Wait returns when the result is known or the time is up.
func (w *Waiter) Wait(ctx context.Context) (Result, error) {
	timed, cancel := context.WithTimeout(ctx, w.Within)
	defer cancel()
	// The first check happens in any case: --within 0s checks exactly once.
	result, err := w.check(ctx)
	for err == nil && result == ResultOpen {
		if err = w.awaitChange(timed); err == nil {
			result, err = w.check(ctx)
		}
	}
	if ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
		return result, err
	}
	// So does a last one: deliveries that arrived in time count, even if they have not been read yet. If the log cannot be read,
	// the result is unknown.
	if result, err = w.CheckOnce(ctx); err != nil || result != ResultOpen {
		return result, err
	}
	return w.timeUp(), nil
}

// pollInterval is how often to check for a log that does not exist yet, or is busy. It equals the interval for changes in a log.
const pollInterval = 50 * time.Millisecond

// awaitChange returns when the log may have changed.
func (w *Waiter) awaitChange(ctx context.Context) error {
	if w.Reader == nil || w.retry {
		return pause.For(ctx, pollInterval)
	}
	err := w.Reader.Wait(ctx, w.cursor)
	if errors.Is(err, store.ErrBusy) {
		return pause.For(ctx, pollInterval)
	}
	return err
}

// check reads the changes in the log. If the log is busy, the next check continues where this one stopped.
func (w *Waiter) check(ctx context.Context) (Result, error) {
	result, err := w.CheckOnce(ctx)
	if w.retry = errors.Is(err, store.ErrBusy); w.retry {
		return ResultOpen, nil
	}
	return result, err
}

// CheckOnce reads the log and returns the current result.
func (w *Waiter) CheckOnce(ctx context.Context) (Result, error) {
	if w.Reader == nil {
		if err := w.Open(ctx, w); w.Reader == nil || err != nil {
			return ResultOpen, err
		}
	}
	if err := w.begin(ctx); err != nil {
		return ResultOpen, err
	}
	var err error
	for more := true; more; {
		if more, err = w.read(ctx); err != nil {
			return ResultOpen, err
		}
	}
	result := w.expectation.result()
	if result != ResultRefused {
		return result, nil
	}
	return w.checkRefused(ctx)
}

// checkRefused returns ResultRefused, unless every failed delivery is still to be sent again, because it is held or has a retry.
func (w *Waiter) checkRefused(ctx context.Context) (Result, error) {
	for _, s := range w.Counted() {
		if !s.Failed() {
			continue
		}
		if due, err := w.Reader.IsDue(ctx, s.ID); err != nil || !due {
			return ResultRefused, err
		}
	}
	return ResultOpen, nil
}

// timeUp returns the result if the time is up.
func (w *Waiter) timeUp() Result {
	if w.expectation != nil && w.expectation.result() == ResultRefused {
		return ResultRefused
	}
	return ResultTimedOut
}

// cutShort returns the result of a wait that was canceled.
func (w *Waiter) cutShort(ctx context.Context) (Result, error) {
	result, err := w.CheckOnce(ctx)
	if err == nil && result == ResultOpen {
		w.cut, result = true, w.timeUp()
	}
	return result, err
}

// begin observes the deliveries that are already in the log, at the first check.
func (w *Waiter) begin(ctx context.Context) error {
	if w.expectation != nil {
		return nil
	}
	cursor, err := w.Reader.LastSeq(ctx) // before List: a delivery in between is then observed twice, not missed
	if err != nil {
		return err
	}
	rows, err := w.Reader.List(ctx, store.Query{Session: w.Session, Filter: filter.ReceivedSince(w.Since).And(filter.WithEvent(w.Events...))})
	if err != nil {
		return err
	}
	w.cursor, w.expectation = cursor, newExpectation(w.Events, w.Count, w.Since)
	for _, s := range rows {
		if err := w.observe(ctx, s); err != nil {
			w.expectation = nil // the next check begins again
			return err
		}
	}
	return nil
}

// observe passes a delivery to the expectation if the filter selects it, or has selected it before.
func (w *Waiter) observe(ctx context.Context, s webhook.Summary) error {
	if !w.Filter.IsZero() && !w.expectation.knows(s.ID) {
		d := webhook.Delivery{Summary: s}
		if w.Filter.NeedsContent() {
			var err error
			if d, err = w.Reader.Get(ctx, s.ID); err != nil {
				return err
			}
			d.Summary = s
		}
		if !w.Filter.Match(&d) {
			return nil
		}
	}
	w.expectation.observe(s)
	return nil
}

// read observes a batch of changes, and reports whether there may be more.
func (w *Waiter) read(ctx context.Context) (more bool, err error) {
	const limit = 1000
	changes, err := w.Reader.Changes(ctx, w.cursor, limit)
	for _, c := range changes {
		// A gap only covers deliveries that are older than the awaited ones.
		if c.Kind != store.ChangeGap && (w.Session == "" || c.Summary.Session == w.Session) {
			if err := w.observe(ctx, c.Summary); err != nil {
				return false, err // the next check continues with this change
			}
		}
		w.cursor = c.Seq
	}
	return len(changes) >= limit, err
}

// Counted returns the deliveries that count for the wait.
func (w *Waiter) Counted() []webhook.Summary {
	if w.expectation == nil {
		return nil
	}
	return w.expectation.counted()
}
