package emulator

import (
	"context"
	"sync"
	"time"
)

// Until is how far to move the clock: to a time, or until something has happened.
type Until struct {
	Time time.Time // zero: see Next
	Next bool      // until the next thing that is due is done; otherwise until nothing is due anymore
}

// Advance moves the clock from one due time to the next. At each, it waits until everything that is due has been done and answered. When
// it returns, all of that is in the log. Several calls take turns.
func (e *Emulator) Advance(ctx context.Context, until Until) error {
	select {
	case e.mover <- struct{}{}:
		defer func() { <-e.mover }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := e.move(ctx, until); err != nil {
		return err
	}
	return e.log.Flush(ctx)
}

func (e *Emulator) move(ctx context.Context, until Until) error {
	for {
		if err := e.queue.Settle(ctx); err != nil {
			return err
		}
		at, ok := e.queue.Next()
		if !ok || !until.Time.IsZero() && at.After(until.Time) {
			break
		}
		if err := e.moveTo(ctx, at); err != nil {
			return err
		}
		if until.Next {
			return e.queue.Settle(ctx)
		}
	}
	if until.Time.IsZero() {
		return nil
	}
	return e.moveTo(ctx, until.Time)
}

// moveTo moves the clock, and records that: after a restart, the clock does not show an earlier time.
func (e *Emulator) moveTo(ctx context.Context, at time.Time) error {
	e.ledger.clock.Set(at)
	return e.ledger.saveClock(ctx, 0)
}

// watchers get every attempt.
type watchers struct {
	mu  sync.Mutex
	all map[chan<- Sent]struct{}
}

// add adds a channel. The caller receives from it until it calls remove.
func (w *watchers) add(c chan<- Sent) (remove func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all == nil {
		w.all = map[chan<- Sent]struct{}{}
	}
	w.all[c] = struct{}{}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.all, c)
	}
}

func (w *watchers) notify(s Sent) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.all {
		c <- s
	}
}
