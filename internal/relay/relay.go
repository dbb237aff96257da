package relay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Log is the part of the delivery log that a Relay writes. *store.Log implements it.
type Log interface {
	Record(ctx context.Context, d *webhook.Delivery) error
	AddAttempts(id webhook.ID, attempts []webhook.Attempt, due []store.Due) (webhook.Status, error)
	QueueAttempts(id webhook.ID, attempts []webhook.Attempt, due []store.Due) error
	Hold(due store.Due, from string) error
}

// Backlog reads deliveries that Hold and Retry send again. *store.Reader implements it.
type Backlog interface {
	Get(ctx context.Context, id webhook.ID) (webhook.Delivery, error)
}

// Sender makes one attempt. *dispatch.Sender implements it.
type Sender interface {
	Send(ctx context.Context, t dispatch.Target, h webhook.Header, body []byte) dispatch.Result
	Reachable(ctx context.Context, t dispatch.Target) error
}

// Verify selects how a delivery with a wrong or missing signature is handled.
type Verify string

// The verification modes.
const (
	VerifyStrict Verify = "strict" // reject deliveries that are not valid: record them, but don't forward them
	VerifyWarn   Verify = "warn"   // check and report the verdict, but forward every delivery
	VerifyOff    Verify = "off"    // don't check
)

// Options configures a Relay. Log, Sender, Routes, Secrets, Now and Random are required.
type Options struct {
	Log            Log
	Sender         Sender
	Routes         []Route                 // a delivery goes to the target of every route that matches it
	Secrets        func() []webhook.Secret // called for each delivery, so a changed secret takes effect at once
	Verify         Verify
	Events         []string           // patterns of the events to forward, such as render.*; empty: all
	Ordered        bool               // send the deliveries of one job one at a time, in order of arrival
	Hold           bool               // if the handler is down, respond 200, keep the delivery, and send it once the handler is up
	MaxConcurrency int                // maximum number of concurrent sends to one target; 0: no limit
	Retry          *dispatch.Schedule // when to retry failed attempts; nil: never
	Backlog        Backlog            // required by Hold and Retry
	Header         []webhook.Field    // fields that replace those of the same name on the way to the handler
	Host           string             // Host header for the handler; empty: the target's host
	Session        string
	Project        string // project of the deliveries
	ExplicitRoutes bool   // Routes come from --to or from a recorded delivery, not from the project
	Now            func() time.Time
	Random         io.Reader
	Notify         func(Notice) // receives events other than deliveries; must not block; may be nil
}

// Relay verifies, records and forwards deliveries. Its methods may be called concurrently.
type Relay struct {
	o             Options
	upstreams     []*upstream
	jobs          jobQueues
	arrivals      atomic.Int64 // number of deliveries received in this session
	retries       retryQueues
	tally         Tally
	ackedForwards sync.WaitGroup          // forwards whose sender already has its response
	resumed       map[webhook.ID]struct{} // deliveries received by earlier sessions; written by Resume only

	recordFailing atomic.Bool // writes to the log fail, and this has been reported
	readFailing   atomic.Bool // reads of the log fail, and this has been reported

	// drainCtx ends the waits that have no time limit: for a handler to come up, and for the time of the next retry.
	drainCtx    context.Context //nolint:containedctx //nolint:containedctx // see abortCtx
	cancelDrain context.CancelFunc
	background  sync.WaitGroup // goroutines that end with drainCtx

	// abortCtx ends attempts in progress. Only the second interrupt cancels it.
	abortCtx    context.Context //nolint:containedctx //nolint:containedctx // deliveries outlive the requests that brought them
	cancelAbort context.CancelFunc
}

// New returns a Relay. The caller closes it.
func New(o Options) *Relay {
	if o.Notify == nil {
		o.Notify = func(Notice) {}
	}
	r := &Relay{o: o}
	r.abortCtx, r.cancelAbort = context.WithCancel(context.Background())
	r.drainCtx, r.cancelDrain = context.WithCancel(r.abortCtx)
	r.upstreams = newUpstreams(r)
	r.retries.relay = r
	return r
}

