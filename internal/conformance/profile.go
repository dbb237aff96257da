package conformance

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"sync/atomic"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/refusal"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// counting counts the requests that are delivered.
type counting struct {
	to Target
	n  atomic.Int64
}

func (c *counting) Deliver(ctx context.Context, r Request) (Response, error) {
	c.n.Add(1)
	return c.to.Deliver(ctx, r)
}

// prober sends the probes of a diagnosis as requests of a case.
type prober struct {
	to     Target
	caseID string
}

func (p prober) Send(ctx context.Context, probe Probe) (webhook.Attempt, error) {
	h := append(webhook.Header{{Name: "Content-Type", Value: "application/json"}}, probe.Header...)
	r, err := p.to.Deliver(ctx, Request{Case: p.caseID, Header: h, Body: probe.Body, Shape: dispatch.Shape{NewConnections: true}})
	return r.Attempt, err
}

// diagnoseGate finds out why the handler refuses a correct delivery.
func (b *battery) diagnoseGate(ctx context.Context, refused []Exchange) ([]webhook.Finding, error) {
	s := Subject{
		Body: refused[0].Body, Header: signed(refused[0].Header.Get(webhook.SignatureHeader)), Style: b.form, Secret: b.options.Secret, Others: b.options.Others, Explain: b.options.Explain,
	}
	found, err := Diagnose(ctx, s, prober{b.to, gateID})
	return found.Findings, err
}

// profile describes the handler by the difference between what it accepts and what it refuses.
func (b *battery) profile(ctx context.Context, results []Result) ([]webhook.Finding, error) {
	of := func(id string) *Result {
		i := slices.IndexFunc(results, func(r Result) bool { return r.ID == id && r.Verdict != Skip })
		if i < 0 {
			return nil
		}
		return &results[i]
	}
	isUnmet := func(id string) bool {
		r := of(id)
		return r != nil && (r.Verdict == Fail || r.Verdict == Warn)
	}
	var found []webhook.Finding
	if isUnsigned(results) {
		return []webhook.Finding{{
			Code: refusal.CodeUnsigned, Certainty: webhook.Certain, Cause: "The handler does not check the signature: it accepts every wrong one.", Fix: refuseThem,
		}}, nil
	}
	s := Subject{Body: b.exchanges[0].Body, Secret: b.options.Secret}
	switch {
	case isUnmet("sig.prefixed"):
		s.Style = "prefixed"
		found = append(found, s.otherForm(nil).finding)
	case isUnmet("sig.bare"):
		s.Style = "bare"
		found = append(found, s.otherForm(nil).finding)
	}
	if slices.ContainsFunc([]string{"sig.truncated", "sig.prefix-only", "sig.not-hex"}, func(id string) bool { return crashes(of(id)) }) {
		found = append(found, webhook.Finding{
			Code: refusal.CodeSignatureLength, Certainty: webhook.Certain, Cause: "The handler compares signatures in a way that throws on some of them.", Fix: compareSafe,
		})
	}
	if slices.ContainsFunc([]string{"raw.whitespace", "raw.numbers", "raw.escapes", "raw.keys"}, isUnmet) {
		f, ok, err := b.reserialized(ctx)
		if err != nil {
			return found, err
		}
		if ok {
			found = append(found, f)
		}
	}
	return found, nil
}

// isUnsigned reports whether the handler accepts every wrong signature.
func isUnsigned(results []Result) bool {
	n := 0
	for _, r := range results {
		if !slices.Contains([]string{"sig.missing", "sig.empty", "sig.tampered-body", "sig.wrong-secret", "sig.plain-hash"}, r.ID) {
			continue
		}
		if r.Verdict != Fail || r.Deciding().Attempt.Status() != webhook.StatusDelivered {
			return false
		}
		n++
	}
	return n > 2
}

// crashes reports whether a case ended with a 5xx.
func crashes(r *Result) bool {
	return r != nil && r.Verdict == Fail && r.Deciding() != nil && r.Deciding().Attempt.Code >= 500
}

// reserialized finds out who writes the body that the handler hashes: it sends one body with the signatures of what common programs
// make of it.
func (b *battery) reserialized(ctx context.Context) (webhook.Finding, bool, error) {
	t := b.newTrial(ctx, Case{ID: "raw.whitespace"})
	var indented bytes.Buffer
	body := replaced(t.complete(), "https://cdn.vidiking.com/", `https:\/\/cdn.vidiking.com\/caf\u00e9\/`)
	_ = json.Indent(&indented, replaced(body, `"duration":10.5`, `"duration":10.50,"metadata":{"10":"a","9":"b"}`), "", "  ")
	to, s := prober{b.to, t.ID}, Subject{Body: indented.Bytes(), Secret: b.options.Secret}
	for _, m := range s.mistakes() {
		if m.code != refusal.CodeReserialized {
			continue
		}
		a, err := to.Send(ctx, Probe{Name: m.name, Header: signed(t.inForm(hex.EncodeToString(m.digest))), Body: s.Body})
		if err != nil {
			return webhook.Finding{}, false, err
		}
		if a.Status() == webhook.StatusDelivered {
			return webhook.Finding{Code: m.code, Certainty: webhook.Certain, Cause: m.cause, Fix: m.fix}, true, t.err
		}
	}
	return webhook.Finding{}, false, t.err
}

// IsAboutCode reports whether the first finding is about how the handler checks the signature.
func IsAboutCode(found []webhook.Finding) bool {
	if len(found) == 0 {
		return false
	}
	switch found[0].Code {
	case refusal.CodeDifferentSecret, refusal.CodeSecretGenerated, refusal.CodeMissingSecret, refusal.CodeInconsistent:
		return false // the code is right
	case refusal.CodeBodyParsedFirst, refusal.CodeBodyReadTwice, refusal.CodeSignatureLength, refusal.CodeSignatureRefused, refusal.CodeUnsigned:
		return true
	}
	return !refusal.IsCode(found[0].Code)
}
