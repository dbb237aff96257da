package store

import (
	"context"
	"time"
)

// busyTimeout is how long a transaction waits for another process to finish its own. Past it the sender gets a 503, well within
// the 10 s that Vidiking waits for an answer (docs: Webhooks, Delivery).
const busyTimeout = 5 * time.Second

// waitBusy makes c wait for locks as long as its patience is. It counts what it slept, and so needs no clock.
func waitBusy(c *conn, patience time.Duration) error {
	c.patience = patience
	var waited time.Duration
	return c.BusyHandler(func(ctx context.Context, count int) bool {
		if count == 0 {
			waited = 0
		}
		if waited >= c.patience {
			return false
		}
		waited += pause(ctx, count)
		return true
	})
}

// pause waits before the next try and returns for how long. The first are short, since a transaction of another listener takes
// some 50 µs; the later ones are 10 ms, a tenth of what SQLite's own handler would come to.
func pause(ctx context.Context, try int) time.Duration {
	d := min(50*time.Microsecond<<min(try, 10), 10*time.Millisecond)
	select {
	case <-time.After(d):
	case <-ctx.Done(): // the statement ends by itself
	}
	return d
}
