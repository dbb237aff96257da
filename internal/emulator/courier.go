package emulator

import (
	"context"
	"errors"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/retry"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	// Deliveries to one host at a time.
	maxParallel = 16
	// Deliveries that wait for their first attempt are kept in memory, up to this number. Others are read from the log.
	maxKept = 1000
	// How far the clock may run ahead of what the log has.
	clockTolerance = time.Second

	jobLane = "jobs"
)

// task is something that is due: the next step of a job, or the next attempt at a delivery.
type task struct {
	job      string
	delivery webhook.ID
	target   string
	tries    int               // attempts so far
	kept     *webhook.Delivery // nil: it is in the log
}

// Sent is an attempt at a delivery.
type Sent struct {
	Delivery webhook.Summary
	Attempt  webhook.Attempt
	Next     time.Time // of the next attempt; zero: none
	GivenUp  bool      // the last retry failed
}

// courier sends deliveries when they are due, and records the attempts.
type courier struct {
	ledger *ledger
	sender *dispatch.Sender
	queue  *retry.Queue[task]
	faults *faults
	ctx    context.Context // ends attempts in progress
	sent   func(Sent)
	report func(error)
	own    *Webhook // may be nil
	kept   atomic.Int64
}

// schedule schedules the first attempts at deliveries that were just recorded.
func (c *courier) schedule(all []outgoing) {
	if c.ledger.collect {
		return
	}
	for _, o := range all {
		t := task{delivery: o.ID, target: o.Target}
		if c.kept.Add(1) <= maxKept {
			t.kept = o.delivery()
		} else {
			c.kept.Add(-1)
		}
		c.queue.Schedule(laneOf(o.Target), o.SendAt, t)
	}
}

// resume schedules what an earlier process left.
func (c *courier) resume(ctx context.Context) (int, error) {
	all, err := c.ledger.log.Reader().Due(ctx)
	type address struct{ target, lane string }
	known := map[string]address{} // a string for each target, not for each delivery
	for _, due := range all {
		a, ok := known[due.Target]
		if !ok {
			a = address{due.Target, laneOf(due.Target)}
			known[due.Target] = a
		}
		c.queue.Schedule(a.lane, due.At, task{delivery: due.ID, target: a.target, tries: due.Tries})
	}
	return len(all), err
}

// parallel returns how many tasks of a lane run at once. Jobs run one at a time: the same seed gives the same deliveries.
func parallel(lane string) int {
	if lane == jobLane {
		return 1
	}
	return maxParallel
}

// laneOf returns the lane of a target: its host. A host that is slow delays only deliveries to it.
func laneOf(target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return target
	}
	return u.Host
}

// send makes an attempt and records it, with the time of the next one.
func (c *courier) send(t task) {
	d, err := c.read(t)
	if err != nil {
		if !isNotFound(err) && c.ctx.Err() == nil { // not found: the emulator was reset
			c.report(err)
			c.queue.Schedule(laneOf(t.target), c.ledger.clock.Now().Add(time.Second), t)
		}
		return
	}
	target, err := dispatch.ParseTarget(t.target, "/")
	if err != nil {
		return // cannot happen: it was checked before it was recorded
	}
	started := c.ledger.clock.Now()
	result := c.attempt(target, t, d)
	if c.ctx.Err() != nil && result.Failure == webhook.FailureCanceled {
		return // the delivery stays due
	}
	t.tries++
	a := result.Attempt
	a.StartedAt, a.N = started, t.tries
	s := Sent{Delivery: summaryOf(d, a), Attempt: a}
	var due []store.Due
	if a.Status() != webhook.StatusDelivered {
		at, ok := retry.Schedule{}.Next(t.tries, c.ledger.clock.Now())
		if ok {
			s.Next = at
			due = []store.Due{{ID: d.ID, Target: t.target, At: at}}
		}
		s.GivenUp = !ok
	}
	attempts := []webhook.Attempt{a}
	if result.Stale != nil {
		stale := *result.Stale
		stale.StartedAt = started
		attempts = []webhook.Attempt{stale, a}
	}
	if err := c.ledger.log.QueueAttempts(d.ID, attempts, due); err != nil {
		c.report(err) // the delivery stays due in the log, and is sent again after a restart
	}
	if err := c.ledger.saveClock(context.WithoutCancel(c.ctx), clockTolerance); err != nil {
		c.report(err)
	}
	c.sent(s)
	t.kept = nil
	if !s.Next.IsZero() {
		c.queue.Schedule(laneOf(t.target), s.Next, t)
	}
}

func isNotFound(err error) bool {
	var notFound *store.NotFoundError
	return errors.As(err, &notFound)
}

// read returns the delivery of a task.
func (c *courier) read(t task) (*webhook.Delivery, error) {
	if t.kept != nil {
		c.kept.Add(-1)
		return t.kept, nil
	}
	d, err := c.ledger.log.Reader().Get(c.ctx, t.delivery)
	if isNotFound(err) { // it may have been recorded just now
		var r *store.Reader
		if r, err = c.ledger.reader(c.ctx); err == nil {
			d, err = r.Get(c.ctx, t.delivery)
		}
	}
	return &d, err
}

// attempt makes one attempt, unless a fault drops its connection.
func (c *courier) attempt(to dispatch.Target, t task, d *webhook.Delivery) dispatch.Result {
	header := d.Header
	if f, ok := c.faults.find(faultSecret, d.Event, string(d.ID)); ok && t.tries > 0 {
		header = header.With(webhook.Field{Name: webhook.SignatureHeader, Value: f.otherSignature(header.Get(webhook.SignatureHeader), d.Body)})
	}
	if c.own != nil && targetOf(c.own.URL) == t.target {
		header = header.With(c.own.Sender)
	}
	if t.tries == 0 {
		if _, ok := c.faults.find(faultDrop, d.Event, string(d.ID)); ok {
			return dispatch.Result{Attempt: dropConnection(c.ctx, to, d.Body)}
		}
	}
	return c.sender.Send(c.ctx, to, header, d.Body)
}

// targetOf returns a URL as attempts have it.
func targetOf(url string) string {
	to, err := dispatch.ParseTarget(url, "/")
	if err != nil {
		return url
	}
	return to.String()
}

// summaryOf returns the row of an attempt.
func summaryOf(d *webhook.Delivery, a webhook.Attempt) webhook.Summary {
	s := d.Summary
	s.ReceivedAt, s.Status, s.Attempts = a.StartedAt, a.Status(), a.N
	s.Target, s.Code, s.Duration, s.Failure = a.Target, a.Code, a.Duration, a.Failure
	s.BodyBytes = int64(len(d.Body))
	return s
}
