package explain

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// refused returns a delivery with a valid signature and the given response.
func refused(code int, header ...string) Case {
	return Case{
		Summary: webhook.Summary{
			ID: "dlv_a61tzr5x0k", Event: "render.complete", Status: webhook.StatusRefused, Verdict: webhook.VerdictValid, BodyBytes: 221,
		},
		Header:  webhook.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "X-Vidiking-Signature", Value: "sha256=4be1"}},
		Attempt: responded(code, "", header...),
	}
}

// silent returns a delivery that got no response.
func silent(f webhook.Failure, sentence string) Case {
	c := refused(0)
	c.Summary.ID = "dlv_k0s4xg0000"
	c.Attempt.Failure, c.Attempt.Error = f, sentence
	c.Summary.Status = c.Attempt.Status()
	return c
}

func rejected(v webhook.Verdict) Case {
	return Case{Summary: webhook.Summary{ID: "dlv_1d6gytaaaa", Status: webhook.StatusRejected, Verdict: v}}
}

func (c Case) found(all ...webhook.Finding) Case { c.Findings = all; return c }

func (c Case) doubted() Case { c.ExplainVerdict = true; return c }

func (c Case) undecided() Case { c.Incomplete = true; return c }

// otherSecret and rewritten are findings of package signature. guess is an uncertain finding.
var (
	otherSecret = webhook.Finding{
		Code: "other_secret", Certainty: webhook.Certain, Cause: "The body was signed with a different secret, the one of profile staging.",
		Fix: "vidiking listen --profile staging --forward localhost:3000",
	}
	rewritten = webhook.Finding{
		Code: "body_rewritten", Certainty: webhook.Certain, Cause: "The body was re-serialized before it was signed, as Python's json.dumps writes it: with a\x1b[31m space.",
		Fix: "Sign exactly the bytes that are sent. Do not parse the body and serialize it again.",
	}
	guess = webhook.Finding{
		Code: "changed_or_other_secret", Certainty: webhook.Possible, Cause: "The body was modified after signing, or signed with a different secret.",
		Fix: "Give both sides the same secret.",
	}
)

func (c Case) withAudience(by Audience) Case  { c.Audience = by; return c }
func (c Case) toTarget(target string) Case    { c.Attempt.Target = target; return c }
func (c Case) verdict(v webhook.Verdict) Case { c.Summary.Verdict = v; return c }
func (c Case) event(name string) Case         { c.Summary.Event = name; return c }
func (c Case) timeout(d time.Duration) Case   { c.Timeout = d; return c }
func (c Case) status(s webhook.Status) Case   { c.Summary.Status = s; return c }
func (c Case) sent(name, value string) Case {
	c.Header = webhook.Header{{Name: name, Value: value}}
	return c
}

const (
	notListening = "Nothing is listening on localhost:3000. Is your server running?"
	plain        = "localhost:3000 speaks plain HTTP. Use http://localhost:3000 instead."
)

