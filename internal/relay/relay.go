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

// Log is what the relay needs of the delivery log. *store.Log is one.
type Log interface {
	Record(ctx context.Context, d *webhook.Delivery) error
	AddAttempts(id webhook.ID, attempts []webhook.Attempt, due []store.Due) (webhook.Status, error)
	QueueAttempts(id webhook.ID, attempts []webhook.Attempt, due []store.Due) error
	Hold(due store.Due, from string) error
}

// Backlog is the part of the delivery log that Hold and Retry read the deliveries to send from. *store.Reader is one.
type Backlog interface {
	Get(ctx context.Context, id webhook.ID) (webhook.Delivery, error)
}

// Sender makes one attempt. *dispatch.Sender is one.
type Sender interface {
	Send(ctx context.Context, t dispatch.Target, h webhook.Header, body []byte) dispatch.Result
	Reachable(ctx context.Context, t dispatch.Target) error
}

// Verify says what a signature that does not verify leads to.
type Verify string

// The ways to verify.
const (
	VerifyStrict Verify = "strict" // anything but valid is rejected: recorded, not forwarded
	VerifyWarn   Verify = "warn"   // checked and said, and forwarded all the same
	VerifyOff    Verify = "off"    // not checked
)

// Options is what a Relay is made of. Log, Sender, Routes, Secrets, Now and Random are required.
type Options struct {
	Log            Log
	Sender         Sender
	Routes         []Route                 // a delivery goes to the target of each that matches it
	Secrets        func() []webhook.Secret // asked for each delivery, so that a change of the secret is followed
	Verify         Verify
	Events         []string           // patterns of the events to forward, as in render.*; none: all
	Ordered        bool               // the deliveries of one job go out one at a time, in the order in which they arrived
	Hold           bool               // keep what finds no handler, answer it 200, and send it in order when the handler is back
	MaxConcurrency int                // how many sends to one target run at once; 0: no limit
	Retry          *dispatch.Schedule // when to try again what failed; nil: never
	Backlog        Backlog            // required by Hold and Retry
	Header         []webhook.Field    // set on what the handler gets, instead of a field of the same name
	Host           string             // the Host header that the handler gets; empty: the target's
	Session        string
	Project        string // whose deliveries these are
	Chosen         bool   // Routes were chosen for these deliveries, by --to or from their record: they are not the project's
	Now            func() time.Time
	Random         io.Reader
	Notify         func(Notice) // told of what is no delivery; must not block; may be nil
}

// Relay takes deliveries one by one, from any number of goroutines.
type Relay struct {
	o       Options
	outlets []*outlet
	queues  queues
	arrived atomic.Int64 // numbers the deliveries of this session
	retries retryQueues
	tally   Tally
	acked   sync.WaitGroup          // forwards whose sender has its answer already
	resumed map[webhook.ID]struct{} // deliveries of earlier sessions; written by Resume only

	logFails atomic.Bool // the log cannot be written, and that was reported
	unread   atomic.Bool // the log cannot be read, and that was reported

	// draining ends what would go on for ever: waiting for a handler, and for the time to try again.
	draining context.Context //nolint:containedctx // as abort
	drain    context.CancelFunc
	later    sync.WaitGroup // what draining ends

	// abort ends what is under way: cancelled by the second interrupt, and only by it.
	abort context.Context //nolint:containedctx // one life for all deliveries, which outlive the requests that brought them
	stop  context.CancelFunc
}

// New makes a Relay. Close it.
func New(o Options) *Relay {
	if o.Notify == nil {
		o.Notify = func(Notice) {}
	}
	r := &Relay{o: o}
	r.abort, r.stop = context.WithCancel(context.Background())
	r.draining, r.drain = context.WithCancel(r.abort)
	r.outlets = newOutlets(r)
	r.retries.relay = r
	return r
}

// Close waits for the forwards whose senders have their answer already (the others end with their requests), then ends the watch over
// the handlers. Abort cuts it short. No delivery may come any more.
func (r *Relay) Close() {
	r.Drain()
	r.acked.Wait()
	r.later.Wait()
	r.stop()
	for _, out := range r.outlets {
		out.handler.wait()
	}
}

// Drain begins no attempt of its own any more: what is held, or waits to be tried again, stays in the log for the next session. Who
// waits for a held delivery gets to know that it is still pending.
func (r *Relay) Drain() { r.drain() }

// Held returns how many deliveries wait for their handler to be back.
func (r *Relay) Held() int {
	n := 0
	for _, out := range r.outlets {
		n += out.held.len()
	}
	return n
}

// Abort gives up every attempt that is under way. Each is recorded as canceled.
func (r *Relay) Abort() { r.stop() }

// Tally returns the counts so far.
func (r *Relay) Tally() *Tally { return &r.tally }

// Arrival is a delivery before it has a name.
type Arrival struct {
	Header webhook.Header
	Body   []byte
	Origin webhook.Origin
	Parent webhook.ID // the delivery that this one sends again
	Target string     // send to this target alone, which HasTarget has to know; empty: to all that the routes name
	Probe  bool       // it tests the handler
	Expect string     // the status codes that the user expects, as in "401 4xx"; empty: none in particular
	Host   string     // the Host header that the handlers get; empty: Options.Host

	// What was called, as in webhook.Summary. Rest and Query are sent on.
	Method, Path, Rest, Query string
}