// Close waits for forwards whose senders already have a response, then stops probing the handlers. Other forwards end with their requests.
// Abort makes Close return sooner. No delivery may arrive after Close is called.
func (r *Relay) Close() {
	r.Drain()
	r.ackedForwards.Wait()
	r.background.Wait()
	r.cancelAbort()
	for _, out := range r.upstreams {
		out.handler.waitProbes()
	}
}

// Drain stops sending retries and held deliveries. They stay in the log for the next session, and callers that wait for one get
// StatusPending.
func (r *Relay) Drain() { r.cancelDrain() }

// Held returns the number of deliveries held until their handler is up.
func (r *Relay) Held() int {
	n := 0
	for _, out := range r.upstreams {
		n += out.held.len()
	}
	return n
}

// Abort cancels every attempt in progress. Each is recorded as canceled.
func (r *Relay) Abort() { r.cancelAbort() }

// Tally returns the counts of this session.
func (r *Relay) Tally() *Tally { return &r.tally }

// Arrival is a delivery that has not been recorded yet.
type Arrival struct {
	Header webhook.Header
	Body   []byte
	Origin webhook.Origin
	Parent webhook.ID // the delivery that this one replays
	Target string     // send to this target only; HasTarget must report true for it. Empty: all targets that the routes select
	Probe  bool       // whether the delivery only tests the handler
	Expect string     // status codes that the user expects, such as "401 4xx"; empty: none
	Host   string     // Host header for the handlers; empty: Options.Host

	// The URL that was called, as in webhook.Summary. Rest and Query are forwarded.
	Method, Path, Rest, Query string
}

// Outcome is the result of a delivery.
type Outcome struct {
	Delivery webhook.Delivery
	Attempt  webhook.Attempt   // the attempt that decides the status; zero if none was made
	Attempts []webhook.Attempt // one for each target
}

// Deliver records and forwards one delivery. It returns once the delivery's attempts are in the log. If the delivery is held, Deliver
// waits until it is sent, ctx is done, or the relay is drained. It returns an error only if the delivery or an attempt cannot be recorded.
// A refusing handler is not an error.
func (r *Relay) Deliver(ctx context.Context, in Arrival) (Outcome, error) {
	d, err := r.record(ctx, in)
	if err != nil {
		return Outcome{}, err
	}
	if !d.Status.Forwardable() {
		return Outcome{Delivery: d.Delivery}, nil
	}
	sending, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(r.abortCtx, cancel)()
	s := r.forward(sending, d)
	out, err := r.recordAndWait(ctx, d, s)
	if len(s.panics) > 0 { // The attempts are recorded. Report the bug by crashing, because no listener reports it.
		panic(errors.Join(s.panics...)) //nolint:forbidigo //nolint:forbidigo // includes the stack of the goroutine that panicked
	}
	return out, err
}

// recordAndWait records the attempts at a delivery, waits if it is held, and returns the outcome.
func (r *Relay) recordAndWait(ctx context.Context, d *recordedDelivery, s sendResult) (Outcome, error) {
	for i := range s.attempts {
		s.attempts[i].N = i + 1 // the delivery is new, so its attempts count from 1
	}
	out := Outcome{Delivery: d.Delivery, Attempt: s.deciding(), Attempts: s.attempts}
	if len(s.attempts)+len(s.due) > 0 {
		status, err := r.writeAttempts(d.ID, s)
		if err != nil {
			out.Delivery.Status = status
			return out, err
		}
		out.Delivery.Status, out.Delivery.Attempts = status, len(s.attempts)
	}
	if len(s.held) > 0 && r.waitHeld(ctx, s.held) {
		now, err := r.o.Backlog.Get(context.WithoutCancel(ctx), d.ID)
		if err != nil && !isNotFound(err) {
			now, err = r.readDelivery(d.ID)
		}
		if err == nil { // otherwise return what is known
			out = Outcome{Delivery: now, Attempt: webhook.Deciding(now.History), Attempts: now.History}
		}
	}
	return out, nil
}