func TestExplainHasAHintForEachCause(t *testing.T) {
	var b strings.Builder
	for _, tc := range []struct {
		name string
		c    Case
	}{
		{"401, signed with the prefix", refused(401)},
		{"403, signed bare", refused(403).sent("X-Vidiking-Signature", "4be1")},
		{"401 for an event that is not documented", refused(401).event("a; rm -rf ~")},
		{"401 when the signature was not valid", refused(401).verdict(webhook.VerdictUnchecked)},
		{"404", refused(404)},
		{"404 elsewhere", refused(404).toTarget("https://app.test:8443/hooks/a%20b?x=1")},
		{"404, sent without a listen", refused(404).withAudience(AudienceDirect)},
		{"404, a target without a path", refused(404).toTarget("http://localhost:3000")},
		{"405", refused(405)},
		{"302 to a path", refused(302, "Location", "/login")},
		{"308 to the same handler", refused(308, "Location", "http://localhost:3000/webhooks/vidiking/")},
		{"301 to another", refused(301, "Location", "https://localhost:3000/webhooks/vidiking")},
		{"307 to something hostile", refused(307, "Location", "http://x/\x1b[2J"+strings.Repeat("long", 50))},
		{"300 with a place", refused(300, "Location", "/a").toTarget("")},
		{"399 with a place", refused(399, "Location", "/b")},
		{"302 without a place", refused(302)},
		{"400 with a place", refused(400, "Location", "/login")},
		{"404, a target that is no address", refused(404).toTarget("http://[::1")},
		{"413", refused(413)},
		{"415, no type", refused(415).sent("X", "y")},
		{"400", refused(400)},
		{"500", refused(500)},
		{"too late", silent(webhook.FailureTimeout, "No response within 10 s.")},
		{"too late, a time-out of its own", silent(webhook.FailureTimeout, "").timeout(1500 * ms)},
		{"too late, sent without a listen", silent(webhook.FailureTimeout, "").withAudience(AudienceDirect)},
		{"cut off", silent(webhook.FailureReset, "The connection was closed.")},
		{"nothing there", silent(webhook.FailureRefused, notListening)},
		{"nothing there, as a sender", silent(webhook.FailureRefused, notListening).withAudience(AudienceSender)},
		{"no such host, as a sender", silent(webhook.FailureNoHost, "There is no host named localhos.").withAudience(AudienceDirect)},
		{"TLS", silent(webhook.FailureTLS, "The certificate of app.test is not trusted. \x1b")},
		{"https to a handler that speaks http", silent(webhook.FailurePlainHTTP, plain).toTarget("https://localhost:3000/webhooks/vidiking")},
		{"https to a handler that speaks http, as a sender", silent(webhook.FailurePlainHTTP, plain).toTarget("https://[::1]:3000/a").withAudience(AudienceSender)},
		{"https to a handler that speaks http, without a listen", silent(webhook.FailurePlainHTTP, plain).toTarget("https://localhost:3000/a").withAudience(AudienceDirect)},
		{"https to a handler that speaks http, and a target for no shell", silent(webhook.FailurePlainHTTP, plain).toTarget("https://localhost:3000/$(a)")},
		{"http to a handler that speaks TLS", silent(webhook.FailureNeedsTLS, "localhost:3000 speaks TLS.").toTarget("http://localhost:3000/a").withAudience(AudienceDirect)},
		{"a certificate, as a sender", silent(webhook.FailureTLS, "Its certificate has expired.").withAudience(AudienceDirect)},
		{"no answer and no sentence", silent(webhook.FailureUnexpected, "")},
		{"refused here, unreachable at another target", refused(404).status(webhook.StatusUnreachable)},
		{"delivered", refused(204).status(webhook.StatusDelivered)},
		{"rejected: invalid", rejected(webhook.VerdictInvalid)},
		{"rejected: missing", rejected(webhook.VerdictMissing)},
		{"rejected: malformed", rejected(webhook.VerdictMalformed)},
		{"rejected: another secret", rejected(webhook.VerdictInvalid).found(otherSecret)},
		{"rejected: two causes", rejected(webhook.VerdictMalformed).found(otherSecret, rewritten)},
		{"rejected: a guess", rejected(webhook.VerdictInvalid).found(guess)},
		{"rejected: a guess, and not everything was tried", rejected(webhook.VerdictInvalid).found(guess).undecided()},
		{"rejected for an unknown reason", rejected(webhook.VerdictValid)},
		{"forwarded all the same: invalid", refused(200).status(webhook.StatusDelivered).verdict(webhook.VerdictInvalid).doubted()},
		{"forwarded all the same: another secret", refused(401).verdict(webhook.VerdictInvalid).doubted().found(otherSecret)},
		{"forwarded all the same: valid", refused(401).doubted()},
		{"skipped", Case{Summary: webhook.Summary{Status: webhook.StatusSkipped}}},
		{"pending", Case{Summary: webhook.Summary{Status: webhook.StatusPending}}},
	} {
		fmt.Fprintf(&b, "== %s\n", tc.name)
		h, ok := Explain(tc.c, terminal())
		if !ok {
			b.WriteString("nothing\n")
			if h.Key() != "" || h.String() != "" {
				t.Errorf("%s: got %+v, want no hint", tc.name, h)
			}
			continue
		}
		fmt.Fprintf(&b, "%s\n", h.Key())
		for _, l := range h.Indented(terminal()) {
			b.WriteString(l.String() + "\n")
			if l.Width() > 79 {
				t.Errorf("%s: %q is %d cells wide", tc.name, l, l.Width())
			}
		}
	}
	golden(t, "explain", b.String())
}

