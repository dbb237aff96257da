package display

import (
	"cmp"
	"net/url"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Cause identifies the reason for a hint. Its values never change.
type Cause string

// The causes.
const (
	CauseSignatureRefused Cause = "signature_refused" // the handler refuses a valid signature
	CausePath             Cause = "path"              // 404
	CauseMethod           Cause = "method"            // 405
	CauseRedirect         Cause = "redirect"          // 3xx
	CauseBody             Cause = "body"              // 413, 415
	CauseTimeout          Cause = "timed_out"         // no response in time
	CauseClosed           Cause = "closed"            // the connection was closed without a response
	CauseUnreachable      Cause = "unreachable"       // no response for another reason, which the attempt states
	CauseInvalid          Cause = "invalid"           // the body or the secret differs from what was signed
	CauseMissing          Cause = "missing"           // there is no signature
	CauseMalformed        Cause = "malformed"         // not in the format of a signature
)

// Case is the input of Explain.
type Case struct {
	Summary        webhook.Summary
	Header         webhook.Header  // headers of the delivery
	SecretHint     string          // the secret that verified the delivery, masked; empty: unknown
	Attempt        webhook.Attempt // the latest attempt; zero if there is none
	Timeout        time.Duration   // timeout of the attempt; 0: Vidiking's 10 s
	Audience       Audience
	ExplainVerdict bool // explain the verdict of a forwarded delivery instead of its status

	// For a signature that is not valid: the results of a diagnosis, and whether the diagnosis stopped early.
	Findings   []webhook.Finding
	Incomplete bool
}

// Audience is the command that prints the hint. It decides which flags the hint can suggest.
type Audience int

// The audiences.
const (
	AudienceListen Audience = iota // listen, which reports when the handler is back and what it missed
	AudienceSender                 // trigger or replay through a listen: hints say how to replay
	AudienceDirect                 // trigger or replay without a listen: its own flags apply
)

// Vidiking's timeout, and the prefix of one of the two header formats.
const (
	vidikingWaits = 10 * time.Second // docs: Webhooks, Retry Policy
	prefixed      = "sha256="        // docs: Webhooks, Verifying Signatures
)

// Explain explains why a delivery was not delivered and what to do. ok is false if the row and the handler's response
// say enough. Callers use [Hint.Key] to avoid printing a hint twice, except for a handler that is down again after it
// was back.
func Explain(c Case, st Style) (h Hint, ok bool) {
	if c.Summary.Met {
		return Hint{}, false // the expectation was met
	}
	if c.Summary.Status == webhook.StatusRejected || c.ExplainVerdict {
		return explainVerdict(c, st)
	}
	switch c.Attempt.Status() { // the attempt's status, because the delivery's is the worst of several targets
	case webhook.StatusRefused:
		h, ok = explainRefusal(c, st)
	case webhook.StatusUnreachable, webhook.StatusTimedOut:
		h, ok = explainNoResponse(c, st)
	}
	if ok {
		h.Target = st.Clean(c.Attempt.Target)
	}
	return h, ok
}

// explainVerdict explains why the signature is not valid, based on the findings of a diagnosis or else on the verdict.
func explainVerdict(c Case, st Style) (Hint, bool) {
	var h Hint
	switch c.Summary.Verdict {
	case webhook.VerdictInvalid:
		h = Hint{Cause: CauseInvalid, Reason: "The body was modified after signing, or signed with a different secret."}
	case webhook.VerdictMissing:
		h = Hint{Cause: CauseMissing, Reason: "The delivery has no " + webhook.SignatureHeader + "."}
	case webhook.VerdictMalformed:
		h = Hint{Cause: CauseMalformed, Reason: webhook.SignatureHeader + " is neither sha256=<hex> nor <hex>."}
	default:
		return Hint{}, false
	}
	outcome := "The delivery was forwarded anyway."
	if c.Summary.Status == webhook.StatusRejected {
		outcome = "The handler never saw this delivery."
	}
	h.Lines = []string{"The signature is " + string(c.Summary.Verdict) + ". " + outcome}
	if len(c.Findings) > 0 {
		h.Reason, h.Findings = "", c.Findings
	}
	if c.Incomplete {
		h.Lead, h.Command = "The diagnosis is incomplete. Find out more:", "vidiking webhooks show "+CommandID(c.Summary.ID, st)
	}
	return h, true
}

func explainRefusal(c Case, st Style) (Hint, bool) {
	switch code := c.Attempt.Code; {
	case code == 401 || code == 403:
		return explainSignature(c, st)
	case code == 404:
		return explainPath(c, st), true
	case code == 405:
		return Hint{Cause: CauseMethod, Lines: []string{"The handler does not accept POST at " + st.path(c.Attempt.RequestURL()) + "."}}, true
	case code == 413 || code == 415:
		body := Bytes(c.Summary.BodyBytes)
		if kind := st.fragment(c.Header.Get("Content-Type")); kind != "" {
			body += " of " + kind
		}
		return Hint{Cause: CauseBody, Lines: []string{"The body parser refuses " + body + "."}}, true
	case code >= 300 && code <= 399:
		return explainRedirect(c.Attempt, st)
	default:
		return Hint{}, false // the response is enough
	}
}

// explainSignature explains why a handler refuses a valid signature. If the signature is not valid, the handler is
// right. Senders explain the results of probes themselves.
func explainSignature(c Case, st Style) (Hint, bool) {
	if c.Summary.Verdict != webhook.VerdictValid || c.Summary.Probe {
		return Hint{}, false
	}
	compare, style := "the handler compares against bare hex; the header is sha256=<hex>", "bare"
	if value := c.Header.Get(webhook.SignatureHeader); value != "" && !strings.HasPrefix(value, prefixed) {
		compare, style = "the handler compares against sha256=<hex>; the header is bare hex", "prefixed"
	}
	return Hint{
		Cause: CauseSignatureRefused,
		Lines: []string{
			"The signature is valid. Common causes:",
			st.bullet() + compare,
			st.bullet() + "the handler hashes the parsed body instead of the raw bytes",
			st.bullet() + "the handler uses a different secret" + thanSecret(c.SecretHint, st),
		},
		Lead:    "Find out which:",
		Command: "vidiking replay " + CommandID(c.Summary.ID, st) + " --signature-style " + style,
	}, true
}

func thanSecret(hint string, st Style) string {
	if hint == "" {
		return ""
	}
	return " than " + st.Clean(st.Symbols(hint))
}

func explainPath(c Case, st Style) Hint {
	flag, place := "--forward ", "localhost:3000"
	if c.Audience == AudienceDirect {
		flag = "--to "
	}
	if u, err := url.Parse(c.Attempt.Target); err == nil && u.Host != "" {
		place = st.fragment(u.Host)
		if u.Scheme != "http" {
			place = st.fragment(u.Scheme) + "://" + place
		}
	}
	return Hint{
		Cause: CausePath,
		Lines: []string{"Is " + st.path(c.Attempt.RequestURL()) + " the right path?"},
		Lead:  "Set another with", Command: flag + place + "/your/path",
	}
}

func explainRedirect(a webhook.Attempt, st Style) (Hint, bool) {
	location := strings.TrimSpace(a.Header.Get("Location"))
	if location == "" {
		return Hint{}, false
	}
	to, err := url.Parse(location)
	from, err2 := url.Parse(a.RequestURL())
	if err == nil && err2 == nil && to.Scheme == from.Scheme && to.Host == from.Host && to.Path != "" {
		location = to.EscapedPath() // within the same host, the path is enough
	}
	return Hint{
		Cause: CauseRedirect,
		Lines: []string{
			"The handler redirects to " + st.fragment(location) + ". Redirects are not followed: forward there directly, or exempt this path.",
		},
	}, true
}

func explainNoResponse(c Case, st Style) (Hint, bool) {
	switch c.Attempt.Failure {
	case webhook.FailureTimeout:
		command := "vidiking listen --timeout 10m --respond ack"
		if c.Audience == AudienceDirect {
			command = "--timeout 10m"
		}
		return Hint{
			Cause: CauseTimeout,
			Lines: []string{"No response within " + Period(cmp.Or(c.Timeout, vidikingWaits)) + "."},
			Lead:  "Debugging?", Command: command,
		}, true
	case webhook.FailureReset:
		return Hint{
			Cause: CauseClosed,
			Lines: []string{"The handler closed the connection without a response. Did it crash?"},
		}, true
	}
	if c.Attempt.Error == "" {
		return Hint{}, false
	}
	h := Hint{Cause: CauseUnreachable, Lines: []string{st.Clean(c.Attempt.Error)}}
	h.Lead, h.Command = noResponseCommand(c, st)
	return h, true
}

// noResponseCommand returns what to do about a handler that sent no response. It returns nothing if the same command
// would fail again.
func noResponseCommand(c Case, st Style) (lead, command string) {
	again := "vidiking replay " + CommandID(c.Summary.ID, st)
	switch failure := c.Attempt.Failure; {
	case failure == webhook.FailurePlainHTTP || failure == webhook.FailureNeedsTLS:
		target, ok := otherScheme(c.Attempt.Target)
		switch {
		case !ok:
			return "", ""
		case c.Audience == AudienceListen:
			return "Forward there:", "vidiking listen --forward " + target
		}
		return "Replay it:", again + " --to " + target
	case c.Audience == AudienceListen, failure == webhook.FailureTLS, failure == webhook.FailureNoHost, failure == webhook.FailureBadResponse:
		return "", ""
	case failure == webhook.FailureRefused: // the attempt's error ends with "Is your server running?"
		return "Once it is:", again
	}
	return "Replay it:", again
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
func (st Style) path(target string) string {
	u, err := url.Parse(target)
	if err != nil || u.Path == "" {
		return "/"
	}
	return st.fragment(u.EscapedPath())
}
