package signature

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Case is the delivery that Diagnose examines.
type Case struct {
	Header  webhook.Header
	Body    []byte
	Secrets []KnownSecret   // the active secrets, and others that may have been used
	Verdict webhook.Verdict // the earlier verdict; empty if there is none
	Work    int64           // the maximum work, in bytes hashed; 0 means DefaultWork
}

// DefaultWork is enough to try every explanation for a body of a few hundred kilobytes, and the common ones for 10 MiB. It takes about two
// seconds (docs/performance.md).
const DefaultWork = 2 << 30

// Diagnosis explains why a signature does not match.
type Diagnosis struct {
	Verdict    webhook.Verdict   // with the active secrets
	Findings   []webhook.Finding // the most important one first; none if the verdict is valid
	Tried      []string          // descriptions of what was tried, if nothing matched
	Work       int64             // bytes hashed
	Incomplete bool              // nothing certain was found within the work budget
}

// IsCertain reports whether the cause is certain.
func (d Diagnosis) IsCertain() bool {
	return len(d.Findings) > 0 && d.Findings[0].Certainty == webhook.Certain
}

// Diagnose explains why the signature in a header does not match the body. It tries the usual mistakes, alone and combined, from the
// simplest to the most complex, until a digest matches. A match is certain. Diagnose never panics, allocates no more than an index of the
// body, and never reveals a secret, only its name. It stops when ctx is done.
func Diagnose(ctx context.Context, c Case) Diagnosis {
	inUse := make([]webhook.Secret, 0, len(c.Secrets))
	for _, k := range c.Secrets {
		if k.InUse {
			inUse = append(inUse, k.Secret)
		}
	}
	verdict, _ := Verify(inUse, c.Header, c.Body)
	d := Diagnosis{Verdict: verdict}
	if verdict == webhook.VerdictValid {
		if c.Verdict != "" && c.Verdict != webhook.VerdictValid {
			d.Findings = []webhook.Finding{newFinding(CodeCheckedOther)}
		}
		return d
	}
	s := newSearch(ctx, c)
	if d.Findings = s.run(); d.Findings == nil {
		d.Findings = c.likelyCauses()
		d.Tried = s.tried()
	}
	if c.sentSecret() {
		d.Findings = []webhook.Finding{newFinding(CodeHeaderSecret)}
	}
	d.Work, d.Incomplete = s.spent, s.exhausted && !d.IsCertain()
	return d
}

// sentSecret reports whether a signature header contains a secret.
func (c Case) sentSecret() bool {
	values := c.Header.Values(webhook.SignatureHeader)
	return slices.ContainsFunc(c.Secrets, func(k KnownSecret) bool {
		return k.Secret.IsSet() && slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, k.Secret.Reveal()) })
	})
}

// likelyCauses returns the likely causes if nothing matched.
func (c Case) likelyCauses() []webhook.Finding {
	values := c.Header.Values(webhook.SignatureHeader)
	if len(values) == 0 {
		return []webhook.Finding{newFinding(CodeMissing)}
	}
	if formOf(c.Header) == webhook.VerdictMalformed {
		return c.malformed(values)
	}
	var all []webhook.Finding
	if c.isIncomplete() {
		all = append(all, withCertainty(newFinding(CodeBodyIncomplete), webhook.Likely))
	}
	return append(all, withCertainty(newFinding(CodeUnknown), webhook.Possible))
}

// malformed returns findings about a header that contains no signature in a known form.
func (c Case) malformed(values []string) []webhook.Finding {
	for _, v := range values {
		bare, _ := unwrap(v, nil)
		rest := strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(bare, headerPrefix), ";"))
		switch rest {
		case "":
			return []webhook.Finding{newFinding(CodeEmpty)}
		case "undefined", "null", "none", "nil", "nan", "false", "true", "[object object]", "[object promise]", "<hex>", "signature", "<signature>":
			return []webhook.Finding{newFinding(CodePlaceholder)}
		}
	}
	for _, read := range candidates(c.Header) {
		if looks := read.describe(); len(looks) > 0 {
			return append(looks, withCertainty(newFinding(CodeUnknown), webhook.Possible))
		}
	}
	return []webhook.Finding{newFinding(CodeMalformed)}
}

// describe returns findings about the form of a candidate that does not match.
func (c candidate) describe() []webhook.Finding {
	findings := slices.Clone(c.findings)
	for _, a := range algorithms() {
		if len(c.digits) == 2*a.size && !a.isVidiking() {
			findings = append(findings, newFinding(CodeAlgorithm, a.hmac()))
		}
	}
	if !isDigestLength(len(c.digits)) {
		return nil
	}
	for i := range findings {
		findings[i].Certainty = webhook.Likely
	}
	return findings
}

// isIncomplete reports whether the body is a JSON object or array that ends too early.
func (c Case) isIncomplete() bool {
	if len(c.Body) == 0 || c.Body[0] != '{' && c.Body[0] != '[' {
		return false
	}
	var at *json.SyntaxError
	var raw json.RawMessage
	return errors.As(json.Unmarshal(c.Body, &raw), &at) && at.Offset >= int64(len(c.Body)) && strings.Contains(at.Error(), "unexpected end")
}
