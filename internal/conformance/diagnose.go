package conformance

import (
	"context"
	"errors"

	"github.com/vidiking/vidiking-cli/internal/refusal"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Probe is a variant of a delivery, sent to find out which one the handler accepts.
type Probe struct {
	Name   string
	Header webhook.Header // replaces the signature header
	Body   []byte
}

// Sender sends probes to the handler and records them.
type Sender interface {
	Send(ctx context.Context, p Probe) (webhook.Attempt, error)
}

// Subject is the delivery to diagnose, and what it was signed with.
type Subject struct {
	Body    []byte
	Style   signature.Style                           // the form of its signature
	Secret  webhook.Secret                            // the secret in use
	Others  []Secret                                  // other secrets that the handler may have
	Explain func(a webhook.Attempt) []webhook.Finding // why the handler refused a probe, by its response
}

// Secret is a secret that a handler may have instead of the one in use.
type Secret struct {
	webhook.Secret

	Name string // "the one of profile staging"
}

// Diagnosis is the result of Diagnose.
type Diagnosis struct {
	Findings  []webhook.Finding // the cause; none if it was not found
	Framework string            // the framework that the responses point to; may be empty
	Sent      int               // the number of probes
	Last      webhook.Attempt   // the response to the delivery as it is
	Accepted  bool              // the handler accepts the delivery as it is
}

// ErrNoResponse is returned if the handler does not respond, so that it cannot be tested.
var ErrNoResponse = errors.New("the handler does not respond")

// CodeUnsigned is the finding that the handler accepts a wrong signature.
const CodeUnsigned = "signature_not_checked"

// Diagnose sends probes until the handler accepts one. It sends the delivery as it is first: its response may tell the cause, and then
// no other probe is sent.
func Diagnose(ctx context.Context, s Subject, to Sender) (Diagnosis, error) {
	r := &run{subject: s, to: to}
	first, err := r.send(ctx, Probe{Name: "as it is", Header: signed(signature.Sign(s.Secret, s.Body, s.Style)), Body: s.Body})
	if err != nil {
		return r.Diagnosis, err
	}
	r.Last = first
	r.Framework = refusal.Framework(refusal.NewResponse(first))
	switch {
	case first.Status() == webhook.StatusDelivered:
		r.Accepted = true
		return r.Diagnosis, nil
	case !refusesSignature(first):
		r.Findings = s.Explain(first)
		return r.Diagnosis, nil
	}
	return r.Diagnosis, r.settle(ctx)
}

// run is a diagnosis under way.
type run struct {
	Diagnosis

	subject Subject
	to      Sender
}

// settle sends the variants of the signature until the handler accepts one.
func (r *run) settle(ctx context.Context) error {
	for _, v := range r.subject.variants() {
		a, err := r.send(ctx, Probe{Name: v.name, Header: v.header, Body: r.subject.Body})
		if err != nil {
			return err
		}
		if a.Status() != webhook.StatusDelivered {
			continue
		}
		if v, err = r.narrow(ctx, v); err != nil {
			return err
		}
		return r.confirm(ctx, v)
	}
	if found := r.subject.Explain(r.Last); len(found) > 0 && found[0].Certainty == webhook.Certain {
		r.Findings = found // the response holds the digest that the handler computed
		return nil
	}
	r.Findings = []webhook.Finding{{
		Code: "different_secret", Certainty: webhook.Likely,
		Cause: "The handler uses a different secret than " + r.subject.Secret.String() + ": it refused every form of the signature, and every usual mistake with this secret.",
		Fix:   "Give both sides the same secret, then restart the handler.",
	}}
	return nil
}

// narrow finds out which of the variants that one combines is accepted.
func (r *run) narrow(ctx context.Context, combined variant) (variant, error) {
	for _, v := range combined.each {
		a, err := r.send(ctx, Probe{Name: v.name, Header: v.header, Body: r.subject.Body})
		if err != nil || a.Status() == webhook.StatusDelivered {
			return v, err
		}
	}
	return combined, nil
}

// confirm makes sure that the handler checks signatures at all, before it believes that one variant is accepted because of its signature.
func (r *run) confirm(ctx context.Context, v variant) error {
	wrong := signature.Sign(webhook.SecretFrom("a wrong secret"), r.subject.Body, r.subject.Style)
	a, err := r.send(ctx, Probe{Name: "a wrong signature", Header: signed(wrong), Body: r.subject.Body})
	if err != nil {
		return err
	}
	if a.Status() == webhook.StatusDelivered {
		r.Findings = []webhook.Finding{{
			Code: CodeUnsigned, Certainty: webhook.Likely,
			Cause: "The handler accepts a wrong signature now, so it refused the delivery for another reason.",
			Fix:   "Look at the handler's terminal, and check the signature of every delivery.",
		}}
		return nil
	}
	r.Findings = []webhook.Finding{v.finding}
	return nil
}

func (r *run) send(ctx context.Context, p Probe) (webhook.Attempt, error) {
	a, err := r.to.Send(ctx, p)
	if err != nil {
		return a, err
	}
	r.Sent++
	if a.Code == 0 {
		r.Last = a
		return a, ErrNoResponse
	}
	return a, nil
}

// refusesSignature reports whether the response refuses the signature.
func refusesSignature(a webhook.Attempt) bool {
	f, ok := refusal.Identify(refusal.NewResponse(a))
	return ok && f.Code == refusal.CodeSignatureRefused
}
