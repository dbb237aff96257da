package explain

import (
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// The causes of a verdict, if no diagnosis names a better one. They do not change; docs/json.md lists them.
const (
	CauseInvalid   display.Cause = "invalid"   // the body or the secret differs from what was signed
	CauseMissing   display.Cause = "missing"   // there is no signature
	CauseMalformed display.Cause = "malformed" // not in the format of a signature
)

// explainVerdict explains why the signature is not valid, based on the findings of a diagnosis or else on the verdict.
func explainVerdict(c Case, st display.Style) (display.Hint, bool) {
	var h display.Hint
	switch c.Summary.Verdict {
	case webhook.VerdictInvalid:
		h = display.Hint{Cause: CauseInvalid, Reason: "The body was modified after signing, or signed with a different secret."}
	case webhook.VerdictMissing:
		h = display.Hint{Cause: CauseMissing, Reason: "The delivery has no " + webhook.SignatureHeader + "."}
	case webhook.VerdictMalformed:
		h = display.Hint{Cause: CauseMalformed, Reason: webhook.SignatureHeader + " is neither sha256=<hex> nor <hex>."}
	default:
		return display.Hint{}, false
	}
	outcome := "The delivery was forwarded anyway."
	if c.Summary.Status == webhook.StatusRejected {
		outcome = "The handler never saw this delivery."
	}
	h.Lines = []string{"The signature is " + string(c.Summary.Verdict) + ". " + outcome}
	h.Finding = webhook.Finding{Cause: h.Reason}
	if len(c.Findings) > 0 {
		h.Reason, h.Findings = "", c.Findings
	}
	if c.Incomplete {
		h.Lead, h.Command = "The diagnosis is incomplete. Find out more:", "vidiking webhooks show "+display.CommandID(c.Summary.ID, st)
	}
	return h, true
}
