package explain

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/refusal"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// vidikingWaits is how long Vidiking waits for a response (docs: Webhooks, Retry Policy).
const vidikingWaits = 10 * time.Second

// explainPage explains a response with a 2xx code that no handler meant.
func explainPage(c Case) (display.Hint, bool) {
	f, ok := refusal.Identify(refusal.NewResponse(c.Attempt))
	if !ok {
		return display.Hint{}, false
	}
	return hintOf(f), true
}

// hintOf returns the explanation of a finding: its cause and its fix.
func hintOf(f webhook.Finding) display.Hint {
	return display.Hint{Cause: display.Cause(f.Code), Reason: f.Cause, Fix: f.Fix, Finding: f}
}

// explainResponse explains a response that is not 2xx, or the lack of one.
func explainResponse(c Case, st display.Style) (display.Hint, bool) {
	f, ok := refusal.Identify(refusal.NewResponse(c.Attempt))
	switch {
	case !ok && c.Attempt.Failure != "":
		return explainNoResponse(c, st)
	case !ok:
		return display.Hint{}, false // the response is enough
	case f.Code == refusal.CodeSchemeMismatch:
		h := hintOf(f)
		h.Fix, h.Lead, h.Command = otherSchemeFix(c, f, st)
		return h, true
	case f.Code == refusal.CodeWrongPath && f.Framework == "":
		return explainPath(c, f, st), true
	case f.Code == refusal.CodeSignatureRefused:
		return explainSignature(c, f, st)
	}
	return hintOf(f), true
}

// explainSignature lists the common causes of a handler that refuses a valid signature. If the signature is not valid, the
// handler is right.
func explainSignature(c Case, f webhook.Finding, st display.Style) (display.Hint, bool) {
	if c.Summary.Verdict != webhook.VerdictValid {
		return display.Hint{}, false
	}
	compare := "the handler compares against bare hex; the header is sha256=<hex>"
	if StyleOf(c.Header) == bare {
		compare = "the handler compares against sha256=<hex>; the header is bare hex"
	}
	h := display.Hint{Cause: refusal.CodeSignatureRefused, Finding: f}
	h.Finding.Detail = []string{
		compare, "the handler hashes the parsed body instead of the raw bytes", "the handler uses a different secret" + thanSecret(c.SecretHint, st),
	}
	h.Lines = []string{"The signature is valid. Common causes:"}
	for _, cause := range h.Finding.Detail {
		h.Lines = append(h.Lines, st.Bullet()+cause)
	}
	h.Lead, h.Command = findOut(c, st)
	h.Finding.Fix = h.Command
	return h, true
}

// findOut returns the command that tells the causes of a refused signature apart.
func findOut(c Case, st display.Style) (lead, command string) {
	return "Find out which:", "vidiking diagnose " + display.CommandID(c.Summary.ID, st)
}

func thanSecret(hint string, st display.Style) string {
	if hint == "" {
		return ""
	}
	return " than " + st.Clean(st.Symbols(hint))
}

func explainPath(c Case, f webhook.Finding, st display.Style) display.Hint {
	flag, place := "--forward ", "localhost:3000"
	if c.Audience == AudienceDirect {
		flag = "--to "
	}
	if u, err := url.Parse(c.Attempt.Target); err == nil && u.Host != "" {
		place = st.Fragment(u.Host)
		if u.Scheme != "http" {
			place = st.Fragment(u.Scheme) + "://" + place
		}
	}
	return display.Hint{
		Cause: display.Cause(f.Code), Finding: f,
		Lines: []string{"Is " + path(c.Attempt.RequestURL(), st) + " the right path?"},
		Lead:  "Set another with", Command: flag + place + "/your/path",
	}
}

// The causes of an attempt without a response. Findings name the attempt's failure instead, which is more precise.
const (
	CauseTimeout     display.Cause = "timed_out"
	CauseClosed      display.Cause = "closed"
	CauseUnreachable display.Cause = "unreachable" // any other failure
)