func TestHintsMatchTheTranscript(t *testing.T) {
	for name, tc := range map[string]struct {
		c    Case
		want string
	}{
		"listen, 401": {refused(401), `
             The signature is valid. Common causes:
             · the handler compares against bare hex; the header is
               sha256=<hex>
             · the handler hashes the parsed body instead of the raw bytes
             · the handler uses a different secret
             Find out which: vidiking diagnose dlv_a61tzr
`},
		"listen, nothing there": {silent(webhook.FailureRefused, notListening), `
             Nothing is listening on localhost:3000. Is your server running?
`},
		"trigger, nothing there": {silent(webhook.FailureRefused, notListening).withAudience(AudienceDirect), `
             Nothing is listening on localhost:3000. Is your server running?
             Once it is: vidiking replay dlv_k0s4xg
`},
		"demo, changed on the way": {rejected(webhook.VerdictInvalid), `
             The signature is invalid. The handler never saw this delivery.
             cause  The body was modified after signing, or signed with a
                    different secret.
`},
	} {
		t.Run(name, func(t *testing.T) {
			h, _ := Explain(tc.c, terminal())
			if diff := cmp.Diff(tc.want, "\n"+text(h.Indented(terminal()))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestHintKeysDependOnCauseAndHandler(t *testing.T) {
	key := func(c Case) string {
		h, ok := Explain(c, terminal())
		if !ok {
			t.Fatalf("no hint for %+v", c)
		}
		return h.Key()
	}
	for name, tc := range map[string]struct {
		a, b Case
		same bool
	}{
		"401 for another delivery":      {refused(401), refused(401).event("ai.failed"), true},
		"401 and 403":                   {refused(401), refused(403), true},
		"413 and 415":                   {refused(413), refused(415), false},
		"another target":                {refused(404), refused(404).toTarget("http://localhost:4000/"), false},
		"404 and 405":                   {refused(404), refused(405), false},
		"down in two ways":              {silent(webhook.FailureRefused, "a."), silent(webhook.FailureNoHost, "b."), true},
		"down and too late":             {silent(webhook.FailureRefused, "a."), silent(webhook.FailureTimeout, "b."), false},
		"rejected twice":                {rejected(webhook.VerdictInvalid), rejected(webhook.VerdictInvalid), true},
		"rejected for one finding":      {rejected(webhook.VerdictInvalid).found(guess), rejected(webhook.VerdictInvalid).found(guess), true},
		"rejected for other findings":   {rejected(webhook.VerdictInvalid).found(guess), rejected(webhook.VerdictInvalid).found(otherSecret), false},
		"rejected for different causes": {rejected(webhook.VerdictInvalid), rejected(webhook.VerdictMissing), false},
	} {
		t.Run(name, func(t *testing.T) {
			if a, b := key(tc.a), key(tc.b); (a == b) != tc.same {
				t.Errorf("keys %q and %q: want equal %v", a, b, tc.same)
			}
		})
	}
}

func TestHintWithoutUTF8IsASCII(t *testing.T) {
	h, _ := Explain(refused(302, "Location", "/"+strings.Repeat("é", 30)), ascii())
	want := "             cause  The handler redirects to\n" +
		"                    /%C3%A9%C3%A9%C3%A9%C3%A9%C3%..%A9%C3%A9%C3%A9%C3%A9%C3%A9.\n" +
		"                    Redirects are not followed.\n" +
		"             fix    Forward there directly, or exempt /webhooks/vidiking.\n"
	if diff := cmp.Diff(want, text(h.Indented(ascii()))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	h, _ = Explain(refused(401), ascii())
	if got, want := h.Indented(ascii())[1].String(), "             . the handler compares against bare hex; the header is"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestATimeoutNamesTheTimeThatTheAttemptWaited(t *testing.T) {
	t.Parallel()
	for took, want := range map[time.Duration]string{0: "10 s", 2040 * ms: "2 s", 10_300 * ms: "10 s", 60_100 * ms: "1 min"} {
		c := Case{Summary: webhook.Summary{Status: webhook.StatusTimedOut}, Attempt: webhook.Attempt{Target: handler, Failure: webhook.FailureTimeout, Duration: took}}
		if h, _ := Explain(c, terminal()); len(h.Lines) != 1 || h.Lines[0] != "No response within "+want+"." {
			t.Errorf("%v: got %q, want %s", took, h.Lines, want)
		}
	}
}
