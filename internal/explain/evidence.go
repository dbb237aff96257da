package explain

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/refusal"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	// secretIsNew is how long no handler can have a generated secret yet: somebody has to copy it and restart the handler.
	secretIsNew = 30 * time.Second

	// What is read of the log: enough to find the deliveries around one, and little enough for a row.
	listedDeliveries, readDeliveries = 200, 8
)

const bare = signature.StyleBare

// StyleOf returns the form of the signature in a header.
func StyleOf(h webhook.Header) signature.Style {
	if value := h.Get(webhook.SignatureHeader); value != "" && !strings.HasPrefix(value, "sha256=") {
		return bare
	}
	return signature.StylePrefixed
}

// evidence finds the cause of a refused signature, or nil if nothing tells the causes apart. The strongest evidence counts.
func (e *Explainer) evidence(ctx context.Context, c Case) []webhook.Finding {
	if e.isSecretNew(c) {
		return one(refusal.CodeSecretGenerated, webhook.Certain,
			"The secret "+c.SecretHint+" was generated just now, so the handler cannot have it yet.",
			"Give it to the handler as VIDIKING_WEBHOOK_SECRET, then restart the handler.")
	}
	if found := e.digestInResponse(ctx, c); found != nil {
		return found
	}
	if found := e.fromLog(ctx, c); found != nil {
		return found
	}
	if c.SecretHint != "" && e.EnvFile != nil && e.EnvFile(c.SecretHint) {
		return one(refusal.CodeDifferentSecret, webhook.Likely,
			"The .env file in this directory has a different secret than "+c.SecretHint+".",
			"Give both sides the same secret, then restart the handler.")
	}
	return nil
}

func one(code string, certainty webhook.Certainty, cause, fix string) []webhook.Finding {
	return []webhook.Finding{{Code: code, Certainty: certainty, Cause: cause, Fix: fix}}
}

func (e *Explainer) isSecretNew(c Case) bool {
	if e.Generated == nil || c.SecretHint == "" {
		return false
	}
	hint, at := e.Generated()
	age := c.Summary.ReceivedAt.Sub(at)
	return hint == c.SecretHint && age < secretIsNew && age > -secretIsNew
}

// digestInResponse explains a digest that the handler computed and put in its response.
func (e *Explainer) digestInResponse(ctx context.Context, c Case) []webhook.Finding {
	if e.Diagnose == nil {
		return nil
	}
	body, _ := c.Attempt.DecodedResponse()
	sent := strings.ToLower(c.Header.Get(webhook.SignatureHeader))
	for _, digest := range refusal.Digests(body, 4) {
		if strings.Contains(sent, strings.ToLower(digest)) {
			continue // the response quotes the header
		}
		found := e.Diagnose(ctx, webhook.Header{{Name: webhook.SignatureHeader, Value: digest}}, c.Body)
		if found.IsCertain() {
			return slices.Clip(append([]webhook.Finding{}, found.Findings...))
		}
		return one(refusal.CodeDifferentSecret, webhook.Possible,
			"The handler computed another digest, with a different secret or over another body.",
			"Compare the secrets, then the bytes that the handler hashes.")
	}
	return nil
}

// observation is another delivery to the same target.
type observation struct {
	header      webhook.Header
	body        []byte
	style       signature.Style
	isDelivered bool
	isValid     bool // signed with the same secret; else the signature is wrong
	isSameBody  bool
	isPlain     bool // the body is what JSON.stringify writes, so parsing and writing it again changes nothing
}

// fromLog compares a delivery with others to the same target.
func (e *Explainer) fromLog(ctx context.Context, c Case) []webhook.Finding {
	mine := StyleOf(c.Header)
	plain := isPlain(c.Body)
	var acceptsSame, acceptsWrong, acceptsMine, acceptsOther, refusesOther, acceptsPlain *observation
	for _, o := range e.observe(ctx, c) {
		isMine := o.style == mine
		keep := func(where **observation, holds bool) {
			if holds && *where == nil {
				*where = &o
			}
		}
		keep(&acceptsWrong, o.isDelivered && !o.isValid)
		if !o.isValid {
			continue
		}
		keep(&acceptsSame, o.isDelivered && isMine && o.isSameBody)
		keep(&acceptsMine, o.isDelivered && isMine)
		keep(&acceptsPlain, o.isDelivered && isMine && o.isPlain)
		keep(&acceptsOther, o.isDelivered && !isMine)
		keep(&refusesOther, !o.isDelivered && !isMine)
	}
	switch {
	case acceptsSame != nil:
		return acceptedSame(c, acceptsSame)
	case acceptsWrong != nil:
		return e.acceptedWrong(ctx, acceptsWrong)
	case acceptsPlain != nil && !plain:
		return one(refusal.CodeReserialized, webhook.Likely,
			"The handler hashes the parsed body: it accepts a body that parsing and writing again does not change, and refuses this one.",
			"Hash the raw bytes of the request, before any parser reads them.")
	case acceptsMine != nil:
		return one(refusal.CodeSignatureRefused, webhook.Possible,
			"The handler probably reads this body differently: it accepted other deliveries with the same secret and signature form.",
			"Compare it with one that was delivered: vidiking webhooks diff")
	case acceptsOther != nil:
		return formExpected(acceptsOther)
	case refusesOther == nil:
		return nil
	case plain && givesReason(c.Attempt):
		return one(refusal.CodeDifferentSecret, webhook.Likely,
			"The handler uses a different secret"+than(c.SecretHint)+": it refused both forms of the signature.", "Give both sides the same secret, then restart the handler.")
	}
	return []webhook.Finding{
		{
			Code: refusal.CodeDifferentSecret, Certainty: webhook.Possible, Cause: "The handler refused both forms of the signature. It may use a different secret" + than(c.SecretHint) + ".",
			Fix: "Give both sides the same secret, then restart the handler.",
		},
		{
			Code: refusal.CodeReserialized, Certainty: webhook.Possible, Cause: "It may hash the parsed body instead of the raw bytes.", Fix: "Hash the raw bytes of the request.",
		},
	}
}

