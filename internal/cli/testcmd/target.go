package testcmd

import (
	"context"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/conformance"
	"github.com/vidiking/vidiking-cli/internal/explain"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/send"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// target delivers requests to the handler and records each as a probe that is about its case.
type target struct {
	to    *send.Destination
	given cmdutil.GivenHeaders
}

// Deliver sends a request.
func (t *target) Deliver(ctx context.Context, r conformance.Request) (conformance.Response, error) {
	header := r.Header.With(webhook.Field{Name: "User-Agent", Value: cmdutil.UserAgent()}).With(t.given.Fields...)
	in := relay.Arrival{
		Header: header, Body: r.Body, Method: r.Shape.Method, Origin: webhook.OriginTrigger, Probe: true, About: r.Case, Host: t.given.Host,
	}
	out, err := t.to.SendShaped(ctx, in, r.Shape)
	if err != nil {
		return conformance.Response{}, err
	}
	response := conformance.Response{Attempt: out.Attempt}
	if t.to.OpenErr() == nil {
		response.ID = out.Delivery.ID
	}
	for _, a := range out.Attempts {
		response.Stale = response.Stale || a.Failure == webhook.FailureStale
	}
	return response, nil
}

// battery returns the options of a run.
func (o *testOptions) battery(ctx context.Context, a *cmdutil.App, secret cmdutil.KnownSecret) (conformance.Options, error) {
	options := conformance.Options{Secret: secret.Secret, Only: o.only, Skip: o.skip, Strict: o.strict, Seed: o.seed, Now: a.Env.Now, Effects: o.effects(a)}
	known, err := cmdutil.KnownSecrets(a)
	if err != nil {
		return options, err
	}
	for _, k := range known {
		options.Others = append(options.Others, conformance.Secret{Secret: k.Secret, Name: k.Name})
	}
	if found := cmdutil.EnvFileSecret(a); found.IsSet() {
		options.Others = append(options.Others, conformance.Secret{Secret: found, Name: "the one in .env"})
	}
	out, err := a.OutputOptions()
	if err != nil {
		return options, err
	}
	explainer := cmdutil.Explainer(a)
	options.Explain = func(attempt webhook.Attempt) []webhook.Finding {
		c := explain.Case{
			Summary: webhook.Summary{Verdict: webhook.VerdictValid, Status: attempt.Status(), Target: attempt.Target, Code: attempt.Code},
			Attempt: attempt, SecretHint: secret.String(), Audience: explain.AudienceDirect, Timeout: timeout,
		}
		h, ok := explainer.Explain(ctx, c, out.Style)
		if !ok {
			return nil
		}
		return explain.Findings(h)
	}
	return options, nil
}
