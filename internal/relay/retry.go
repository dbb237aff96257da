package relay

import (
	"time"

	"github.com/vidiking/vidiking-cli/internal/retry"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// maxRetries is the maximum number of concurrent retries to one target, so a handler that comes up is not overloaded.
const maxRetries = 8

// nextRetry returns the retry that follows an attempt, which was attempt number tries at that target. ok is false if there is none: the
// attempt was delivered, the retries are exhausted, the delivery is a probe, or the user expects this response.
func nextRetry(o *Options, d *webhook.Delivery, a webhook.Attempt, tries int) (due store.Due, ok bool) {
	if o.Retry == nil || a.Status() == webhook.StatusDelivered || d.Probe || webhook.MeetsStatus(d.ExpectedStatus, a.Code) {
		return store.Due{}, false
	}
	at, ok := o.Retry.Next(tries, o.Now())
	if !ok {
		o.notify(Notice{Kind: NoticeGivenUp, ID: d.ID, Tries: tries})
	}
	return store.Due{ID: d.ID, Target: a.Target, At: at.UTC().Truncate(time.Millisecond), Tries: tries}, ok
}

// retryQueue sends retries when they are due. Each target is a lane, so a target that hangs does not delay the others. The due times are
// rows in the log; the queue has a copy.
type retryQueue struct{ *retry.Queue[store.Due] }

func newRetryQueue(o *Options, life *lifetime, send func(store.Due)) retryQueue {
	return retryQueue{retry.New(retry.Options[store.Due]{
		Clock: retry.SystemClock(o.Now), Send: send, Parallel: func(string) int { return maxRetries }, Go: life.background.Go, Done: life.drainCtx.Done(),
	})}
}

// schedule queues deliveries that are due at a time. Held deliveries have no time, so it skips them.
func (q retryQueue) schedule(due []store.Due) {
	for _, d := range due {
		if !d.At.IsZero() {
			q.Schedule(d.Target, d.At, d)
		}
	}
}
