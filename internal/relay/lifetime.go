package relay

import (
	"context"
	"sync"
)

// lifetime has the contexts that end the work of a relay, and the goroutines that Close waits for.
type lifetime struct {
	// drainCtx ends the waits that have no time limit: for a handler to come up, and for the time of the next retry.
	drainCtx    context.Context // see abortCtx
	cancelDrain context.CancelFunc
	background  sync.WaitGroup // goroutines that end with drainCtx

	// abortCtx ends attempts in progress. Only the second interrupt cancels it.
	abortCtx    context.Context // deliveries outlive the requests that brought them
	cancelAbort context.CancelFunc

	ackedForwards sync.WaitGroup // forwards whose sender already has its response
}

func newLifetime() *lifetime {
	l := &lifetime{}
	l.abortCtx, l.cancelAbort = context.WithCancel(context.Background())
	l.drainCtx, l.cancelDrain = context.WithCancel(l.abortCtx)
	return l
}

// isDraining reports whether the relay is drained or aborted.
func (l *lifetime) isDraining() bool { return l.drainCtx.Err() != nil }