// givesReason reports whether a response speaks of the signature, or has the code of one that is wrong. A 403 without a reason can come from
// anything that runs before the handler.
func givesReason(a webhook.Attempt) bool {
	f, _ := refusal.Identify(refusal.NewResponse(a))
	return f.Certainty != webhook.Possible || a.Code == http.StatusUnauthorized
}

// acceptedSame explains a delivery by another with the same body and form, which the handler accepted.
func acceptedSame(c Case, o *observation) []webhook.Finding {
	for _, f := range o.header {
		name := strings.ToLower(f.Name)
		if strings.Contains(name, "signature") && c.Header.Get(f.Name) == "" {
			return one(signature.CodeOtherHeader, webhook.Likely,
				"The handler reads the signature from "+f.Name+": it accepted the delivery with this header.", "Read it from "+webhook.SignatureHeader+".")
		}
	}
	return one(refusal.CodeSignatureRefused, webhook.Possible,
		"The handler accepted the same delivery at another time, so it has changed since, or its responses vary.", "Send it again: vidiking replay")
}

// acceptedWrong explains a delivery by another whose signature is wrong, and which the handler accepted. It is usually a probe of diagnose.
func (e *Explainer) acceptedWrong(ctx context.Context, o *observation) []webhook.Finding {
	if e.Diagnose != nil {
		if found := e.Diagnose(ctx, o.header, o.body); found.IsCertain() {
			f := found.Findings[0]
			return one(refusal.CodeOf(f.Code), webhook.Likely, "The handler accepted a probe with another signature. "+f.Cause, f.Fix)
		}
	}
	return one(refusal.CodeUnsigned, webhook.Likely, "The handler accepted another delivery with a wrong signature, so it may have refused this one for another reason.",
		"Look at the handler's terminal, and check the signature of every delivery.")
}

func than(hint string) string {
	if hint == "" {
		return ""
	}
	return " than " + hint
}

// formExpected is the finding that a handler accepts the other form of the signature.
func formExpected(accepted *observation) []webhook.Finding {
	certainty := webhook.Likely
	if accepted.isSameBody {
		certainty = webhook.Certain
	}
	if value := strings.TrimPrefix(accepted.header.Get(webhook.SignatureHeader), "sha256="); value != strings.ToLower(value) {
		return one(refusal.CodeUpperCase, certainty, "The handler compares against hex in upper case.", "Compare the bytes, or the hex in lower case.")
	}
	if accepted.style == bare {
		return one(refusal.CodeBareExpected, certainty,
			"The handler compares against <hex>, but the header is sha256=<hex>.", `Strip the "sha256=" prefix before comparing.`)
	}
	return one(refusal.CodePrefixExpected, certainty,
		"The handler compares against sha256=<hex>, but the header is <hex>.", `Accept both forms: strip a "sha256=" prefix if there is one, before comparing.`)
}

// observe reads the newest deliveries to the same target that carry a valid signature with the same secret, and those of the same body that
// were accepted with a wrong one.
func (e *Explainer) observe(ctx context.Context, c Case) []observation {
	if e.OpenLog == nil {
		return nil
	}
	log, closeLog, err := e.OpenLog(ctx)
	if err != nil {
		return nil // without evidence, the common causes remain
	}
	defer closeLog()
	rows, err := log.List(ctx, store.Query{Probes: true, Limit: listedDeliveries})
	if err != nil {
		return nil
	}
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].ReceivedAt.After(rows[j].ReceivedAt) })
	var seen []observation
	for _, s := range rows {
		isDelivered, isValid := s.Status == webhook.StatusDelivered, s.Verdict == webhook.VerdictValid && s.SecretHint == c.SecretHint
		isWrong := s.Verdict == webhook.VerdictInvalid || s.Verdict == webhook.VerdictMalformed
		isEvidence := isValid && s.Status == webhook.StatusRefused || isDelivered && (isValid || isWrong)
		if s.Target != c.Attempt.Target || s.ID == c.Summary.ID || s.Imported || !isEvidence {
			continue
		}
		d, err := log.Get(ctx, s.ID)
		if err != nil {
			continue
		}
		o := observation{
			header: d.Header, body: d.Body, style: StyleOf(d.Header), isDelivered: isDelivered, isValid: isValid,
			isSameBody: bytes.Equal(d.Body, c.Body), isPlain: isPlain(d.Body),
		}
		if !isDelivered && !RefusesSignature(webhook.LatestAt(d.History, c.Attempt.Target)) || isWrong && !o.isSameBody {
			continue
		}
		if seen = append(seen, o); len(seen) == readDeliveries {
			break
		}
	}
	return seen
}

// RefusesSignature reports whether a handler's response refuses the signature.
func RefusesSignature(a webhook.Attempt) bool {
	f, ok := refusal.Identify(refusal.NewResponse(a))
	return ok && f.Code == refusal.CodeSignatureRefused
}

// isPlain reports whether JSON.stringify would write the body as it is.
func isPlain(body []byte) bool {
	written, err := jsontext.Stringify(body)
	return err == nil && bytes.Equal(written, body)
}
