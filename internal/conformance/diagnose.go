package conformance

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

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
	Header  webhook.Header                            // the recorded signature headers; empty: the delivery has no signature
	Style   signature.Style                           // the form of its signature
	Secret  webhook.Secret                            // the secret in use
	Others  []Secret                                  // other secrets that the handler may have
	Explain func(a webhook.Attempt) []webhook.Finding // why the handler refused a probe, by its response
	Invalid func() []webhook.Finding                  // why the delivery's signature is not valid; nil if it is valid
}

// Secret is a secret that a handler may have instead of the one in use.
type Secret struct {
	webhook.Secret

	Name string // "the one of profile staging"
}

// Diagnosis is the result of Diagnose.
type Diagnosis struct {
	Findings  []webhook.Finding // the cause; none if nothing is known about it
	Framework string            // the framework that the responses point to; may be empty
	Sent      int               // the number of probes
	Last      webhook.Attempt   // the response to the delivery as it is
	Accepted  bool              // the handler accepts the delivery as it is
	Explained bool              // the findings explain why the handler refused the delivery
}

// ErrNoResponse is returned if the handler does not respond, so that it cannot be tested.
var ErrNoResponse = errors.New("the handler does not respond")

// errLimited is returned if the handler limits requests after it responded to the first probe.
var errLimited = errors.New("the handler limits requests")

// rounds is the number of times that Diagnose repeats the probes that prove a cause. A handler that accepts every other delivery at random
// passes two rounds once in 64 times.
const rounds = 2

// Diagnose sends probes until the handler accepts one. It sends the delivery as it is first: its response may tell the cause, and then
// no other probe is sent.
func Diagnose(ctx context.Context, s Subject, to Sender) (Diagnosis, error) {
	r := &run{subject: s, to: to}
	err := r.diagnose(ctx)
	if errors.Is(err, errLimited) {
		r.Explained, err = false, nil
		r.Findings = []webhook.Finding{{
			Code: refusal.CodeRateLimit, Certainty: webhook.Certain,
			Cause: fmt.Sprintf("The handler limits requests: it responded 429 to probe %d, so the diagnosis stopped.", r.Sent),
			Fix:   "Wait, or exempt the route from the limit, then run diagnose again.",
		}}
	}
	return r.Diagnosis, err
}

// run is a diagnosis under way.
type run struct {
	Diagnosis

	subject Subject
	to      Sender
	refused webhook.Finding // about the response to the delivery as it is
}

func (r *run) diagnose(ctx context.Context) error {
	first, err := r.send(ctx, r.asItIs())
	if err != nil {
		return err
	}
	r.Last = first
	r.Framework = refusal.Framework(refusal.NewResponse(first))
	r.refused, _ = refusal.Identify(refusal.NewResponse(first))
	if first.Status() == webhook.StatusDelivered {
		return r.accepted(ctx)
	}
	found := r.subject.Explain(first)
	isNew := len(found) > 0 && found[0].Code == refusal.CodeSecretGenerated
	switch {
	case r.refused.Code == refusal.CodeSignatureRefused && r.subject.Invalid != nil:
		r.conclude(r.subject.Invalid())
	case r.refused.Code == refusal.CodeSignatureRefused && !isNew:
		return r.settle(ctx)
	case r.refused.Code == refusal.CodeSilentCrash && first.Code == http.StatusInternalServerError:
		return r.settleCrash(ctx)
	default:
		r.conclude(found)
	}
	return nil
}

// conclude ends the diagnosis with findings. They explain the refusal unless the first is only possible, or names no cause.
func (r *run) conclude(found []webhook.Finding) {
	r.Findings = found
	if len(found) == 0 || found[0].Certainty == webhook.Possible {
		return
	}
	namesNoCause := []string{refusal.CodeSilentCrash, refusal.CodeSignatureRefused, refusal.CodeUnsigned, refusal.CodeInconsistent}
	r.Explained = !slices.Contains(namesNoCause, found[0].Code)
}

// accepted finds out whether a handler that accepts the delivery checks signatures at all.
func (r *run) accepted(ctx context.Context) error {
	if found := r.subject.Explain(r.Last); len(found) > 0 {
		r.conclude(found) // a page that no handler sent
		return nil
	}
	r.Accepted, r.Explained = true, true
	if r.subject.Invalid != nil {
		r.Findings = unsigned("The handler accepts this delivery although its signature is not valid: it does not check signatures.")
		return nil
	}
	a, err := r.send(ctx, r.wrong(variant{header: r.subject.Header}))
	if err == nil && a.Status() == webhook.StatusDelivered {
		r.Findings = unsigned("The handler accepts a wrong signature: it does not check signatures.")
	}
	return err
}

