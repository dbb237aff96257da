package send

import (
	"context"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// direct sends to the handlers from this process and records the deliveries in its own log.
type direct struct {
	sender  *dispatch.Sender
	log     *store.Log // nil if it could not be opened
	openErr error
	relay   *relay.Relay
	now     func() time.Time

	options relay.Options
	sending dispatch.Options
	mu      sync.Mutex
	shaped  map[dispatch.Shape]*shaped
}

// shaped sends requests of one shape, on connections that nothing else uses.
type shaped struct {
	relay  *relay.Relay
	sender *dispatch.Sender
}

// openDirect returns a connection also if the delivery log cannot be opened: the user asked for the handler's response.
func openDirect(ctx context.Context, d *Destination, secrets []webhook.Secret) *direct {
	o := d.options
	c := &direct{sender: dispatch.NewSender(d.direct()), now: o.Direct.Now, sending: d.direct(), shaped: map[dispatch.Shape]*shaped{}}
	var log relay.Log = noLog{}
	if c.log, c.openErr = o.OpenLog(ctx); c.openErr == nil {
		log = c.log
	}
	c.options = relay.Options{
		Log: log, Sender: c.sender, Routes: d.Routes, Project: d.project, ExplicitRoutes: d.recorded, Verify: relay.VerifyWarn,
		Secrets: func() []webhook.Secret { return secrets },
		Now:     o.Direct.Now, Random: o.Random,
	}
	c.relay = relay.New(c.options)
	return c
}

func (c *direct) Send(ctx context.Context, in relay.Arrival) (relay.Outcome, error) {
	return c.relay.Deliver(ctx, in)
}

func (c *direct) SendMany(ctx context.Context, in relay.Arrival) (relay.Outcome, time.Time, error) {
	out, err := c.relay.Deliver(ctx, in)
	return out, c.now(), err
}

// SendShaped sends a delivery in a shape.
func (c *direct) SendShaped(ctx context.Context, in relay.Arrival, shape dispatch.Shape) (relay.Outcome, error) {
	return c.in(shape).Deliver(ctx, in)
}

// in returns the relay that sends requests of a shape.
func (c *direct) in(shape dispatch.Shape) *relay.Relay {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.shaped[shape]
	if s == nil {
		sending, options := c.sending, c.options
		sending.Shape = shape
		s = &shaped{sender: dispatch.NewSender(sending)}
		options.Sender = s.sender
		s.relay = relay.New(options)
		c.shaped[shape] = s
	}
	return s.relay
}

func (c *direct) OpenErr() error { return c.openErr }

func (c *direct) Close() error {
	c.relay.Close()
	c.sender.Close()
	for _, s := range c.shaped {
		s.relay.Close()
		s.sender.Close()
	}
	if c.log == nil {
		return nil
	}
	return c.log.Close()
}

// noLog replaces a delivery log that cannot be opened.
type noLog struct{}

func (noLog) Record(context.Context, *webhook.Delivery) error { return nil }
func (noLog) AddAttempts(_ webhook.ID, attempts []webhook.Attempt, _ []store.Due) (webhook.Status, error) {
	return webhook.StatusOf(attempts), nil
}
func (noLog) QueueAttempts(webhook.ID, []webhook.Attempt, []store.Due) error { return nil }
func (noLog) Hold(store.Due, string) error                                   { return nil }
func (noLog) Flush(context.Context) error                                    { return nil }
