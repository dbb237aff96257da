package send

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Replays are recorded deliveries to send again.
type Replays struct {
	Deliveries []webhook.Summary
	Change     *Change
	Resolver   *Resolver
	OpenReader func(ctx context.Context) (*store.Reader, error)
	Secret     webhook.Secret   // for new signatures
	Verify     []webhook.Secret // verify what no session verifies
}

// Each calls do with each delivery and the body of its replay. It reads them one at a time, because together they may be large.
func (r *Replays) Each(ctx context.Context, p output.Printer, do func(d webhook.Delivery, body []byte) error) error {
	reader, err := r.OpenReader(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = reader.Close() }() // it was only read
	for _, row := range r.Deliveries {
		d, err := reader.Get(ctx, row.ID)
		if err != nil {
			return err
		}
		body, err := r.Change.body(p, d)
		if err != nil {
			return err
		}
		if err := do(d, body); err != nil {
			return err
		}
	}
	return nil
}

// Destinations describes where the replays would go.
func (r *Replays) Destinations(ctx context.Context) (string, error) {
	reader, err := r.OpenReader(ctx)
	if err != nil {
		return "", err
	}
	defer func() { _ = reader.Close() }() // it was only read
	var all []string
	for _, row := range r.Deliveries {
		d, err := reader.Get(ctx, row.ID)
		if err != nil {
			return "", err
		}
		to, err := r.Change.destination(r.Resolver, d)
		if err != nil {
			return "", err
		}
		if text := to.String(); !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return strings.Join(all, "; "), nil
}

// SendReplays sends the replays one at a time, each to its own destination, and prints the outcome of each.
func (r *Runner) SendReplays(ctx context.Context, replays *Replays) error {
	c := replays.Change
	err := replays.Each(ctx, r.options.Printer, func(d webhook.Delivery, body []byte) error {
		to, err := c.destination(replays.Resolver, d)
		if err != nil {
			return err
		}
		if to, err = replays.Resolver.Open(ctx, to, replays.Verify); err != nil {
			return err
		}
		r.Use(to)
		r.replayed = &d
		in := ReplayOf(d, c.Header(replays.Secret, d, body), body)
		in.Probe = c.isProbe(d)
		in.Host = cmp.Or(c.Host, in.Host)
		return r.Send(ctx, in)
	})
	if err != nil {
		return err
	}
	return r.Finish(len(replays.Deliveries))
}

// ReplayOf returns the replay of a delivery with a header and a body. It keeps the recorded path, query and Host, and leaves out query
// parameters that were masked.
func ReplayOf(d webhook.Delivery, header webhook.Header, body []byte) relay.Arrival {
	return relay.Arrival{
		Header: header, Body: body, Origin: webhook.OriginReplay, Parent: d.ID,
		Rest: d.Rest, Query: webhook.WithoutParameters(d.Query, d.MaskedQuery), Host: d.Host,
	}
}
