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
			if got.Sent != len(tc.h.sent) || got.Sent > 80 {
				t.Errorf("%d probes sent, %d counted", len(tc.h.sent), got.Sent)
			}
		})
	}
}

func subject(body, secret string) Subject {
	return Subject{
		Body: []byte(body), Style: signature.StylePrefixed, Secret: webhook.SecretFrom(secret),
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
	if err != nil || !got.Accepted || got.Sent != 1 || len(got.Findings) != 0 {
		t.Errorf("got %+v, %v, want one probe that is accepted", got, err)
	}
}

func TestDiagnoseSendsNothingElseToAHandlerThatRefusesForAnotherReason(t *testing.T) {
	t.Parallel()
	h := &handler{accepts: func(string, []byte) bool { return false }, refusal: webhook.Attempt{Code: 403, Response: []byte("your quota is used up")}}
	got, err := Diagnose(t.Context(), subject(payload, secret), h)
	if err != nil || len(got.Findings) != 0 || got.Sent != 1 {
		t.Errorf("got %+v, %v, want no finding and one probe", got, err)
	}
}

func TestDiagnoseDoesNotBelieveAHandlerThatAcceptsAnything(t *testing.T) {
	t.Parallel()
	n := 0
	h := &handler{accepts: func(string, []byte) bool { n++; return n > 1 }}
	got, err := Diagnose(t.Context(), subject(payload, secret), h)
	if err != nil || len(got.Findings) != 1 || got.Findings[0].Code != CodeUnsigned {
		t.Errorf("got %+v, %v, want %s", got.Findings, err, CodeUnsigned)
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
