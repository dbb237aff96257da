package signature

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Case is what Diagnose looks at.
type Case struct {
	Header  webhook.Header
	Body    []byte
	Secrets []KnownSecret   // those in use, and others that may have been meant
	Verdict webhook.Verdict // what it was taken for when it came; empty: it was not looked at before
	Work    int64           // how much is tried at most, in bytes hashed; 0 is DefaultWork
}

// DefaultWork is enough to try everything on a body of some hundred kilobytes, and what is common on one of 10 MiB. It takes about two
// seconds (docs/performance.md).
const DefaultWork = 2 << 30

// Diagnosis is why a signature does not match.
type Diagnosis struct {
	Verdict    webhook.Verdict   // with the secrets in use
	Findings   []webhook.Finding // the first is the one to tell; none where the verdict is valid
	Tried      []string          // what was tried, in words, for where nothing was found
	Work       int64             // what it took
	Incomplete bool              // nothing certain was found, and the work that was allowed did not do for everything
}

// IsCertain reports whether the cause is known for sure.
func (d Diagnosis) IsCertain() bool {
	return len(d.Findings) > 0 && d.Findings[0].Certainty == webhook.Certain
}

// Diagnose says why the signature in a header is not the body's. It tries what goes wrong in practice, alone and together, the nearest
// first, until something matches; what matches is certain. It never panics, takes memory for an index of the body at most, and says
// nothing of a secret but the name that it is known by. It ends early with ctx.
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
			d.Findings = []webhook.Finding{found(CodeCheckedOther)}
		}
		return d
	}
	s := newSearch(ctx, c)
	if d.Findings = s.run(); d.Findings == nil {
		d.Findings = c.unproven()
		d.Tried = s.tried()
	}
	if c.sentSecret() {
		d.Findings = []webhook.Finding{found(CodeHeaderSecret)}
	}
	d.Work, d.Incomplete = s.spent, s.cut && !d.IsCertain()
	return d
}

// sentSecret reports whether a value holds a secret as it is.
func (c Case) sentSecret() bool {
	values := c.Header.Values(webhook.SignatureHeader)
	return slices.ContainsFunc(c.Secrets, func(k KnownSecret) bool {
		return k.Secret.IsSet() && slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, k.Secret.Reveal()) })
	})
}

// unproven is what can be said of a signature that nothing matched.
func (c Case) unproven() []webhook.Finding {
	values := c.Header.Values(webhook.SignatureHeader)
	if len(values) == 0 {
		return []webhook.Finding{found(CodeMissing)}
	}
	if formOf(c.Header) == webhook.VerdictMalformed {
		return c.malformed(values)
	}
	var all []webhook.Finding
	if c.isIncomplete() {
		all = append(all, sure(found(CodeBodyIncomplete), webhook.Likely))
	}
	return append(all, sure(found(CodeUnknown), webhook.Possible))
}

// malformed says what a header looks like that holds no signature in a form that is known.
func (c Case) malformed(values []string) []webhook.Finding {
	for _, v := range values {
		bare, _ := unwrap(v, nil)
		rest := strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(bare, prefix), ";"))
		switch rest {
		case "":
			return []webhook.Finding{found(CodeEmpty)}
		case "undefined", "null", "none", "nil", "nan", "false", "true", "[object object]", "[object promise]", "<hex>", "signature", "<signature>":
			return []webhook.Finding{found(CodePlaceholder)}
		}
	}
	for _, read := range candidates(c.Header) {
		if looks := read.looks(); len(looks) > 0 {
			return append(looks, sure(found(CodeUnknown), webhook.Possible))
		}
	}
	return []webhook.Finding{found(CodeMalformed)}
}

// looks is what a candidate that matches nothing looks like.
func (c candidate) looks() []webhook.Finding {
	odd := slices.Clone(c.odd)
	for _, a := range algorithms() {
		if len(c.digits) == 2*a.size && !a.isRight() {
			odd = append(odd, found(CodeAlgorithm, a.hmac()))
		}
	}
	if !isDigestLength(len(c.digits)) {
		return nil
	}
	for i := range odd {
		odd[i].Certainty = webhook.Likely
	}
	return odd
}

// isIncomplete reports whether the body is JSON as far as it goes, and ends before its JSON does.
func (c Case) isIncomplete() bool {
	if len(c.Body) == 0 || c.Body[0] != '{' && c.Body[0] != '[' {
		return false
	}
	var at *json.SyntaxError
	var raw json.RawMessage
	return errors.As(json.Unmarshal(c.Body, &raw), &at) && at.Offset >= int64(len(c.Body)) && strings.Contains(at.Error(), "unexpected end")
}
