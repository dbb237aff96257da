package send

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Destination is the handlers that receive a delivery, and the connection to them: a running session, which records the delivery, or
// this process, which records it itself. Open a Destination before sending, and close it afterwards.
type Destination struct {
	Routes  []relay.Route
	Session *session.Info // nil if this process sends to the handlers itself

	options        Options
	explicitTarget string // the value of --to, as typed
	recorded       bool   // the routes come from --to or from a recorded delivery, not from the configuration
	project        string
	target         string // the only target of the session to send to; empty: all
	otherSessions  int    // the number of running sessions if Session belongs to another project
	conn           connection
}

// connection sends deliveries to a destination.
type connection interface {
	// Send sends a delivery and returns what the log says about it.
	Send(ctx context.Context, in relay.Arrival) (relay.Outcome, error)
	// SendMany sends one of many deliveries and returns the time of the response. If the delivery was delivered, the outcome has only
	// its id, status and attempt.
	SendMany(ctx context.Context, in relay.Arrival) (relay.Outcome, time.Time, error)
	// OpenErr returns the reason why deliveries are not recorded; nil if they are.
	OpenErr() error
	Close() error
}

// Open prepares the destination for sending. If no session verifies the deliveries, they are verified with the given secrets.
func (d *Destination) Open(ctx context.Context, secrets []webhook.Secret) (err error) {
	if d.Session != nil {
		d.conn, err = openViaSession(ctx, d)
		return err
	}
	if !d.recorded {
		if err := d.options.CheckTargets(ctx, d.Routes); err != nil {
			return err
		}
	}
	d.conn = openDirect(ctx, d, secrets)
	return nil
}

// Close closes everything that Open opened.
func (d *Destination) Close() error {
	if d.conn == nil {
		return nil
	}
	return d.conn.Close()
}

// OpenErr returns the reason why this process cannot record what it sends; nil if deliveries are recorded.
func (d *Destination) OpenErr() error { return d.conn.OpenErr() }

// Send sends a delivery and returns what the log says about it.
func (d *Destination) Send(ctx context.Context, in relay.Arrival) (relay.Outcome, error) {
	return d.conn.Send(ctx, in)
}

// SendShaped sends a delivery as Send does, and writes the request in a shape. Only a destination without a session can do that.
func (d *Destination) SendShaped(ctx context.Context, in relay.Arrival, shape dispatch.Shape) (relay.Outcome, error) {
	c, ok := d.conn.(*direct)
	if !ok {
		return relay.Outcome{}, errors.New("a session sends every delivery in the same shape")
	}
	return c.SendShaped(ctx, in, shape)
}

// Guard returns the guard of connections that this process makes; nil if it allows all.
func (d *Destination) Guard() dispatch.Guard { return d.direct().Guard }

// direct returns the options for attempts that this process makes. The guard restricts only configured targets: with --to, the user
// named the target.
func (d *Destination) direct() dispatch.Options {
	o := d.options.Direct
	if d.options.Target != "" {
		o.Guard = nil
	}
	return o
}

// timeout returns how long the handler may take: the session's setting, or the flag of this command.
func (d *Destination) timeout() time.Duration {
	if d.Session != nil {
		return time.Duration(d.Session.TimeoutMS) * time.Millisecond
	}
	return d.options.Direct.Timeout
}

// Handler returns the URL of the first handler that receives an event. If no route matches the event, Handler returns the first one.
func (d *Destination) Handler(event string) string {
	for _, r := range d.Routes {
		if len(r.Events) == 0 || slices.ContainsFunc(r.Events, func(pattern string) bool { return webhook.EventMatches(pattern, event) }) {
			return r.Target.String()
		}
	}
	return d.Routes[0].Target.String()
}

// String describes the destination for a closing line.
func (d *Destination) String() string {
	if d.Session != nil {
		return relay.ShortRoutes(d.Routes) + " via listen"
	}
	return relay.ShortRoutes(d.Routes)
}

// narrow restricts the destination to one of its targets. It does nothing if the destination does not have that target.
func (d *Destination) narrow(target string) {
	i := slices.IndexFunc(d.Routes, func(r relay.Route) bool { return r.Target.String() == target })
	if i < 0 || len(d.Routes) == 1 {
		return
	}
	d.Routes = relay.To(d.Routes[i].Target)
	if d.Session != nil {
		d.target = target
	}
}

// key identifies the destination: two destinations with the same key can share a connection.
func (d *Destination) key() string {
	parts := []string{d.project, d.target}
	if d.Session != nil {
		parts = append(parts, d.Session.ID)
	}
	for _, r := range d.Routes {
		parts = append(parts, r.Target.String())
	}
	return strings.Join(parts, "\x00")
}

// adaptHint adds --to to the command of a hint if this command had it. It removes a replay command if deliveries are not recorded.
func (d *Destination) adaptHint(h display.Hint) display.Hint {
	isReplay := strings.HasPrefix(h.Command, "vidiking replay ")
	switch {
	case isReplay && d.OpenErr() != nil:
		h.Lead, h.Command = "", ""
	case strings.Contains(h.Command, " --to "):
	case d.explicitTarget != "" && (isReplay || strings.HasPrefix(h.Command, "vidiking trigger ")):
		h.Command += " --to " + d.explicitTarget
	}
	return h
}
