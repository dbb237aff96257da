package conformance

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // of a handler that is wrong
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/refusal"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	secret  = "whsec_a1B2c3D4e5F6a7B8a1B2c3D4e5F6a7B8"
	payload = `{"event":"render.complete","timestamp":"2025-01-15T10:30:45Z","data":{"id":"job_1","url":"https://cdn.vidiking.com/job_1.mp4","duration":10.5}}`
	pretty  = "{\n  \"event\": \"render.complete\",\n  \"data\": {\n    \"id\": \"job_1\"\n  }\n}\n"
)

// handler is a handler as users write it: accepts returns whether it accepts a signature.
type handler struct {
	header  string // where it reads the signature; empty: the right header
	accepts func(value string, body []byte) bool
	refusal webhook.Attempt // the response if it does not; zero: 401

	sent []Probe
	fail error
}

func (h *handler) Send(_ context.Context, p Probe) (webhook.Attempt, error) {
	h.sent = append(h.sent, p)
	if h.fail != nil {
		return webhook.Attempt{}, h.fail
	}
	name := h.header
	if name == "" {
		name = webhook.SignatureHeader
	}
	if h.accepts(p.Header.Get(name), p.Body) {
		return webhook.Attempt{Code: 200}, nil
	}
	if h.refusal.Code != 0 || h.refusal.Failure != "" {
		return h.refusal, nil
	}
	return webhook.Attempt{Code: 401, Response: []byte("invalid signature")}, nil
}

// compares returns a handler that compares the header with a text.
func compares(text func(body []byte) string) *handler {
	return &handler{accepts: func(value string, body []byte) bool { return value == text(body) }}
}

func sign(key string, body []byte) string { return hex.EncodeToString(digest(sha256.New, key, body)) }

// marshaled returns the body as Go writes it again: with sorted keys.
func marshaled(body []byte) []byte {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return nil
	}
	text, _ := json.Marshal(v)
	return text
}

// TestDiagnoseNamesTheMistakeOfEachWrongHandler has the thirteen handlers that users write wrong, and some more.
func TestDiagnoseNamesTheMistakeOfEachWrongHandler(t *testing.T) {
	t.Parallel()
	compact := func(body []byte) []byte {
		var b bytes.Buffer
		_ = json.Compact(&b, body)
		return b.Bytes()
	}
	withBase64, withHex := "whsec_"+base64.StdEncoding.EncodeToString([]byte("a key of some bytes")), "whsec_"+hex.EncodeToString([]byte("a key"))
	for _, tc := range []struct {
		name, body, secret, code string
		h                        *handler
	}{
		{"bare hex", payload, secret, "bare_hex_expected", compares(func(b []byte) string { return sign(secret, b) })},
		{"re-serialized", pretty, secret, "reserialized_body", compares(func(b []byte) string { return sign(secret, compact(b)) })},
		{"re-serialized, prefixed", pretty, secret, "reserialized_body", compares(func(b []byte) string { return prefix + sign(secret, compact(b)) })},
		{"sorted keys", payload, secret, "reserialized_body", compares(func(b []byte) string { return prefix + sign(secret, marshaled(b)) })},
		{"a different secret", payload, secret, "different_secret", compares(func(b []byte) string { return prefix + sign("whsec_other", b) })},
		{"a newline in the secret", payload, secret, "secret_space", compares(func(b []byte) string { return prefix + sign(secret+"\n", b) })},
		{"whsec_ stripped", payload, secret, "secret_without_prefix", compares(func(b []byte) string { return sign(secret[6:], b) })},
		{"a base64 key", payload, withBase64, "secret_decoded", compares(func(b []byte) string { return prefix + sign("a key of some bytes", b) })},
		{"a hex key", payload, withHex, "secret_decoded", compares(func(b []byte) string { return prefix + sign("a key", b) })},
		{"a base64 signature", payload, secret, "header_base64", compares(func(b []byte) string {
			return base64.StdEncoding.EncodeToString(digest(sha256.New, secret, b))
		})},
		{"SHA-1", payload, secret, "algorithm", compares(func(b []byte) string { return "sha1=" + hex.EncodeToString(digest(sha1.New, secret, b)) })},
		{"upper case", payload, secret, "header_upper_case", compares(func(b []byte) string { return strings.ToUpper(sign(secret, b)) })},
		{"another header", payload, secret, "header_other", &handler{
			header: "X-Hub-Signature-256", accepts: func(v string, b []byte) bool { return v == prefix+sign(secret, b) },
		}},
		{"indented JSON", payload, secret, "reserialized_body", compares(func(b []byte) string {
			var out bytes.Buffer
			_ = json.Indent(&out, b, "", "  ")
			return prefix + sign(secret, out.Bytes())
		})},
		{"CSRF", payload, secret, refusal.CodeCSRF, &handler{
			accepts: func(string, []byte) bool { return false }, refusal: webhook.Attempt{Code: 403, Response: []byte("CSRF verification failed. Request aborted.")},
		}},
		{"a host check", payload, secret, refusal.CodeHostCheck, &handler{
			accepts: func(string, []byte) bool { return false }, refusal: webhook.Attempt{Code: 403, Response: []byte(`Blocked request. This host ("a") is not allowed.`)},
		}},
		{"quotes around the secret", payload, secret, "secret_quoted", compares(func(b []byte) string { return sign(`"`+secret+`"`, b) })},
		{"no secret", payload, secret, "missing_secret", compares(func(b []byte) string { return sign("", b) })},
		{"an empty body", payload, secret, "body_parsed_first", compares(func([]byte) string { return prefix + sign(secret, nil) })},
		{"ASCII text", `{"title":"Café"}`, secret, "encoding_ascii", compares(func([]byte) string { return prefix + sign(secret, []byte(`{"title":"Caf?"}`)) })},
		{"a profile's secret", payload, secret, "different_secret", compares(func(b []byte) string { return prefix + sign("whsec_staging", b) })},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := Diagnose(t.Context(), subject(tc.body, tc.secret), tc.h)
			if err != nil || len(got.Findings) == 0 || got.Findings[0].Code != tc.code {
				t.Fatalf("got %+v, %v, want %s", got.Findings, err, tc.code)
			}
			if f := got.Findings[0]; f.Cause == "" || f.Fix == "" {
				t.Errorf("no cause or fix: %+v", f)
			}
			if !got.Explained {
				t.Error("not explained")
			}
			if got.Sent != len(tc.h.sent) || got.Sent > 80 {
				t.Errorf("%d probes sent, %d counted", len(tc.h.sent), got.Sent)
			}
		})
	}
}