// recordedDelivery is a delivery that is in the log and can be forwarded.
type recordedDelivery struct {
	webhook.Delivery
	target string  // Arrival.Target
	seq    int64   // number of the arrival
	ticket *ticket // nil if it waits for no other delivery
}

// record verifies an arrival and records it with its initial status. The caller must forward a delivery whose status allows it, because
// later deliveries of the same job wait for it.
func (r *Relay) record(ctx context.Context, in Arrival) (*recordedDelivery, error) {
	d := &recordedDelivery{Delivery: webhook.Delivery{Header: in.Header, Body: in.Body}, target: in.Target, seq: r.arrivals.Add(1)}
	d.Session, d.Origin, d.ReplayOf = r.o.Session, in.Origin, in.Parent
	d.Project, d.Probe, d.Routed, d.ExpectedStatus = r.o.Project, in.Probe, !r.o.ExplicitRoutes && in.Target == "", in.Expect
	d.ReceivedAt = r.o.Now().UTC().Truncate(time.Millisecond)
	d.Method, d.Path, d.Rest, d.Query, d.Host = in.Method, in.Path, in.Rest, in.Query, in.Host
	d.BodyBytes = int64(len(in.Body))
	about := webhook.Describe(in.Body)
	d.Event, d.About = about.Event, about.About
	d.Verdict = webhook.VerdictUnchecked
	if r.o.Verify != VerifyOff {
		var by webhook.Secret
		d.Verdict, by = signature.Verify(r.o.Secrets(), in.Header, in.Body)
		d.SecretHint = by.String()
	}
	d.Status = r.initialStatus(d)
	if r.o.Ordered && d.Status.Forwardable() {
		d.ticket = r.jobs.join(about.Job) // before it is recorded, because several deliveries are recorded at once
	}
	isRecorded := false
	defer func() {
		if !isRecorded { // even after a panic, later deliveries of the job must not wait
			d.ticket.release()
		}
	}()
	if err := r.recordWithNewID(ctx, &d.Delivery); err != nil {
		return nil, err
	}
	isRecorded = true
	r.tally.received(d.Status)
	return d, nil
}

// initialStatus returns the status of a delivery before any attempt.
func (r *Relay) initialStatus(d *recordedDelivery) webhook.Status {
	switch {
	case r.o.Verify == VerifyStrict && d.Verdict != webhook.VerdictValid:
		return webhook.StatusRejected
	case d.target == "" && !matchesAny(r.o.Events, d.Event), len(r.upstreamsFor(d)) == 0:
		return webhook.StatusSkipped
	default:
		return webhook.StatusPending
	}
}

// recordWithNewID gives the delivery an id and records it. If the id is taken, it tries another. Three taken ids in a row mean that the
// source of randomness is broken.
func (r *Relay) recordWithNewID(ctx context.Context, d *webhook.Delivery) error {
	var err error
	for range 3 {
		if d.ID, err = webhook.NewID(r.o.Random); err != nil {
			return err
		}
		if err = r.o.Log.Record(ctx, d); !errors.Is(err, store.ErrDuplicateID) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("record the delivery: %w", err)
	}
	return nil
}

// handlerHeader returns the header that the handler gets: the delivery's header with the fields that --header replaces.
func (r *Relay) handlerHeader(h webhook.Header) webhook.Header {
	if len(r.o.Header) == 0 {
		return h
	}
	for _, f := range r.o.Header {
		h = h.Without(f.Name)
	}
	return append(h, r.o.Header...)
}

// targetFor returns the target with the path, query and host of the delivery.
func (r *Relay) targetFor(t dispatch.Target, d *webhook.Delivery) dispatch.Target {
	return t.For(d.Rest, d.Query, cmp.Or(d.Host, r.o.Host))
}

// matchesAny reports whether one of the patterns matches the event. An empty list matches every event.
func matchesAny(patterns []string, event string) bool {
	for _, p := range patterns {
		if webhook.EventMatches(p, event) {
			return true
		}
	}
	return len(patterns) == 0
}
