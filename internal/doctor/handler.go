package doctor

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// handler looks whether each handler is up, and whether it takes what Vidiking would sign. A handler that is elsewhere may be production,
// so it gets no invented event.
func (d *doctor) handler(ctx context.Context) []Finding {
	if d.o.RouteErr != nil {
		return d.o.RouteErr.finding()
	}
	sender := dispatch.NewSender(dispatch.Options{Timeout: d.o.Config.Duration(config.Timeout), Now: d.o.Now, Guard: d.o.Guard})
	defer sender.Close()
	var found []Finding
	var seen []string
	for _, r := range d.o.Routes {
		if !slices.Contains(seen, r.Target.String()) {
			seen = append(seen, r.Target.String())
			found = append(found, d.handlerOf(ctx, sender, r)...)
		}
	}
	return found
}

func (d *doctor) handlerOf(ctx context.Context, sender *dispatch.Sender, r relay.Route) []Finding {
	if err := sender.Reachable(ctx, r.Target); err != nil {
		if d.o.OfListen {
			return failed(err.Error(), "start it: the listen that runs forwards to it")
		}
		if d.o.Config.Source(config.Forward) == config.SourceDefault {
			return warning(fmt.Sprintf("%s None was named, so this is a guess.", err), "name yours: vidiking config set forward localhost:8080")
		}
		return failed(err.Error(), "start it, or name another: vidiking config set forward TARGET")
	}
	secret, err := d.secretInForce()
	switch {
	case d.o.NoSample:
		return ok(r.Target.Short() + " is up")
	case !r.Target.IsLocal():
		return ok(r.Target.Short() + " is up; it is not on this machine, so it got no sample")
	case err != nil || !secret.IsSet():
		return ok(r.Target.Short() + " is up; without a secret it got no sample")
	}
	return d.sample(ctx, sender, r, secret)
}

// sample sends the handler an event that never happened, signed, and says what it made of it.
func (d *doctor) sample(ctx context.Context, sender *dispatch.Sender, r relay.Route, secret known) []Finding {
	event := eventFor(r)
	body, err := sample.New(d.o.Now, d.o.Random).Payload(event)
	if err != nil {
		return failed("no sample could be made: "+err.Error(), "")
	}
	header := webhook.Header{
		{Name: "Content-Length", Value: strconv.Itoa(len(body))}, {Name: "Content-Type", Value: "application/json"},
		{Name: "User-Agent", Value: "vidiking-doctor"},
		{Name: webhook.SignatureHeader, Value: signature.Sign(secret.Secret, body, signature.StylePrefixed)},
	}
	a := sender.Send(ctx, r.Target, header, body)
	said := fmt.Sprintf("%s answered %d to a signed sample (%s), in %s", r.Target.Short(), a.Code, event, display.Duration(a.Duration))
	switch a.Status() {
	case webhook.StatusDelivered:
		return ok(said)
	case webhook.StatusRefused:
		hint := "look at it: vidiking trigger " + event
		if a.Code == 401 || a.Code == 403 {
			hint = fmt.Sprintf("does it check with %s? More: vidiking trigger %s", secret, event)
		}
		return failed(said, hint)
	}
	return failed(fmt.Sprintf("%s did not answer a signed sample (%s): %s", r.Target.Short(), event, a.Error), "look at it: vidiking trigger "+event)
}

// eventFor is the first documented event that goes to a target: one that says a job was queued, where nothing else is asked for, since
// that is what handlers do least about.
func eventFor(r relay.Route) string {
	for _, e := range webhook.Events() {
		if len(r.Events) == 0 || slices.ContainsFunc(r.Events, func(pattern string) bool { return webhook.EventMatches(pattern, e.Name) }) {
			return e.Name
		}
	}
	return webhook.EventRenderQueued
}