func subject(body, secret string) Subject {
	return Subject{
		Body: []byte(body), Header: signed(prefix + sign(secret, []byte(body))), Style: signature.StylePrefixed, Secret: webhook.SecretFrom(secret),
		Others: []Secret{{webhook.SecretFrom("whsec_staging"), "the one of profile staging"}},
		Explain: func(a webhook.Attempt) []webhook.Finding {
			f, ok := refusal.Identify(refusal.NewResponse(a))
			if !ok {
				return nil
			}
			return []webhook.Finding{f}
		},
	}
}

func TestDiagnoseSendsTheDeliveryAsItIsFirst(t *testing.T) {
	t.Parallel()
	h := compares(func(b []byte) string { return prefix + sign(secret, b) })
	got, err := Diagnose(t.Context(), subject(payload, secret), h)
	if err != nil || !got.Accepted || !got.Explained || got.Sent != 2 || len(got.Findings) != 0 {
		t.Errorf("got %+v, %v, want an accepted probe and a wrong one that is refused", got, err)
	}
	if first := h.sent[0]; first.Header.Get(webhook.SignatureHeader) != prefix+sign(secret, []byte(payload)) || string(first.Body) != payload {
		t.Errorf("got %+v, want the delivery as it is", first)
	}
}

func TestDiagnoseSendsNothingElseToAHandlerThatRefusesForAnotherReason(t *testing.T) {
	t.Parallel()
	h := &handler{accepts: func(string, []byte) bool { return false }, refusal: webhook.Attempt{Code: 403, Response: []byte("your quota is used up")}}
	got, err := Diagnose(t.Context(), subject(payload, secret), h)
	if err != nil || len(got.Findings) != 0 || got.Explained || got.Sent != 1 {
		t.Errorf("got %+v, %v, want no finding and one probe", got, err)
	}
}

// responds returns a handler with a response for each probe, which n counts from 1.
type responds func(n int, p Probe) webhook.Attempt

func (r responds) handler() *handler {
	h := &handler{}
	h.accepts = func(string, []byte) bool {
		h.refusal = r(len(h.sent), h.sent[len(h.sent)-1])
		return h.refusal.Code == 200
	}
	return h
}

