package explain

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/refusal"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	hint    = "whsec_…Kq7T"
	compact = `{"event":"render.complete","data":{"id":"job_1"}}`
	spaced  = `{"event": "render.complete", "data": {"id": "job_1"}}`
	handler = "http://localhost:3000/webhooks/vidiking"
)

var (
	ours     = webhook.SecretFrom("whsec_0123456789abcdefKq7T")
	received = time.Date(2026, 3, 2, 13, 2, 31, 0, time.UTC)
)

// logged is a delivery log in memory. The n-th call fails if fail is n.
type logged struct {
	deliveries []webhook.Delivery
	calls      int
	fail       int
}

var errBusy = errors.New("the log is busy")

func (l *logged) call() error {
	if l.calls++; l.calls == l.fail {
		return errBusy
	}
	return nil
}

func (l *logged) List(context.Context, store.Query) ([]webhook.Summary, error) {
	var rows []webhook.Summary
	for _, d := range l.deliveries {
		rows = append(rows, d.Summary)
	}
	return rows, l.call()
}

func (l *logged) Get(_ context.Context, id webhook.ID) (webhook.Delivery, error) {
	for _, d := range l.deliveries {
		if d.ID == id {
			return d, l.call()
		}
	}
	return webhook.Delivery{}, errBusy
}

// delivered is a delivery of a body in a form, and the handler's response to it.
func delivered(id webhook.ID, style signature.Style, body string, code int) webhook.Delivery {
	a := webhook.Attempt{N: 1, Target: handler, Code: code}
	d := webhook.Delivery{
		Summary: webhook.Summary{
			ID: id, ReceivedAt: received, Verdict: webhook.VerdictValid, SecretHint: hint, Status: a.Status(), Target: handler, Code: code, Attempts: 1,
		},
		Header: webhook.Header{{Name: webhook.SignatureHeader, Value: signature.Sign(ours, []byte(body), style)}}, Body: []byte(body),
		History: []webhook.Attempt{a},
	}
	return d
}

