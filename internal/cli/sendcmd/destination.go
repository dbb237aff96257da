package sendcmd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Destination is where `trigger` and `replay` send, and how: through a running `listen`, which records, or directly, where this
// process records.
type Destination struct {
	App     *cmdutil.App
	Dir     string           // the data directory
	project string           // of what is sent directly; a session has its own
	Direct  dispatch.Options // how an attempt is made directly
	Routes  []relay.Route    // to the handlers
	named   string           // by --to, as it was typed
	chosen  bool             // the routes are not the project's: by --to, or from the record of a delivery
	target  string           // of the session's, if it is to send to one alone
	moot    []string         // flags that were given and count for direct sending alone
	Through *session.Info    // nil: directly
	others  int              // how many sessions run, if through is one of another project
	Ingress dispatch.Target  // of the session
	sender  *dispatch.Sender
	reader  *store.Reader // of the session's log
	log     *store.Log    // our own; nil where it can't be opened
	relay   *relay.Relay
	Lost    error // why there is no log

	Silence   time.Duration // that a session may keep
	suspended atomic.Bool   // the session did not respond, so further sends of a batch fail at once
}

// throughTimeout bounds a sending through a session. The session's own time-out is what counts, and what it holds may take long.
const throughTimeout = 24 * time.Hour

// sessionSilence is how long a session may send no sign of life. One that works on a delivery sends one each relay.BeatInterval.
const sessionSilence = 5 * time.Second

// Open gets ready to send: through the session, or with a log of our own. The caller closes it. The secrets are what a delivery's
// verdict is made with where no session makes it.
func (d *Destination) Open(ctx context.Context, secrets []webhook.Secret) error {
	if d.Through == nil {
		if !d.chosen {
			if err := cmdutil.TrustProject(ctx, d.App.Cfg, d.Routes); err != nil {
				return err
			}
		}
		d.openOwn(ctx, secrets)
		return nil
	}
	d.sender = dispatch.NewSender(dispatch.Options{Timeout: throughTimeout, Silence: d.Silence})
	var err error
	if d.reader, err = store.OpenReader(ctx, d.Dir); err != nil {
		return fmt.Errorf("read the delivery log: %w", err)
	}
	return nil
}

// openOwn sends by the relay's tail in this process. Without a log it still sends: the handler's answer is what was asked for.
func (d *Destination) openOwn(ctx context.Context, secrets []webhook.Secret) {
	w := d.App.W
	d.sender = dispatch.NewSender(d.Direct)
	var log relay.Log = noLog{}
	if d.Lost == nil {
		d.Lost = cmdutil.ShowMigration(d.App, d.Dir, func() (err error) {
			d.log, err = store.Open(ctx, d.Dir, store.Options{Now: w.Now})
			return err
		})
	}
	if d.Lost == nil {
		log, d.reader = d.log, d.log.Reader()
	}
	d.relay = relay.New(relay.Options{
		Log: log, Sender: d.sender, Routes: d.Routes, Project: d.project, Chosen: d.chosen, Verify: relay.VerifyWarn,
		Secrets: func() []webhook.Secret { return secrets },
		Now:     w.Now, Random: w.Random,
	})
}

// Close closes what the destination opened.
func (d *Destination) Close() error {
	if d.relay != nil {
		d.relay.Close()
	}
	if d.sender != nil {
		d.sender.Close()
	}
	if d.log != nil {
		return d.log.Close()
	}
	if d.reader != nil {
		return d.reader.Close()
	}
	return nil
}

// timeout is how long the handler may take: what our flag says, or the session's own.
func (d *Destination) timeout() time.Duration {
	if d.Through != nil {
		return time.Duration(d.Through.TimeoutMS) * time.Millisecond
	}
	return d.Direct.Timeout
}

// Handler is the URL of the first handler that an event goes to; where none wants it, of the first.
func (d *Destination) Handler(event string) string {
	for _, r := range d.Routes {
		if len(r.Events) == 0 || slices.ContainsFunc(r.Events, func(pattern string) bool { return webhook.EventMatches(pattern, event) }) {
			return r.Target.String()
		}
	}
	return d.Routes[0].Target.String()
}

// where says where it sends, as a closing line does.
func (d *Destination) where() string {
	if d.Through != nil {
		return cmdutil.ShortRoutes(d.Routes) + ", through listen"
	}
	return cmdutil.ShortRoutes(d.Routes)
}

// Send sends one delivery and returns what the log says of it.
func (d *Destination) Send(ctx context.Context, in relay.Arrival) (relay.Outcome, error) {
	if d.Through == nil {
		return d.relay.Deliver(ctx, in)
	}
	id, _, err := d.post(ctx, in)
	if err != nil {
		return relay.Outcome{}, err
	}
	return d.lookUp(ctx, id)
}