func unsigned(cause string) []webhook.Finding {
	return []webhook.Finding{{
		Code: refusal.CodeUnsigned, Certainty: webhook.Certain, Cause: cause, Fix: "Compute the signature of every delivery, and refuse those with another one.",
	}}
}

// settleCrash finds out whether a handler that fails without a message does so because of the signature. Comparing texts of different
// lengths fails in Node, so a signature of another length gets another response.
func (r *run) settleCrash(ctx context.Context) error {
	a, err := r.send(ctx, r.wrong(r.subject.otherForm(digest(sha256.New, r.subject.Secret.Reveal(), r.subject.Body))))
	if err != nil {
		return err
	}
	if a.Code == r.Last.Code {
		r.conclude(r.subject.Explain(r.Last))
		return nil
	}
	return r.settle(ctx)
}

// settle sends the variants of the signature until the handler accepts one.
func (r *run) settle(ctx context.Context) error {
	for _, v := range r.subject.variants() {
		a, err := r.send(ctx, r.probe(v))
		switch {
		case err != nil:
			return err
		case !r.passes(a):
			continue
		}
		if v, err = r.narrow(ctx, v); err != nil {
			return err
		}
		if done, err := r.confirm(ctx, v, a); done || err != nil {
			return err
		}
	}
	return r.refusesAll(ctx)
}

// passes reports whether a probe passed the signature check: the handler accepts it, or refuses it in its own words for another reason.
func (r *run) passes(a webhook.Attempt) bool {
	if a.Status() == webhook.StatusDelivered {
		return true
	}
	return r.refused.Code == refusal.CodeSignatureRefused && a.Code != r.Last.Code && a.Code < http.StatusInternalServerError && !refusesSignature(a)
}

// narrow finds out which of the variants that one combines is accepted.
func (r *run) narrow(ctx context.Context, combined variant) (variant, error) {
	for _, v := range combined.each {
		a, err := r.send(ctx, r.probe(v))
		if err != nil || r.passes(a) {
			return v, err
		}
	}
	return combined, nil
}

// confirm makes sure that a variant is accepted because of its signature: the handler keeps refusing the delivery as it is, and a wrong
// signature in the form of the variant. It returns false if the response to the variant proves nothing.
func (r *run) confirm(ctx context.Context, v variant, response webhook.Attempt) (done bool, err error) {
	probes := []Probe{r.wrong(v), r.asItIs(), r.probe(v)}
	for round := range rounds {
		responses := make([]webhook.Attempt, len(probes))
		for i := range probes {
			if round%2 == 1 { // several instances behind one address take turns
				i = len(probes) - 1 - i
			}
			if responses[i], err = r.send(ctx, probes[i]); err != nil {
				return false, err
			}
		}
		wrong, asItIs, again := responses[0], responses[1], responses[2]
		switch isDelivered := response.Status() == webhook.StatusDelivered; {
		case asItIs.Status() == webhook.StatusDelivered, isDelivered && again.Code == r.Last.Code:
			r.conclude(inconsistent())
			return true, nil
		case r.passes(wrong) && isDelivered:
			r.conclude(unsigned("The handler accepts a wrong signature in the form " + v.name + ", so it does not compare the digest."))
			return true, nil
		case r.passes(wrong):
			return false, nil
		}
	}
	r.conclude([]webhook.Finding{v.finding})
	if response.Status() != webhook.StatusDelivered { // and why it refused the variant
		r.Findings = append(r.Findings, r.subject.Explain(response)...)
	}
	return true, nil
}

