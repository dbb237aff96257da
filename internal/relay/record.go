package relay

import (
	"cmp"
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

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
	About  string     // what the delivery is about; empty: what its body says

	// The URL that was called, as in webhook.Summary. Rest and Query are forwarded.
	Method, Path, Rest, Query string
}

// recordedDelivery is a delivery that is in the log and can be forwarded.
type recordedDelivery struct {
	webhook.Delivery
	target string  // Arrival.Target
	seq    int64   // number of the arrival
	ticket *ticket // nil if it waits for no other delivery
}

// recorder verifies and records deliveries.
type recorder struct {
	o         *Options
	upstreams upstreams
	tally     *Tally
	secrets   *secretCache
	jobs      jobQueues
	arrivals  atomic.Int64 // number of deliveries received in this session
}

// record verifies an arrival and records it with its initial status. The caller must forward a delivery whose status allows it, because
// later deliveries of the same job wait for it.
func (r *recorder) record(ctx context.Context, in Arrival) (*recordedDelivery, error) {
	d := &recordedDelivery{Delivery: webhook.Delivery{Header: in.Header, Body: in.Body}, target: in.Target, seq: r.arrivals.Add(1)}
	d.Session, d.Origin, d.ReplayOf = r.o.Session, in.Origin, in.Parent
	d.Project, d.Probe, d.Routed, d.ExpectedStatus = r.o.Project, in.Probe, !r.o.ExplicitRoutes && in.Target == "", in.Expect
	d.ReceivedAt = r.o.Now().UTC().Truncate(time.Millisecond)
	d.Method, d.Path, d.Rest, d.Query, d.Host = in.Method, in.Path, in.Rest, in.Query, in.Host
	d.BodyBytes = int64(len(in.Body))
	about := webhook.Describe(in.Body)
	d.Event, d.About = about.Event, cmp.Or(in.About, about.About)
	d.Verdict = webhook.VerdictUnchecked
	if r.o.Verify != VerifyOff {
		var by webhook.Secret
		d.Verdict, by = r.secrets.verify(in.Header, in.Body)
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
func (r *recorder) initialStatus(d *recordedDelivery) webhook.Status {
	switch {
	case r.o.Verify == VerifyStrict && d.Verdict != webhook.VerdictValid:
		return webhook.StatusRejected
	case d.target == "" && !matchesAny(r.o.Events, d.Event), len(r.upstreams.selected(d.target, d.Event)) == 0:
		return webhook.StatusSkipped
	default:
		return webhook.StatusPending
	}
}

// recordWithNewID gives the delivery an id and records it. If the id is taken, the log gives it another.
func (r *recorder) recordWithNewID(ctx context.Context, d *webhook.Delivery) error {
	var err error
	if d.ID, err = webhook.NewID(r.o.Random); err != nil {
		return err
	}
	if err = r.o.Log.Record(ctx, d); err != nil {
		return fmt.Errorf("record the delivery: %w", err)
	}
	return nil
}