// TestDiagnoseDoesNotClaimMoreThanTheHandlerShows has handlers whose responses prove less than they seem to.
func TestDiagnoseDoesNotClaimMoreThanTheHandlerShows(t *testing.T) {
	t.Parallel()
	refused := webhook.Attempt{Code: 401, Response: []byte("invalid signature")}
	silent := func(code int) webhook.Attempt { return webhook.Attempt{Code: code} }
	value := func(p Probe) string { return p.Header.Get(webhook.SignatureHeader) }
	bare := sign(secret, []byte(payload))
	for _, tc := range []struct {
		name, code  string
		certainty   webhook.Certainty
		isExplained bool
		respond     responds
	}{
		{"accepts everything", refusal.CodeUnsigned, webhook.Certain, true, func(int, Probe) webhook.Attempt { return silent(200) }},
		{"accepts everything after the first probe", refusal.CodeInconsistent, webhook.Certain, false, func(n int, _ Probe) webhook.Attempt {
			if n > 1 {
				return silent(200)
			}
			return refused
		}},
		{"accepts every third delivery", refusal.CodeInconsistent, webhook.Certain, false, func(n int, _ Probe) webhook.Attempt {
			if n%3 == 0 {
				return silent(200)
			}
			return refused
		}},
		{"accepts every signature of 64 characters", refusal.CodeUnsigned, webhook.Certain, false, func(_ int, p Probe) webhook.Attempt {
			if len(value(p)) == 64 {
				return silent(200)
			}
			return refused
		}},
		{"limits requests", refusal.CodeRateLimit, webhook.Certain, false, func(n int, _ Probe) webhook.Attempt {
			if n > 5 {
				return silent(429)
			}
			return refused
		}},
		{"limits requests from the first on", refusal.CodeRateLimit, webhook.Certain, true, func(int, Probe) webhook.Attempt { return silent(429) }},
		{"limits requests once a probe was accepted", refusal.CodeRateLimit, webhook.Certain, false, func(n int, p Probe) webhook.Attempt {
			switch {
			case n > 3:
				return silent(429)
			case value(p) == bare:
				return silent(200)
			}
			return refused
		}},
		{"fails at everything", refusal.CodeSilentCrash, webhook.Likely, false, func(int, Probe) webhook.Attempt { return silent(500) }},
		{"is under maintenance", refusal.CodeSilentCrash, webhook.Likely, false, func(int, Probe) webhook.Attempt { return silent(503) }},
		{"fails at the prefix, and expects bare hex", refusal.CodeBareExpected, webhook.Certain, true, func(_ int, p Probe) webhook.Attempt {
			switch {
			case len(value(p)) != 64:
				return silent(500)
			case value(p) == bare:
				return silent(200)
			}
			return refused
		}},
		{"fails at the prefix, and has a different secret", refusal.CodeSignatureLength, webhook.Likely, true, func(_ int, p Probe) webhook.Attempt {
			if len(value(p)) != 64 {
				return silent(500)
			}
			return refused
		}},
		{"refuses everything with 401", refusal.CodeDifferentSecret, webhook.Likely, true, func(int, Probe) webhook.Attempt { return silent(401) }},
		{"refuses everything with 403", refusal.CodeDifferentSecret, webhook.Possible, false, func(int, Probe) webhook.Attempt { return silent(403) }},
		{"refuses everything with 403, and no signature with 400", refusal.CodeDifferentSecret, webhook.Likely, true, func(_ int, p Probe) webhook.Attempt {
			if value(p) == "" {
				return silent(400)
			}
			return silent(403)
		}},
		{"fails at last", refusal.CodeInconsistent, webhook.Certain, false, func(n int, _ Probe) webhook.Attempt {
			if n > 9 {
				return silent(500)
			}
			return refused
		}},
		{"misses the signature", signature.CodeOtherHeader, webhook.Likely, true, func(int, Probe) webhook.Attempt {
			return webhook.Attempt{Code: 400, Response: []byte(`{"error":"Missing signature header"}`)}
		}},
		{"misses the job once the signature is right", refusal.CodeBareExpected, webhook.Certain, true, func(_ int, p Probe) webhook.Attempt {
			if value(p) == bare {
				return webhook.Attempt{Code: 404, Response: []byte(`{"error":"job_1 is unknown"}`)}
			}
			return refused
		}},
		{"does not handle a delivery twice", refusal.CodeBareExpected, webhook.Certain, true, func(n int, p Probe) webhook.Attempt {
			switch {
			case value(p) != bare:
				return refused
			case n > 2:
				return webhook.Attempt{Code: 409, Response: []byte("already handled")}
			}
			return silent(200)
		}},
		{"refuses an algorithm in its own words", refusal.CodeDifferentSecret, webhook.Likely, true, func(_ int, p Probe) webhook.Attempt {
			if strings.HasPrefix(value(p), "sha1=") {
				return webhook.Attempt{Code: 400, Response: []byte("algorithm is unsupported")}
			}
			return refused
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := Diagnose(t.Context(), subject(payload, secret), tc.respond.handler())
			if err != nil || len(got.Findings) == 0 || got.Findings[0].Code != tc.code || got.Findings[0].Certainty != tc.certainty {
				t.Fatalf("got %+v, %v, want %s, %s", got.Findings, err, tc.code, tc.certainty)
			}
			if got.Explained != tc.isExplained {
				t.Errorf("explained: got %t, want %t", got.Explained, tc.isExplained)
			}
		})
	}
}