func TestTheLogDecidesBetweenTheCausesOfARefusedSignature(t *testing.T) {
	t.Parallel()
	const prefixed, bare = signature.StylePrefixed, signature.StyleBare
	silent := delivered("dlv_a", prefixed, compact, 403)
	inHeader := delivered("dlv_b", prefixed, compact, 200)
	inHeader.Header = inHeader.Header.With(webhook.Field{Name: "X-Hub-Signature-256", Value: "sha256=00"})
	upper := delivered("dlv_b", bare, compact, 200)
	upper.Header[0].Value = strings.ToUpper(upper.Header[0].Value)
	wrong := delivered("dlv_b", bare, compact, 200)
	wrong.Verdict, wrong.SecretHint, wrong.Header[0].Value = webhook.VerdictInvalid, "", strings.Repeat("0", 64)
	newline := delivered("dlv_b", bare, compact, 200)
	newline.Verdict, newline.SecretHint = webhook.VerdictInvalid, ""
	newline.Header[0].Value = signature.Sign(webhook.SecretFrom(ours.Reveal()+"\n"), []byte(compact), prefixed)
	wrongBody := wrong
	wrongBody.Body = []byte("{}")
	elsewhere, otherSecret := delivered("dlv_b", bare, compact, 200), delivered("dlv_b", bare, compact, 200)
	elsewhere.Target, elsewhere.History[0].Target = "http://localhost:4000", "http://localhost:4000"
	otherSecret.SecretHint = "whsec_…other"
	for _, tc := range []struct {
		name      string
		mine      webhook.Delivery
		others    []webhook.Delivery
		codes     string
		certainty webhook.Certainty
	}{
		{"nothing else in the log", delivered("dlv_a", prefixed, compact, 401), nil, "signature_refused", webhook.Possible},
		{"the other form of the same body was accepted", delivered("dlv_a", prefixed, compact, 401), []webhook.Delivery{delivered("dlv_b", bare, compact, 200)}, "bare_hex_expected", webhook.Certain},
		{"the other form of another body was accepted", delivered("dlv_a", prefixed, compact, 401), []webhook.Delivery{delivered("dlv_b", bare, "{}", 200)}, "bare_hex_expected", webhook.Likely},
		{"the prefixed form was accepted", delivered("dlv_a", bare, compact, 401), []webhook.Delivery{delivered("dlv_b", prefixed, compact, 200)}, "prefixed_hex_expected", webhook.Certain},
		{"both forms were refused", delivered("dlv_a", prefixed, compact, 401), []webhook.Delivery{delivered("dlv_b", bare, compact, 401)}, "different_secret", webhook.Likely},
		{"both forms of a spaced body were refused", delivered("dlv_a", prefixed, spaced, 401), []webhook.Delivery{delivered("dlv_b", bare, spaced, 401)}, "different_secret reserialized_body", webhook.Possible},
		{"a compact body was accepted, and a spaced one is refused", delivered("dlv_a", prefixed, spaced, 401), []webhook.Delivery{delivered("dlv_b", prefixed, compact, 200)}, "reserialized_body", webhook.Likely},
		{"another body was accepted in this form", delivered("dlv_a", prefixed, compact, 401), []webhook.Delivery{delivered("dlv_b", prefixed, "{}", 200)}, "signature_refused", webhook.Possible},
		{"it was accepted at another time", delivered("dlv_a", prefixed, compact, 401), []webhook.Delivery{delivered("dlv_b", prefixed, compact, 200), wrong}, "signature_refused", webhook.Possible},
		{"it was accepted with another header", delivered("dlv_a", prefixed, compact, 401), []webhook.Delivery{inHeader}, "header_other", webhook.Likely},
		{"the other form in upper case was accepted", delivered("dlv_a", prefixed, compact, 401), []webhook.Delivery{upper}, "header_upper_case", webhook.Certain},
		{"a wrong signature was accepted", delivered("dlv_a", prefixed, compact, 401), []webhook.Delivery{wrong, delivered("dlv_c", bare, compact, 200)}, "signature_not_checked", webhook.Likely},
		{"a wrong signature of another body was accepted", delivered("dlv_a", prefixed, compact, 401), []webhook.Delivery{wrongBody}, "signature_refused", webhook.Possible},
		{"a probe with a mistake was accepted", delivered("dlv_a", prefixed, compact, 401), []webhook.Delivery{newline}, "secret_space", webhook.Likely},
		{"both forms were refused without a reason", silent, []webhook.Delivery{delivered("dlv_b", bare, compact, 403)}, "different_secret reserialized_body", webhook.Possible},
		{"another target accepts it", delivered("dlv_a", prefixed, compact, 401), []webhook.Delivery{elsewhere}, "signature_refused", webhook.Possible},
		{"it was accepted with another secret", delivered("dlv_a", prefixed, compact, 401), []webhook.Delivery{otherSecret}, "signature_refused", webhook.Possible},
		{"the other form failed for another reason", delivered("dlv_a", prefixed, compact, 401), []webhook.Delivery{delivered("dlv_b", bare, compact, 404)}, "signature_refused", webhook.Possible},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			log := &logged{deliveries: append(tc.others, tc.mine)}
			e := explainer(log)
			e.Diagnose = diagnoseWithOurs
			h, ok := e.Delivery(t.Context(), tc.mine, terminal())
			var codes []string
			for _, f := range Findings(h) {
				codes = append(codes, f.Code)
			}
			if got := strings.Join(codes, " "); !ok || got != tc.codes || Findings(h)[0].Certainty != tc.certainty {
				t.Errorf("got %s %+v, want %s, %s", got, h, tc.codes, tc.certainty)
			}
		})
	}
}

func diagnoseWithOurs(ctx context.Context, h webhook.Header, body []byte) signature.Diagnosis {
	return signature.Diagnose(ctx, signature.Case{Header: h, Body: body, Secrets: []signature.KnownSecret{{Secret: ours, InUse: true}}})
}