// Fire sends one of many, and says when the answer was there. What was delivered is not looked up: the session's answer says all that
// counts, and the log has better to do.
func (d *Destination) Fire(ctx context.Context, in relay.Arrival) (out relay.Outcome, at time.Time, err error) {
	if d.Through == nil {
		out, err = d.relay.Deliver(ctx, in)
		return out, d.App.W.Now(), err
	}
	if d.suspended.Load() { // each of many would wait as long
		return out, d.App.W.Now(), d.notResponding(nil)
	}
	id, a, err := d.post(ctx, in)
	at = d.App.W.Now()
	if err != nil {
		return out, at, err
	}
	if status := webhook.Status(a.Header.Get(session.StatusHeader)); status == webhook.StatusDelivered {
		out.Delivery.ID, out.Delivery.Status, out.Attempt = id, status, a
		return out, at, nil
	}
	out, err = d.lookUp(ctx, id)
	return out, at, err
}

// post hands a delivery to the session, and returns the name it got there and the answer.
func (d *Destination) post(ctx context.Context, in relay.Arrival) (webhook.ID, webhook.Attempt, error) {
	who := session.Sender{
		Token: d.Through.Token, Origin: in.Origin, Parent: in.Parent, Target: d.target, Host: in.Host, Probe: in.Probe, Expect: in.Expect,
	}
	header := append(in.Header, webhook.Field{Name: session.SenderHeader, Value: who.String()})
	a := d.sender.Send(ctx, d.Ingress.For(in.Rest, in.Query, ""), header, in.Body).Attempt
	id := webhook.ID(a.Header.Get(session.DeliveryHeader))
	if id == "" {
		return "", a, d.notTaken(ctx, a)
	}
	return id, a, nil
}

// lookUp returns what the session's log says of a delivery.
func (d *Destination) lookUp(ctx context.Context, id webhook.ID) (relay.Outcome, error) {
	whole, err := d.reader.Get(context.WithoutCancel(ctx), id) // it is answered, so an interrupt comes too late
	if err != nil {
		return relay.Outcome{}, fmt.Errorf("look up %s: %w", id, err)
	}
	out := relay.Outcome{Delivery: whole}
	out.Attempt, out.Attempts = webhook.Deciding(whole.History), whole.History
	return out, nil
}

// notTaken says why the session's ingress did not take the delivery.
func (d *Destination) notTaken(ctx context.Context, a webhook.Attempt) error {
	listen := "listen at " + d.Through.URL
	directly := "send directly: --to " + cmdutil.ShortRoutes(d.Routes)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case a.Failure == webhook.FailureReset:
		return cmdutil.Failed(errors.New(a.Error), listen+" ended before it answered", "see whether it was recorded: vidiking webhooks list")
	case a.Failure == webhook.FailureTimeout:
		d.suspended.Store(true)
		return d.notResponding(errors.New(a.Error))
	case a.Failure != "":
		return cmdutil.Failed(errors.New(a.Error), listen+" does not answer", directly)
	case a.Code == http.StatusRequestEntityTooLarge:
		return cmdutil.Failed(nil, listen+" does not take a body this large", "start it with a larger --max-body, or "+directly)
	case a.Code == http.StatusServiceUnavailable:
		return cmdutil.Failed(nil, listen+" could not record the delivery", "its own terminal says why; or "+directly)
	default:
		return cmdutil.Failed(nil, fmt.Sprintf("%s answered %d and did not say for which delivery", listen, a.Code), directly)
	}
}

// notResponding says that the session takes connections and does nothing with them.
func (d *Destination) notResponding(cause error) error {
	return cmdutil.Failed(cause, fmt.Sprintf("listen at %s (process %d) does not respond", d.Through.URL, d.Through.PID),
		fmt.Sprintf("if it is suspended (Ctrl-Z), resume it with fg in its terminal, or kill -CONT %d; it may then still take what was sent", d.Through.PID),
		"or send directly: --to "+cmdutil.ShortRoutes(d.Routes))
}

// noLog stands in for a log that can't be opened.
type noLog struct{}

func (noLog) Record(context.Context, *webhook.Delivery) error { return nil }
func (noLog) AddAttempts(_ webhook.ID, attempts []webhook.Attempt, _ []store.Due) (webhook.Status, error) {
	return webhook.StatusOf(attempts), nil
}
func (noLog) QueueAttempts(webhook.ID, []webhook.Attempt, []store.Due) error { return nil }
func (noLog) Hold(store.Due, string) error                                   { return nil }
