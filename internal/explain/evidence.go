package explain

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/refusal"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// The causes of a refused signature. They do not change; docs/refusals.md lists them.
const (
	CodeSecretGenerated = "secret_generated_now"
	CodeDifferentSecret = "different_secret"
	CodeBareExpected    = "bare_hex_expected"
	CodePrefixExpected  = "prefixed_hex_expected"
	CodeReserialized    = "reserialized_body"
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
		return one(CodeSecretGenerated, webhook.Certain,
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
		return one(CodeDifferentSecret, webhook.Likely,
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
		return one(CodeDifferentSecret, webhook.Possible,
			"The handler computed another digest, with a different secret or over another body.",
			"Compare the secrets, then the bytes that the handler hashes.")
	}
	return nil
}

// observation is another delivery to the same target that was signed with the same secret.
type observation struct {
	style       signature.Style
	isDelivered bool
	isSameBody  bool
	isPlain     bool // the body is what JSON.stringify writes, so parsing and writing it again changes nothing
}

// fromLog compares a delivery with others to the same target.
func (e *Explainer) fromLog(ctx context.Context, c Case) []webhook.Finding {
	mine := StyleOf(c.Header)
	plain := isPlain(c.Body)
	var acceptsMine, acceptsOther, refusesOther, acceptsPlain *observation
	for _, o := range e.observe(ctx, c) {
		switch isMine := o.style == mine; {
		case o.isDelivered && isMine:
			if acceptsMine == nil {
				acceptsMine = &o
			}
			if o.isPlain && acceptsPlain == nil {
				acceptsPlain = &o
			}
		case o.isDelivered && acceptsOther == nil:
			acceptsOther = &o
		case !o.isDelivered && !isMine && refusesOther == nil:
			refusesOther = &o
		}
	}
	switch {
	case acceptsPlain != nil && !plain:
		return one(CodeReserialized, webhook.Likely,
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
	case plain:
		return one(CodeDifferentSecret, webhook.Likely,
			"The handler uses a different secret"+than(c.SecretHint)+": it refused both forms of the signature.", "Give both sides the same secret, then restart the handler.")
	}
	return []webhook.Finding{
		{
			Code: CodeDifferentSecret, Certainty: webhook.Possible, Cause: "The handler refused both forms of the signature. It may use a different secret" + than(c.SecretHint) + ".",
			Fix: "Give both sides the same secret, then restart the handler.",
		},
		{
			Code: CodeReserialized, Certainty: webhook.Possible, Cause: "It may hash the parsed body instead of the raw bytes.", Fix: "Hash the raw bytes of the request.",
		},
	}
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
	if accepted.style == bare {
		return one(CodeBareExpected, certainty,
			"The handler compares against <hex>, but the header is sha256=<hex>.", `Strip the "sha256=" prefix before comparing.`)
	}
	return one(CodePrefixExpected, certainty,
		"The handler compares against sha256=<hex>, but the header is <hex>.", `Accept both forms: strip a "sha256=" prefix if there is one, before comparing.`)
}

// observe reads the newest deliveries to the same target that carry a valid signature with the same secret.
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
	slices.SortStableFunc(rows, func(a, b webhook.Summary) int { return b.ReceivedAt.Compare(a.ReceivedAt) })
	var seen []observation
	for _, s := range rows {
		isSame := s.Target == c.Attempt.Target && s.SecretHint == c.SecretHint && s.Verdict == webhook.VerdictValid && s.ID != c.Summary.ID
		if !isSame || s.Imported || s.Status != webhook.StatusDelivered && s.Status != webhook.StatusRefused {
			continue
		}
		d, err := log.Get(ctx, s.ID)
		if err != nil {
			continue
		}
		o := observation{
			style: StyleOf(d.Header), isDelivered: s.Status == webhook.StatusDelivered, isSameBody: bytes.Equal(d.Body, c.Body), isPlain: isPlain(d.Body),
		}
		if !o.isDelivered && !RefusesSignature(webhook.LatestAt(d.History, c.Attempt.Target)) {
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