func explainer(log Log) *Explainer {
	return &Explainer{OpenLog: func(context.Context) (Log, func(), error) { return log, func() {}, nil }}
}

func TestWithoutALogTheCommonCausesRemain(t *testing.T) {
	t.Parallel()
	mine := delivered("dlv_a", signature.StylePrefixed, compact, 401)
	for fail := range 3 {
		log := &logged{deliveries: []webhook.Delivery{delivered("dlv_b", signature.StyleBare, compact, 200), mine}, fail: fail}
		h, ok := explainer(log).Delivery(t.Context(), mine, terminal())
		if want := expectedCode(fail == 0); !ok || string(h.Cause) != want {
			t.Errorf("call %d fails: got %s, want %s", fail, h.Cause, want)
		}
	}
	broken := &Explainer{OpenLog: func(context.Context) (Log, func(), error) { return nil, nil, errBusy }}
	if h, ok := broken.Delivery(t.Context(), mine, terminal()); !ok || h.Cause != "signature_refused" {
		t.Errorf("got %+v, want the common causes", h)
	}
}

// expectedCode is the code with or without the evidence of the log.
func expectedCode(works bool) string {
	if works {
		return refusal.CodeBareExpected
	}
	return "signature_refused"
}

func TestANewSecretIsTheOnlyExplanation(t *testing.T) {
	t.Parallel()
	mine := delivered("dlv_a", signature.StylePrefixed, compact, 401)
	for _, tc := range []struct {
		name, generated string
		at              time.Time
		code            string
	}{
		{"generated just before", hint, received.Add(-time.Second), refusal.CodeSecretGenerated},
		{"generated long before", hint, received.Add(-time.Hour), refusal.CodeBareExpected},
		{"signed with another", "whsec_…abcd", received.Add(-time.Second), refusal.CodeBareExpected},
		{"nothing generated", "", time.Time{}, refusal.CodeBareExpected},
	} {
		e := explainer(&logged{deliveries: []webhook.Delivery{delivered("dlv_b", signature.StyleBare, compact, 200), mine}})
		e.Generated = func() (string, time.Time) { return tc.generated, tc.at }
		h, _ := e.Delivery(t.Context(), mine, terminal())
		if f := Findings(h); len(f) != 1 || f[0].Code != tc.code {
			t.Errorf("%s: got %+v, want %s alone", tc.name, f, tc.code)
		}
		if tc.code == refusal.CodeSecretGenerated && h.Command != "vidiking listen --print-secret" {
			t.Errorf("%s: a command that cannot help: %s", tc.name, h.Command)
		}
	}
}

func TestTheEnvFileAndADigestInTheResponseAreEvidence(t *testing.T) {
	t.Parallel()
	mine := delivered("dlv_a", signature.StylePrefixed, compact, 401)
	e := &Explainer{EnvFile: func(masked string) bool { return masked == hint }}
	if h, _ := e.Delivery(t.Context(), mine, terminal()); h.Cause != refusal.CodeDifferentSecret {
		t.Errorf("another secret in .env: got %+v, want %s", h, refusal.CodeDifferentSecret)
	}
	e.Diagnose = diagnoseWithOurs
	stripped := webhook.SecretFrom(strings.TrimPrefix(ours.Reveal(), "whsec_"))
	mine.History[0].Response = []byte("expected " + signature.Sign(stripped, mine.Body, signature.StyleBare))
	if h, _ := e.Delivery(t.Context(), mine, terminal()); h.Cause != "secret_without_prefix" {
		t.Errorf("a digest in the response: got %+v, want secret_without_prefix", h)
	}
	mine.History[0].Response = []byte("got " + mine.Header.Get(webhook.SignatureHeader))
	if h, _ := e.Delivery(t.Context(), mine, terminal()); h.Cause != refusal.CodeDifferentSecret {
		t.Errorf("the header in the response: got %+v, want that of .env", h)
	}
}
