package send

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// sessionTimeout bounds a send through a session. It is long because the session applies its own timeout and may hold a delivery.
const sessionTimeout = 24 * time.Hour

// sessionSilence is the longest time without a sign of life from a session. While a session works on a delivery, it sends one each
// relay.HeartbeatInterval.
const sessionSilence = 5 * time.Second

// viaSession sends to the ingress of a running session, which records and forwards the deliveries.
type viaSession struct {
	session   session.Info
	routes    []relay.Route
	target    string // the only target to send to; empty: all
	ingress   dispatch.Target
	sender    sessionSender
	reader    sessionLog
	now       func() time.Time
	suspended atomic.Bool // the session did not respond, so the other sends of a batch fail at once
}

// sessionSender sends a request to the session. *dispatch.Sender implements it.
type sessionSender interface {
	Send(ctx context.Context, t dispatch.Target, h webhook.Header, body []byte) dispatch.Result
	Close()
}

// sessionLog reads the log of the session. *store.Reader implements it.
type sessionLog interface {
	Get(ctx context.Context, id webhook.ID) (webhook.Delivery, error)
	Close() error
}

func openViaSession(ctx context.Context, d *Destination) (connection, error) {
	ingress, err := dispatch.ParseTarget(d.Session.URL, config.DefaultPath)
	if err != nil {
		return nil, err
	}
	reader, err := store.OpenReader(ctx, d.options.DataDir)
	if err != nil {
		return nil, fmt.Errorf("read the delivery log: %w", err)
	}
	silence := d.options.Silence
	if silence == 0 {
		silence = sessionSilence
	}
	return &viaSession{
		session: *d.Session, routes: d.Routes, target: d.target, ingress: ingress, reader: reader, now: d.options.Direct.Now,
		sender: dispatch.NewSender(dispatch.Options{Timeout: sessionTimeout, Silence: silence}),
	}, nil
}

func (c *viaSession) Send(ctx context.Context, in relay.Arrival) (relay.Outcome, error) {
	id, a, err := c.post(ctx, in)
	if err != nil {
		return relay.Outcome{}, err
	}
	return c.lookUp(ctx, in, id, a)
}

// SendMany does not look up a delivery that was delivered: the response of the session has everything that a load run needs, and the
// reads would slow down the log.
func (c *viaSession) SendMany(ctx context.Context, in relay.Arrival) (out relay.Outcome, at time.Time, err error) {
	if c.suspended.Load() { // each of many sends would wait for the same time
		return out, c.now(), c.notResponding(nil)
	}
	id, a, err := c.post(ctx, in)
	at = c.now()
	if err != nil {
		return out, at, err
	}
	if status := webhook.Status(a.Header.Get(session.StatusHeader)); status == webhook.StatusDelivered {
		out.Delivery.ID, out.Delivery.Status, out.Attempt = id, status, a
		return out, at, nil
	}
	out, err = c.lookUp(ctx, in, id, a)
	return out, at, err
}

func (*viaSession) OpenErr() error { return nil }

func (c *viaSession) Close() error {
	c.sender.Close()
	return c.reader.Close()
}

// post sends a delivery to the session and returns the id that the session gave it, and the response.
func (c *viaSession) post(ctx context.Context, in relay.Arrival) (webhook.ID, webhook.Attempt, error) {
	who := session.Sender{
		Token: c.session.Token, Origin: in.Origin, Parent: in.Parent, Target: c.target, Host: in.Host, Probe: in.Probe, Expect: in.Expect,
	}
	header := append(in.Header, webhook.Field{Name: session.SenderHeader, Value: who.String()})
	a := c.sender.Send(ctx, c.ingress.For(in.Rest, in.Query, ""), header, in.Body).Attempt
	id := webhook.ID(a.Header.Get(session.DeliveryHeader))
	if id == "" {
		return "", a, c.notAccepted(ctx, a)
	}
	return id, a, nil
}

// lookUp returns what the session's log says about a delivery. It ignores an interrupt, because the response is already there. If the log is
// busy or the delivery is gone from it, the response of the session has the outcome: an error would make the user send the event again.
func (c *viaSession) lookUp(ctx context.Context, in relay.Arrival, id webhook.ID, a webhook.Attempt) (relay.Outcome, error) {
	d, err := c.reader.Get(context.WithoutCancel(ctx), id)
	if err == nil {
		return relay.Outcome{Delivery: d, Attempt: webhook.Deciding(d.History), Attempts: d.History}, nil
	}
	status := webhook.Status(a.Header.Get(session.StatusHeader))
	if !slices.Contains(webhook.Statuses(), status) {
		return relay.Outcome{}, fmt.Errorf("look up %s: %w", id, err)
	}
	about := webhook.Describe(in.Body)
	a.N, a.Target, a.URL = 1, "", ""
	return relay.Outcome{Attempt: a, Delivery: webhook.Delivery{
		Summary: webhook.Summary{
			ID: id, Status: status, Origin: in.Origin, ReceivedAt: a.StartedAt, Event: about.Event, About: about.About,
			BodyBytes: int64(len(in.Body)), ReplayOf: in.Parent, Probe: in.Probe,
		},
		Header: in.Header, Body: in.Body,
	}}, nil
}

// notAccepted returns the error for a delivery that the session's ingress did not accept.
func (c *viaSession) notAccepted(ctx context.Context, a webhook.Attempt) error {
	listen := "listen at " + c.session.URL
	directly := "send directly: --to " + relay.ShortRoutes(c.routes)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case a.Failure == webhook.FailureReset:
		return output.Failed(errors.New(a.Error), listen+" ended before it responded", "check whether it was recorded: vidiking webhooks list")
	case a.Failure == webhook.FailureTimeout:
		c.suspended.Store(true)
		return c.notResponding(errors.New(a.Error))
	case a.Failure != "":
		return output.Failed(errors.New(a.Error), listen+" does not respond", directly)
	case a.Code == http.StatusRequestEntityTooLarge:
		return output.Failed(nil, listen+" does not accept a body this large", "restart it with a larger --max-body, or "+directly)
	case a.Code == http.StatusServiceUnavailable:
		return output.Failed(nil, listen+" could not record the delivery", "see the reason in its terminal, or "+directly)
	default:
		return output.Failed(nil, fmt.Sprintf("%s responded with %d, without a delivery id", listen, a.Code), directly)
	}
}

// notResponding returns the error for a session that accepts connections and does not read from them.
func (c *viaSession) notResponding(cause error) error {
	return output.Failed(cause, fmt.Sprintf("listen at %s (process %d) does not respond", c.session.URL, c.session.PID),
		fmt.Sprintf("if it is suspended (Ctrl-Z), resume it with fg in its terminal, or kill -CONT %d; it may then still accept the delivery", c.session.PID),
		"or send directly: --to "+relay.ShortRoutes(c.routes))
}