// Outcome is what became of an arrival.
type Outcome struct {
	Delivery webhook.Delivery
	Attempt  webhook.Attempt   // the one that decides the status; zero where none was made
	Attempts []webhook.Attempt // one at each of its targets
}

// Deliver takes an arrival the whole way and returns once its attempts are in the log; what is held it waits for, as long as ctx and the
// session go on. It returns an error only where the delivery or an attempt could not be recorded; a handler that refuses is an Outcome.
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
	defer context.AfterFunc(r.abort, cancel)()
	s := r.send(sending, d)
	out, err := r.outcome(ctx, d, s)
	if len(s.bugs) > 0 { // the attempts are recorded; the process has nobody else to report the bug to
		panic(errors.Join(s.bugs...)) //nolint:forbidigo // a bug, with the stack of the goroutine that it occurred in
	}
	return out, err
}

// outcome records what came of handing a delivery to its targets, and returns what came of it at last.
func (r *Relay) outcome(ctx context.Context, d *recorded, s sent) (Outcome, error) {
	for i := range s.attempts {
		s.attempts[i].N = i + 1 // the delivery is new
	}
	out := Outcome{Delivery: d.Delivery, Attempt: s.deciding(), Attempts: s.attempts}
	if len(s.attempts)+len(s.due) > 0 {
		status, err := r.settle(d.ID, s)
		if err != nil {
			out.Delivery.Status = status
			return out, err
		}
		out.Delivery.Status, out.Delivery.Attempts = status, len(s.attempts)
	}
	if len(s.held) > 0 && r.awaitHeld(ctx, s.held) {
		now, err := r.o.Backlog.Get(context.WithoutCancel(ctx), d.ID)
		if err != nil && !isGone(err) {
			now, err = r.reread(d.ID)
		}
		if err == nil { // else what is known of it stays
			out = Outcome{Delivery: now, Attempt: webhook.Deciding(now.History), Attempts: now.History}
		}
	}
	return out, nil
}

// recorded is a delivery that is in the log, and its turn to be sent.
type recorded struct {
	webhook.Delivery
	only string // Arrival.Target
	n    int64  // counts up with each arrival
	turn *turn  // nil where it waits for no other
}

// record verifies an arrival and puts it into the log, with what keeps it from being forwarded, if something does. What can be
// forwarded is to be sent, since others may wait for their turn after it.
func (r *Relay) record(ctx context.Context, in Arrival) (*recorded, error) {
	d := &recorded{Delivery: webhook.Delivery{Header: in.Header, Body: in.Body}, only: in.Target, n: r.arrived.Add(1)}
	d.Session, d.Origin, d.ReplayOf = r.o.Session, in.Origin, in.Parent
	d.Project, d.Probe, d.Routed, d.ExpectedStatus = r.o.Project, in.Probe, !r.o.Chosen && in.Target == "", in.Expect
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
	d.Status = r.fate(d)
	if r.o.Ordered && d.Status.Forwardable() {
		d.turn = r.queues.join(about.Job) // before it is recorded, which several do at once
	}
	isRecorded := false
	defer func() {
		if !isRecorded { // for whatever reason, a bug too: the others of the job do not wait for it
			d.turn.leave()
		}
	}()
	if err := r.insert(ctx, &d.Delivery); err != nil {
		return nil, err
	}
	isRecorded = true
	r.tally.received(d.Status)
	return d, nil
}

// fate is the status before any attempt.
func (r *Relay) fate(d *recorded) webhook.Status {
	switch {
	case r.o.Verify == VerifyStrict && d.Verdict != webhook.VerdictValid:
		return webhook.StatusRejected
	case d.only == "" && !wanted(r.o.Events, d.Event), len(r.outletsFor(d)) == 0:
		return webhook.StatusSkipped
	default:
		return webhook.StatusPending
	}
}

// insert names the delivery and records it. A name that is taken is drawn again; three times in a row means that random is not.
func (r *Relay) insert(ctx context.Context, d *webhook.Delivery) error {
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

// outgoing is the header that the handler gets: the delivery's, with the fields that --header sets in place of those they name.
func (r *Relay) outgoing(h webhook.Header) webhook.Header {
	if len(r.o.Header) == 0 {
		return h
	}
	for _, f := range r.o.Header {
		h = h.Without(f.Name)
	}
	return append(h, r.o.Header...)
}

// address is the target as the delivery calls it.
func (r *Relay) address(t dispatch.Target, d *webhook.Delivery) dispatch.Target {
	return t.For(d.Rest, d.Query, cmp.Or(d.Host, r.o.Host))
}

// wanted reports whether one of the patterns names the event. Without a pattern every event is wanted.
func wanted(patterns []string, event string) bool {
	for _, p := range patterns {
		if webhook.EventMatches(p, event) {
			return true
		}
	}
	return len(patterns) == 0
}
