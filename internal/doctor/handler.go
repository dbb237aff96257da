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

// handlerCheck checks whether the handlers respond.
type handlerCheck struct{ o *Options }

// run checks whether each handler is up and accepts a signed sample. A handler on another machine may be in production, so it gets
// no sample.
func (c handlerCheck) run(ctx context.Context) []Finding {
	if c.o.RouteErr != nil {
		return c.o.RouteErr.finding()
	}
	sender := dispatch.NewSender(dispatch.Options{Timeout: c.o.Config.Duration(config.Timeout), Now: c.o.Now, Guard: c.o.Guard})
	defer sender.Close()
	var found []Finding
	var seen []string
	for _, r := range c.o.Routes {
		if !slices.Contains(seen, r.Target.String()) {
			seen = append(seen, r.Target.String())
			found = append(found, c.checkTarget(ctx, sender, r)...)
		}
	}
	return found
}

func (c handlerCheck) checkTarget(ctx context.Context, sender *dispatch.Sender, r relay.Route) []Finding {
	if err := sender.Reachable(ctx, r.Target); err != nil {
		if c.o.RoutesFromSession {
			return failed(err.Error(), "start it: the running listen forwards to it")
		}
		if c.o.Config.Source(config.Forward) == config.SourceDefault {
			return warning(fmt.Sprintf("%s No handler is configured, so this is the default.", err), "configure yours: vidiking config set forward localhost:8080")
		}
		return failed(err.Error(), "start it, or configure another: vidiking config set forward TARGET")
	}
	secret, err := secretCheck(c).active()
	switch {
	case c.o.NoSample:
		return ok(r.Target.Short() + " is up")
	case !r.Target.IsLocal():
		return ok(r.Target.Short() + " is up (no sample sent: it is not on this machine)")
	case err != nil || !secret.IsSet():
		return ok(r.Target.Short() + " is up (no sample sent: there is no secret)")
	}
	return c.sendSample(ctx, sender, r, secret)
}

// sendSample sends a signed sample event to the handler and reports the response.
func (c handlerCheck) sendSample(ctx context.Context, sender *dispatch.Sender, r relay.Route, secret activeSecret) []Finding {
	event := eventFor(r)
	body, err := sample.New(c.o.Now, c.o.Random).Payload(event)
	if err != nil {
		return failed("cannot create a sample: "+err.Error(), "")
	}
	header := webhook.Header{
		{Name: "Content-Length", Value: strconv.Itoa(len(body))}, {Name: "Content-Type", Value: "application/json"},
		{Name: "User-Agent", Value: "vidiking-doctor"},
		{Name: webhook.SignatureHeader, Value: signature.Sign(secret.Secret, body, signature.StylePrefixed)},
	}
	a := sender.Send(ctx, r.Target, header, body)
	message := fmt.Sprintf("%s returned %d for a signed sample (%s), in %s", r.Target.Short(), a.Code, event, display.Duration(a.Duration))
	switch a.Status() {
	case webhook.StatusDelivered:
		return ok(message)
	case webhook.StatusRefused:
		hint := "see the response: vidiking trigger " + event
		if a.Code == 401 || a.Code == 403 {
			hint = fmt.Sprintf("does it verify with %s? See the response: vidiking trigger %s", secret, event)
		}
		return failed(message, hint)
	}
	return failed(fmt.Sprintf("%s did not respond to a signed sample (%s): %s", r.Target.Short(), event, a.Error), "send another: vidiking trigger "+event)
}

// eventFor returns the first documented event that is routed to a target. By default that is render.queued, which has the least effect
// in a handler.
func eventFor(r relay.Route) string {
	for _, e := range webhook.Events() {
		if len(r.Events) == 0 || slices.ContainsFunc(r.Events, func(pattern string) bool { return webhook.EventMatches(pattern, e.Name) }) {
			return e.Name
		}
	}
	return webhook.EventRenderQueued
}