func TestDiagnoseExplainsADeliveryThatWasNotSignedWithTheSecretInUse(t *testing.T) {
	t.Parallel()
	right := compares(func(b []byte) string { return prefix + sign(secret, b) })
	s := subject(payload, secret)
	s.Header = signed(prefix + sign("whsec_before", []byte(payload)))
	got, err := Diagnose(t.Context(), s, right)
	if err != nil || len(got.Findings) != 1 || got.Findings[0].Code != refusal.CodeDifferentSecret || got.Findings[0].Certainty != webhook.Certain {
		t.Errorf("signed with another secret: got %+v, %v", got.Findings, err)
	}

	s.Invalid = func() []webhook.Finding {
		return []webhook.Finding{{Code: signature.CodeTrimmed, Certainty: webhook.Certain}}
	}
	right.sent = nil
	if got, err = Diagnose(t.Context(), s, right); err != nil || !got.Explained || got.Sent != 1 || got.Findings[0].Code != signature.CodeTrimmed {
		t.Errorf("an invalid signature that is refused: got %+v, %v, want why it is invalid and one probe", got, err)
	}
	everything := responds(func(int, Probe) webhook.Attempt { return webhook.Attempt{Code: 200} })
	if got, err = Diagnose(t.Context(), s, everything.handler()); err != nil || !got.Accepted || len(got.Findings) != 1 || got.Findings[0].Code != refusal.CodeUnsigned {
		t.Errorf("an invalid signature that is accepted: got %+v, %v, want %s", got, err, refusal.CodeUnsigned)
	}
}

func TestDiagnoseSendsNoVariantsOfASecretThatWasGeneratedNow(t *testing.T) {
	t.Parallel()
	s := subject(payload, secret)
	s.Explain = func(webhook.Attempt) []webhook.Finding {
		return []webhook.Finding{{Code: refusal.CodeSecretGenerated, Certainty: webhook.Certain}}
	}
	h := compares(func([]byte) string { return "" })
	if got, err := Diagnose(t.Context(), s, h); err != nil || got.Sent != 1 || !got.Explained || got.Findings[0].Code != refusal.CodeSecretGenerated {
		t.Errorf("got %+v, %v, want %s and one probe", got, err, refusal.CodeSecretGenerated)
	}
}

func TestDiagnoseStopsAtTheFirstProbeWithoutAResponse(t *testing.T) {
	t.Parallel()
	h := &handler{accepts: func(string, []byte) bool { return false }, refusal: webhook.Attempt{Failure: webhook.FailureRefused}}
	got, err := Diagnose(t.Context(), subject(payload, secret), h)
	if !errors.Is(err, ErrNoResponse) || got.Sent != 1 || got.Last.Failure != webhook.FailureRefused {
		t.Errorf("got %+v, %v, want ErrNoResponse and the failure", got, err)
	}
}

func TestDiagnoseReturnsTheErrorOfTheSender(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left on device")
	if _, err := Diagnose(t.Context(), subject(payload, secret), &handler{fail: full}); !errors.Is(err, full) {
		t.Errorf("got %v, want %v", err, full)
	}
}

func TestEveryFrameworkHasARecipe(t *testing.T) {
	t.Parallel()
	for _, name := range Frameworks() {
		text := strings.Join(Recipe(name), "\n")
		if !strings.Contains(text, "VIDIKING_WEBHOOK_SECRET") || !strings.Contains(strings.ToLower(text), "sha256=") || strings.Contains(text, "RAW") && !strings.Contains(text, "raw") {
			t.Errorf("%s: %s", name, text)
		}
	}
	for _, name := range []string{refusal.Django, refusal.Express, refusal.FastAPI, refusal.Fastify, refusal.Flask, refusal.Go, refusal.Laravel, refusal.NestJS, refusal.Next, refusal.PHP, refusal.Rails, refusal.Sinatra} {
		if Recipe(FrameworkOf(name)) == nil {
			t.Errorf("%s has no recipe", name)
		}
	}
	if FrameworkOf(refusal.Nginx) != "" || Recipe("") != nil {
		t.Error("nginx has a recipe, or the empty name")
	}
}
