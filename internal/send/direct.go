package send

import (
	"context"
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
}

// openDirect returns a connection also if the delivery log cannot be opened: the user asked for the handler's response.
func openDirect(ctx context.Context, d *Destination, secrets []webhook.Secret) *direct {
	o := d.options
	c := &direct{sender: dispatch.NewSender(d.direct()), now: o.Direct.Now}
	var log relay.Log = noLog{}
	if c.log, c.openErr = o.OpenLog(ctx); c.openErr == nil {
		log = c.log
	}
	c.relay = relay.New(relay.Options{
		Log: log, Sender: c.sender, Routes: d.Routes, Project: d.project, ExplicitRoutes: d.recorded, Verify: relay.VerifyWarn,
		Secrets: func() []webhook.Secret { return secrets },
		Now:     o.Direct.Now, Random: o.Random,
	})
	return c
}

func (c *direct) Send(ctx context.Context, in relay.Arrival) (relay.Outcome, error) {
	return c.relay.Deliver(ctx, in)
}

func (c *direct) SendMany(ctx context.Context, in relay.Arrival) (relay.Outcome, time.Time, error) {
	out, err := c.relay.Deliver(ctx, in)
	return out, c.now(), err
}

func (c *direct) OpenErr() error { return c.openErr }

func (c *direct) Close() error {
	c.relay.Close()
	c.sender.Close()
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