// refusesAll concludes from the refusal of every variant.
func (r *run) refusesAll(ctx context.Context) error {
	again, err := r.send(ctx, r.asItIs())
	if err != nil {
		return err
	}
	without, err := r.send(ctx, Probe{Name: "no signature", Body: r.subject.Body})
	if err != nil {
		return err
	}
	isSame := without.Code == r.Last.Code && bytes.Equal(without.Response, r.Last.Response)
	found := r.subject.Explain(r.Last)
	secret := r.subject.Secret.String()
	switch {
	case again.Code != r.Last.Code:
		r.conclude(inconsistent())
	case r.refused.Code == refusal.CodeSilentCrash:
		r.conclude([]webhook.Finding{{
			Code: refusal.CodeSignatureLength, Certainty: webhook.Likely,
			Cause: "The handler fails on this form of the signature and refuses the other: it probably compares texts of different lengths.",
			Fix:   `Strip the "sha256=" prefix before comparing, and compare the lengths first.`,
		}})
	case len(found) > 0 && found[0].Certainty == webhook.Certain:
		r.conclude(found) // the response holds the digest that the handler computed
	case isSame && refusal.SaysSignatureIsMissing(refusal.NewResponse(r.Last)):
		r.conclude([]webhook.Finding{{
			Code: signature.CodeOtherHeader, Certainty: webhook.Likely,
			Cause: "The handler says that there is no signature, so it probably reads another header than " + webhook.SignatureHeader + ".",
			Fix:   "Read the signature from " + webhook.SignatureHeader + ".",
		}})
	case !isSame, r.refused.Certainty != webhook.Possible, r.Last.Code == http.StatusUnauthorized:
		r.conclude([]webhook.Finding{{
			Code: refusal.CodeDifferentSecret, Certainty: webhook.Likely,
			Cause: "The handler probably uses a different secret than " + secret + ": it refused every form of the signature, and the usual mistakes with this secret.",
			Fix:   "Give both sides the same secret, then restart the handler.",
		}})
	default:
		r.conclude([]webhook.Finding{{
			Code: refusal.CodeDifferentSecret, Certainty: webhook.Possible,
			Cause: "The handler gives no reason. It may use a different secret than " + secret + ", or refuse every delivery before it checks the signature.",
			Fix:   "Give both sides the same secret, and look at what runs before the handler.",
		}})
	}
	return nil
}

func inconsistent() []webhook.Finding {
	return []webhook.Finding{{
		Code: refusal.CodeInconsistent, Certainty: webhook.Certain, Cause: "The handler responds differently to the same delivery, so its responses prove nothing.",
		Fix: "Look at the handler's terminal. Several instances with different secrets behind one address respond like this.",
	}}
}

func (r *run) asItIs() Probe {
	return Probe{Name: "as it is", Header: r.subject.Header, Body: r.subject.Body}
}

func (r *run) probe(v variant) Probe {
	return Probe{Name: v.name, Header: v.header, Body: r.subject.Body}
}

// wrong returns a probe with a wrong signature in the form of a variant: with other digits.
func (r *run) wrong(v variant) Probe {
	p := Probe{Name: "a wrong signature", Header: signed(prefix + strings.Repeat("0", 2*sha256.Size)), Body: r.subject.Body}
	if len(v.header) > 0 {
		p.Header = nil
	}
	for _, f := range v.header {
		p.Header = append(p.Header, webhook.Field{Name: f.Name, Value: otherDigits(f.Value)})
	}
	return p
}

// otherDigits replaces each digit of a signature after "sha256=" by another of its kind.
func otherDigits(value string) string {
	algorithm, digits, found := strings.Cut(value, "=")
	if !found || digits == "" || strings.Trim(digits, "=") == "" { // base64 ends in =
		algorithm, digits, found = "", value, false
	}
	const from, to = "0123456789abcdefABCDEF", "1234567890bcdefaBCDEFA"
	digits = strings.Map(func(c rune) rune {
		if i := strings.IndexRune(from, c); i >= 0 {
			return rune(to[i])
		}
		return c
	}, digits)
	if !found {
		return digits
	}
	return algorithm + "=" + digits
}

func (r *run) send(ctx context.Context, p Probe) (webhook.Attempt, error) {
	a, err := r.to.Send(ctx, p)
	if err != nil {
		return a, err
	}
	r.Sent++
	switch {
	case a.Code == 0:
		r.Last = a
		return a, ErrNoResponse
	case a.Code == http.StatusTooManyRequests && r.Sent > 1:
		return a, errLimited
	}
	return a, nil
}

// refusesSignature reports whether the response refuses the signature.
func refusesSignature(a webhook.Attempt) bool {
	f, ok := refusal.Identify(refusal.NewResponse(a))
	return ok && f.Code == refusal.CodeSignatureRefused
}