// explainNoResponse explains why there was no response.
func explainNoResponse(c Case, st display.Style) (display.Hint, bool) {
	h := display.Hint{Cause: CauseUnreachable}
	switch c.Attempt.Failure {
	case webhook.FailureTimeout:
		h.Cause = CauseTimeout
		h.Lines = []string{"No response within " + display.Period(waited(c)) + "."}
		h.Lead, h.Command = "Debugging?", "vidiking listen --timeout 10m --respond ack"
		if c.Audience == AudienceDirect {
			h.Command = "--timeout 10m"
		}
	case webhook.FailureReset:
		h.Cause = CauseClosed
		h.Lines = []string{"The handler closed the connection without a response. Did it crash?"}
	default:
		if c.Attempt.Error == "" {
			return display.Hint{}, false
		}
		h.Lines = []string{st.Clean(c.Attempt.Error)}
		h.Lead, h.Command = noResponseCommand(c, st)
	}
	h.Finding = webhook.Finding{Code: string(c.Attempt.Failure), Cause: h.Lines[0], Fix: h.Command, Certainty: webhook.Certain}
	return h, true
}

// waited returns how long an attempt waited for a response. The time limit of a recorded attempt may have been another than today's.
func waited(c Case) time.Duration {
	limit := cmp.Or(c.Timeout, vidikingWaits)
	took := c.Attempt.Duration.Round(100 * time.Millisecond)
	if took >= 10*time.Second {
		took = took.Round(time.Second)
	}
	if took > 0 && (took < limit.Round(100*time.Millisecond) || took > limit+limit/2) {
		return took
	}
	return limit
}

// noResponseCommand returns what to do about a handler that sent no response. It returns nothing if the same command
// would fail again.
func noResponseCommand(c Case, st display.Style) (lead, command string) {
	again := "vidiking replay " + display.CommandID(c.Summary.ID, st)
	failsAgain := []webhook.Failure{
		webhook.FailureTLS, webhook.FailureTLSUnknownIssuer, webhook.FailureTLSNoSAN, webhook.FailureTLSOtherName, webhook.FailureTLSExpired,
		webhook.FailureNoHost, webhook.FailureBadResponse,
	}
	switch failure := c.Attempt.Failure; {
	case c.Audience == AudienceListen, slices.Contains(failsAgain, failure):
		return "", ""
	case failure == webhook.FailureRefused: // the attempt's error ends with "Is your server running?"
		return "Once it is:", again
	}
	return "Replay it:", again
}

// otherSchemeFix returns how to send to the same target with the other of http and https.
func otherSchemeFix(c Case, f webhook.Finding, st display.Style) (fix, lead, command string) {
	target, ok := otherScheme(c.Attempt.Target)
	switch {
	case !ok:
		return f.Fix, "", ""
	case c.Audience == AudienceListen:
		return "", "Forward there:", "vidiking listen --forward " + target
	}
	return "", "Replay it:", "vidiking replay " + display.CommandID(c.Summary.ID, st) + " --to " + target
}

// otherScheme returns the target with http and https exchanged, quoted for a shell; ok is false if it contains
// characters that cannot be quoted.
func otherScheme(target string) (typed string, ok bool) {
	scheme, rest, found := strings.Cut(target, "://")
	const plain, toQuote = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/%", "[]?&=+,;"
	if !found || strings.Trim(rest, plain+toQuote) != "" { // an imported target can contain anything
		return "", false
	}
	other := "https"
	if scheme == "https" {
		other = "http"
	}
	typed = other + "://" + rest
	if strings.ContainsAny(rest, toQuote) {
		typed = "'" + typed + "'"
	}
	return typed, true
}

// path returns the path of a target for use in a sentence.
func path(target string, st display.Style) string {
	u, err := url.Parse(target)
	if err != nil || u.Path == "" {
		return "/"
	}
	return st.Fragment(u.EscapedPath())
}
