package display

import (
	"cmp"
	"net/url"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Cause is what a hint is about, in a word that does not change.
type Cause string

// The causes.
const (
	CauseSignatureRefused Cause = "signature_refused" // the handler refuses a valid signature
	CausePath             Cause = "path"              // 404
	CauseMethod           Cause = "method"            // 405
	CauseRedirect         Cause = "redirect"          // 3xx
	CauseBody             Cause = "body"              // 413, 415
	CauseTimeout          Cause = "timed_out"         // no answer in time
	CauseClosed           Cause = "closed"            // the connection was closed instead of an answer
	CauseUnreachable      Cause = "unreachable"       // no answer for another reason, which the attempt says
	CauseInvalid          Cause = "invalid"           // the signature is of another body or secret
	CauseMissing          Cause = "missing"           // there is none
	CauseMalformed        Cause = "malformed"         // no signature looks like that
)

// Case is what Explain explains.
type Case struct {
	Summary        webhook.Summary
	Header         webhook.Header  // of the delivery: how it was signed, and what it says its body is
	Attempt        webhook.Attempt // the latest; zero where there was none
	Timeout        time.Duration   // what the attempt was given; 0 is the 10 s of Vidiking
	Audience       Audience
	ExplainVerdict bool // explain the verdict of one that was forwarded all the same, not what came of it

	// Of a signature that is not valid: why, where that was looked for; and that not everything was tried.
	Findings   []webhook.Finding
	Incomplete bool
}

// Audience is who says the hint: it names flags of the command that its reader runs.
type Audience int

// The tellers.
const (
	AudienceListen Audience = iota // the listener, which says by itself when the handler is back and what it missed
	AudienceSender                 // a sender, through a listener: it names how to send again
	AudienceDirect                 // a sender without a listener: it is the sender's own flags that matter, too
)

// The flags of Vidiking's own patience and of the header's two forms.
const (
	vidikingWaits = 10 * time.Second // docs: Webhooks, Retry Policy
	prefixed      = "sha256="        // docs: Webhooks, Verifying Signatures
)

// Explain says what is the matter with a delivery that was not delivered, and what to do; ok is false where there is nothing
// to add to its row and the handler's own words. Whether it was said before is the caller's to know, by [Hint.Key]; a handler
// that is down is said again after it was back.
func Explain(c Case, st Style) (h Hint, ok bool) {
	if c.Summary.Met {
		return Hint{}, false // what was expected needs no fix
	}
	if c.Summary.Status == webhook.StatusRejected || c.ExplainVerdict {
		return explainVerdict(c, st)
	}
	switch c.Attempt.Status() { // not the delivery's, which of several targets is the worst
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

// explainVerdict says why the signature is not valid: by what a diagnosis found, else by what the verdict alone tells.
func explainVerdict(c Case, st Style) (Hint, bool) {
	var h Hint
	switch c.Summary.Verdict {
	case webhook.VerdictInvalid:
		h = Hint{Cause: CauseInvalid, Reason: "Changed after signing, or signed with another secret."}
	case webhook.VerdictMissing:
		h = Hint{Cause: CauseMissing, Reason: "It came without " + webhook.SignatureHeader + "."}
	case webhook.VerdictMalformed:
		h = Hint{Cause: CauseMalformed, Reason: webhook.SignatureHeader + " is neither sha256=<hex> nor <hex>."}
	default:
		return Hint{}, false
	}
	then := "it was forwarded all the same."
	if c.Summary.Status == webhook.StatusRejected {
		then = "the handler never saw it."
	}
	h.Lines = []string{"The signature is " + string(c.Summary.Verdict) + "; " + then}
	if len(c.Findings) > 0 {
		h.Reason, h.Findings = "", c.Findings
	}
	if c.Incomplete {
		h.Lead, h.Command = "Not everything was tried. Find out:", "vidiking webhooks show "+CommandID(c.Summary.ID, st)
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
		return Hint{Cause: CauseMethod, Lines: []string{"It does not take POST at " + st.path(c.Attempt.RequestURL()) + "."}}, true
	case code == 413 || code == 415:
		body := Bytes(c.Summary.BodyBytes)
		if kind := st.fragment(c.Header.Get("Content-Type")); kind != "" {
			body += " of " + kind
		}
		return Hint{Cause: CauseBody, Lines: []string{"Its body parser refuses " + body + "."}}, true
	case code >= 300 && code <= 399:
		return explainRedirect(c.Attempt, st)
	default:
		return Hint{}, false // its own words are enough
	}
}

// explainSignature has nothing to say of a signature that is not valid: then the handler is right. Nor of a probe: its sender says what
// follows from it.
func explainSignature(c Case, st Style) (Hint, bool) {
	if c.Summary.Verdict != webhook.VerdictValid || c.Summary.Probe {
		return Hint{}, false
	}
	compare, style := "compare with the bare hex; the header is sha256=<hex>", "bare"
	if value := c.Header.Get(webhook.SignatureHeader); value != "" && !strings.HasPrefix(value, prefixed) {
		compare, style = "compare with sha256=<hex>; the header is the bare hex", "prefixed"
	}
	return Hint{
		Cause: CauseSignatureRefused,
		Lines: []string{
			"The signature is valid. Handlers that refuse it most often",
			st.bullet() + compare,
			st.bullet() + "hash the body they parsed, not the bytes they received",
		},
		Lead:    "Find out:",
		Command: "vidiking replay " + CommandID(c.Summary.ID, st) + " --signature-style " + style,
	}, true
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
		Lines: []string{"Is " + st.path(c.Attempt.RequestURL()) + " its path?"},
		Lead:  "Another:", Command: flag + place + "/your/path",
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
		location = to.EscapedPath() // on the same handler, the path says it
	}
	return Hint{
		Cause: CauseRedirect,
		Lines: []string{
			"It redirects to " + st.fragment(location) + ". Redirects are not followed: forward there, or let this path through.",
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
			Lines: []string{"No answer within " + Period(cmp.Or(c.Timeout, vidikingWaits)) + "."},
			Lead:  "At a breakpoint:", Command: command,
		}, true
	case webhook.FailureReset:
		return Hint{
			Cause: CauseClosed,
			Lines: []string{"It closed the connection without an answer. Did it crash?"},
		}, true
	}
	if c.Attempt.Error == "" {
		return Hint{}, false
	}
	h := Hint{Cause: CauseUnreachable, Lines: []string{st.Clean(c.Attempt.Error)}}
	h.Lead, h.Command = noResponseCommand(c, st)
	return h, true
}

// noResponseCommand is what to do about a handler that gave no response. There is no command if the same one would fail again.
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
		return "Send it again:", again + " --to " + target
	case c.Audience == AudienceListen, failure == webhook.FailureTLS, failure == webhook.FailureNoHost, failure == webhook.FailureBadResponse:
		return "", ""
	case failure == webhook.FailureRefused: // its sentence ends by asking whether the server is running
		return "Once it is:", again
	}
	return "Send it again:", again
}

// otherScheme is a target with http for https, or the other way round, as it can be typed in a command; ok is false if it can't.
func otherScheme(target string) (typed string, ok bool) {
	scheme, rest, found := strings.Cut(target, "://")
	const plain, toQuote = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/%", "[]?&=+,;"
	if !found || strings.Trim(rest, plain+toQuote) != "" { // others may have named it: it was imported
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

// path is a target's path as a sentence shows it.
func (st Style) path(target string) string {
	u, err := url.Parse(target)
	if err != nil || u.Path == "" {
		return "/"
	}
	return st.fragment(u.EscapedPath())
}
