package signature_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const otherSecret = "whsec_the_one_that_staging_has_0123"

// diagnose diagnoses a body with the example's secret, which is active, and another known one.
func diagnose(t *testing.T, h webhook.Header, body string) signature.Diagnosis {
	t.Helper()
	return signature.Diagnose(t.Context(), signature.Case{Header: h, Body: []byte(body), Secrets: []signature.KnownSecret{
		{Secret: webhook.SecretFrom(otherSecret), Name: "the one of profile staging", Fix: "vidiking listen --profile staging"},
		{Secret: webhook.SecretFrom(exampleSecret), InUse: true},
	}})
}

func signedWith(secret, body string) string {
	return signature.Sign(webhook.SecretFrom(secret), []byte(body), signature.StylePrefixed)
}

func own(value string) webhook.Header {
	return webhook.Header{{Name: webhook.SignatureHeader, Value: value}}
}

func zipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestDiagnoseFindsTheCause(t *testing.T) {
	t.Parallel()
	right := signedWith(exampleSecret, exampleBody)
	raw, err := hex.DecodeString(exampleHex)
	if err != nil {
		t.Fatal(err)
	}
	inBase64 := base64.StdEncoding.EncodeToString(raw)
	tests := []struct {
		name   string
		header webhook.Header
		body   string
		want   string // the codes, and the certainty of the first
	}{
		{"right", own(right), exampleBody, ""},
		{"no header", nil, exampleBody, "header_missing certain"},
		{"no header, but a similar one", webhook.Header{{Name: "X-Request-Id", Value: strings.Repeat("ab", 32)}}, exampleBody, "header_missing certain"},
		{"another header", webhook.Header{{Name: "X-Hub-Signature-256", Value: right}}, exampleBody, "header_other certain"},
		{"a header of another scheme", webhook.Header{
			{Name: "Webhook-Id", Value: "msg_1"}, {Name: "Webhook-Timestamp", Value: "1674087231"},
			{Name: "Webhook-Signature", Value: "v1," + inBase64Of(t, signedWith(exampleSecret, "msg_1.1674087231."+exampleBody))},
		}, exampleBody, "header_other header_prefix header_base64 body_prefixed certain"},
		{"empty", own(""), exampleBody, "header_empty certain"},
		{"only the prefix", own("sha256="), exampleBody, "header_empty certain"},
		{"a placeholder", own("sha256=<hex>"), exampleBody, "header_placeholder certain"},
		{"the secret", own("sha256=" + exampleSecret), exampleBody, "header_secret certain"},
		{"rubbish", own("rubbish"), exampleBody, "header_malformed certain"},
		{"far too long", own(strings.Repeat("ab", 1<<20)), exampleBody, "header_malformed certain"},
		{"one digit short", own(right[:len(right)-1]), exampleBody, "header_truncated certain"},
		{"one digit short, and a different secret", own(signedWith(otherSecret, exampleBody)[:70]), exampleBody, "other_secret header_truncated certain"},
		{"truncated base64", own(inBase64[:30]), exampleBody, "header_base64 header_truncated certain"},
		{"one digit long", own(right + "0"), exampleBody, "header_longer certain"},
		{"text after it", own(right + " trailing"), exampleBody, "header_longer certain"},
		{"text directly after it", own(right + "xyz"), exampleBody, "header_longer certain"},
		{"two wrong digits", own(flip(flip(exampleHex, 3), 40)), exampleBody, "header_changed certain"},
		{"white space", own(" " + right + "\t"), exampleBody, "header_space certain"},
		{"quotes within the prefix", own(`sha256="` + exampleHex + `"`), exampleBody, "header_quoted certain"},
		{"looks like SHA-1, but matches nothing", own("sha1=" + strings.Repeat("ab", 20)), exampleBody, "header_prefix algorithm changed_or_other_secret likely"},
		{"another secret", own(signedWith(otherSecret, exampleBody)), exampleBody, "other_secret certain"},
		{"another secret without whsec_", own(signedWith(otherSecret[6:], exampleBody)), exampleBody, "other_secret secret_without_prefix certain"},
		{"another secret, re-serialized", own(signedWith(otherSecret, `{"a": 1}`)), `{"a":1}`, "other_secret body_rewritten certain"},
		{"compressed after it was signed", own(right), zipped(t, exampleBody), "body_compressed certain"},
		{"the body is base64 of what was signed", own(right), base64.StdEncoding.EncodeToString([]byte(exampleBody)), "body_base64 certain"},
		{"two wrong headers, one in base64", append(own(strings.Repeat("0", 64)), own(inBase64)...), exampleBody, "header_base64 certain"},
		{"a body truncated in transit", own(right), exampleBody[:120], "body_incomplete changed_or_other_secret likely"},
		{"a changed byte", own(right), strings.Replace(exampleBody, "4510", "4511", 1), "changed_or_other_secret possible"},
		{"not UTF-8", own(signedWith(exampleSecret, "caf\ufffd")), "caf\xe9", "encoding_replacement certain"},
		{"an empty body, signed with a line feed", own(signedWith(exampleSecret, "\n")), "", "body_newline_added certain"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := diagnose(t, test.header, test.body)
			got := ""
			for _, f := range d.Findings {
				got += f.Code + " "
			}
			if len(d.Findings) > 0 {
				got += string(d.Findings[0].Certainty)
			}
			if got != test.want {
				t.Errorf("got %q, want %q; header %.100v", got, test.want, test.header)
			}
		})
	}
}

func inBase64Of(t *testing.T, signed string) string {
	t.Helper()
	raw, err := hex.DecodeString(strings.TrimPrefix(signed, "sha256="))
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func TestDiagnoseNamesTheOtherSecretAndHowToUseIt(t *testing.T) {
	t.Parallel()
	d := diagnose(t, own(signedWith(otherSecret, exampleBody)), exampleBody)
	want := []webhook.Finding{{
		Code: signature.CodeOtherSecret, Cause: "The body was signed with a different secret, the one of profile staging.",
		Fix: "vidiking listen --profile staging", Certainty: webhook.Certain,
	}}
	if diff := cmp.Diff(want, d.Findings); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestDiagnoseReportsASignatureThatIsValidNow(t *testing.T) {
	t.Parallel()
	c := signature.Case{
		Header: own(signedWith(exampleSecret, exampleBody)), Body: []byte(exampleBody), Verdict: webhook.VerdictInvalid,
		Secrets: []signature.KnownSecret{{Secret: webhook.SecretFrom(exampleSecret), InUse: true}},
	}
	if d := signature.Diagnose(t.Context(), c); len(d.Findings) != 1 || d.Findings[0].Code != signature.CodeCheckedOther {
		t.Errorf("got %v, want %s", d.Findings, signature.CodeCheckedOther)
	}
}

func TestDiagnoseWithoutASecretFindsNothingCertain(t *testing.T) {
	t.Parallel()
	d := signature.Diagnose(t.Context(), signature.Case{Header: own(exampleHex), Body: []byte(exampleBody)})
	if d.Verdict != webhook.VerdictUnchecked || d.IsCertain() {
		t.Errorf("got %s and %v, want unchecked and nothing certain", d.Verdict, d.Findings)
	}
}

func TestDiagnoseListsWhatItTriedIfNothingMatches(t *testing.T) {
	t.Parallel()
	d := diagnose(t, own(strings.Repeat("0", 64)), exampleBody)
	want := []string{
		"2 secrets in 31 variants", "HMAC-SHA256, and hashes without a key",
		"the body in 59 forms, including how Node, Python, Go, PHP and Ruby re-serialize it", "the body truncated at 220 positions",
	}
	if diff := cmp.Diff(want, d.Tried); diff != "" {
		t.Errorf("tried (-want +got):\n%s", diff)
	}
}

// TestDiagnoseFindsCombinedMistakes checks that each mistake is found in combination with the others.
func TestDiagnoseFindsCombinedMistakes(t *testing.T) {
	t.Parallel()
	keys := map[string]string{
		"": exampleSecret, "secret_without_prefix": "test_secret", "secret_space": exampleSecret + "\n", "secret_unset": "", "other_secret": otherSecret,
	}
	bodies := map[string]string{
		"": exampleBody, "body_newline_added": exampleBody + "\n", "body_bom_added": "\ufeff" + exampleBody,
		"body_rewritten": strings.NewReplacer(`":`, `": `, `,"`, `, "`).Replace(exampleBody), "body_empty": "",
	}
	headers := map[string]func([]byte) string{
		"":              func(sum []byte) string { return hex.EncodeToString(sum) },
		"header_base64": func(sum []byte) string { return base64.StdEncoding.EncodeToString(sum) },
		"header_quoted": func(sum []byte) string { return `"` + hex.EncodeToString(sum) + `"` },
		"header_prefix": func(sum []byte) string { return "v1=" + hex.EncodeToString(sum) },
	}
	for key, secret := range keys {
		for body, text := range bodies {
			for form, write := range headers {
				sum, err := hex.DecodeString(signature.Sign(webhook.SecretFrom(secret), []byte(text), signature.StyleBare))
				if err != nil {
					t.Fatal(err)
				}
				d := diagnose(t, own(write(sum)), exampleBody)
				var got []string
				for _, f := range d.Findings {
					got = append(got, f.Code)
				}
				want := []string{}
				for _, code := range []string{form, key, body} {
					if code != "" {
						want = append(want, code)
					}
				}
				if key == "other_secret" && form != "" { // it comes first
					want[0], want[1] = want[1], want[0]
				}
				if strings.Join(got, " ") != strings.Join(want, " ") {
					t.Errorf("got %v, want %v", got, want)
				}
			}
		}
	}
}

func TestDiagnoseStopsAtItsBudgetAndWhenCanceled(t *testing.T) {
	t.Parallel()
	c := signature.Case{
		Header: own(strings.Repeat("0", 64)), Body: []byte(exampleBody), Work: 10_000,
		Secrets: []signature.KnownSecret{{Secret: webhook.SecretFrom(exampleSecret), InUse: true}},
	}
	if d := signature.Diagnose(t.Context(), c); !d.Incomplete || d.Work > c.Work || !strings.Contains(strings.Join(d.Tried, " "), "not everything") {
		t.Errorf("with a small budget: got incomplete %t, work %d of %d, tried %v", d.Incomplete, d.Work, c.Work, d.Tried)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c.Work = 0
	if d := signature.Diagnose(ctx, c); !d.Incomplete || d.Work > 100_000 {
		t.Errorf("when canceled: got incomplete %t, work %d", d.Incomplete, d.Work)
	}
}

// TestDiagnoseFindsCommonMistakesInABodyOf10MiB uses a body that is larger than Express accepts by default.
func TestDiagnoseFindsCommonMistakesInABodyOf10MiB(t *testing.T) {
	t.Parallel()
	size := 10 << 20
	if testing.Short() {
		size = 1 << 20
	}
	body := string(largeBody(size))
	for code, signed := range map[string]string{
		"secret_without_prefix": signedWith(exampleSecret[6:], body),
		"body_newline_added":    signedWith(exampleSecret, body+"\n"),
		"body_rewritten":        signedWith(exampleSecret, strings.NewReplacer("/", `\/`, ".50,", ".5,").Replace(body)), // as PHP writes it
		"body_cut":              signedWith(exampleSecret, body[:100<<10]),
		"algorithm":             "", // below
	} {
		if code == "algorithm" {
			signed = "sha1=" + hex.EncodeToString(mac(sha1.New, exampleSecret, []byte(body)))
		}
		if d := diagnose(t, own(signed), body); len(d.Findings) == 0 || d.Findings[0].Code != code {
			t.Errorf("got %v, want %s", d.Findings, code)
		}
	}
}

func TestEveryFindingHasACauseAndAFix(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range signature.Catalog() {
		if seen[f.Code] || f.Cause == "" || f.Fix == "" || strings.Contains(f.Cause, "%") {
			t.Errorf("%+v is a duplicate or incomplete", f)
		}
		seen[f.Code] = true
		for _, s := range []string{f.Cause, f.Fix} {
			if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "…") {
				t.Errorf("%s: %q is not a sentence", f.Code, s)
			}
		}
	}
}

// FuzzDiagnose checks that a diagnosis of any input stays within its budget, has findings unless the verdict is valid, and reveals no
// secret.
func FuzzDiagnose(f *testing.F) {
	for _, seed := range []struct{ header, body string }{
		{"sha256=" + exampleHex, exampleBody}, {"t=1,v1=" + exampleHex, "{}"}, {"", "\x1f\x8b\x08"}, {"AAAA=,\"'", "[1e999,\"\\ud800\"]"},
		{strings.Repeat("a", 63), "\ufeff\r\n{\"0\":{},\"0\":[]}"}, {"eyJhIjoxfQ==", "eyJhIjoxfQ=="},
	} {
		f.Add(seed.header, []byte(seed.body), exampleSecret, "Webhook-Timestamp", "1")
	}
	f.Fuzz(func(t *testing.T, value string, body []byte, text, name, other string) {
		const allowed = 4 << 20
		secret := webhook.SecretFrom(text)
		d := signature.Diagnose(t.Context(), signature.Case{
			Header: webhook.Header{{Name: webhook.SignatureHeader, Value: value}, {Name: name, Value: other}}, Body: body, Work: allowed,
			Secrets: []signature.KnownSecret{{Secret: secret, InUse: true}, {Secret: webhook.SecretFrom(text + "x"), Name: "the other one"}},
		})
		if d.Work > allowed {
			t.Errorf("work %d, want at most %d", d.Work, allowed)
		}
		if (d.Verdict == webhook.VerdictValid) == (len(d.Findings) > 0) {
			t.Errorf("verdict %s with %d findings", d.Verdict, len(d.Findings))
		}
		report := strings.Join(d.Tried, " ")
		for _, finding := range d.Findings {
			report += " " + finding.Code + " " + finding.Cause + " " + finding.Fix + " " + string(finding.Certainty) + strings.Join(finding.Detail, " ")
		}
		expected := signature.Sign(secret, body, signature.StyleBare)
		if len(text) > 16 && strings.Contains(report, text) && !strings.Contains(other+name+string(body), text) || strings.Contains(report, expected[:16]) && !strings.Contains(string(body)+name, expected[:16]) {
			t.Errorf("it reveals a secret: %q", report)
		}
	})
}

// TestDiagnoseRevealsNothing checks that no text of a diagnosis contains a part of the secret or of the expected signature.
func TestDiagnoseRevealsNothing(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	for range 20 {
		secret := "whsec_" + randomText(random, 32)
		body := `{"event":"render.complete","data":{"id":"` + randomText(random, 6) + `"}}`
		for _, header := range []string{
			signedWith(secret, body+"\n"), signedWith(secret, body)[:40], secret, "x" + secret + "x", signedWith("x", body), "", signedWith(secret[6:], body),
		} {
			d := signature.Diagnose(t.Context(), signature.Case{
				Header: own(header), Body: []byte(body), Secrets: []signature.KnownSecret{{Secret: webhook.SecretFrom(secret), InUse: true}},
			})
			report := strings.Join(d.Tried, " ")
			for _, f := range d.Findings {
				report += f.Cause + f.Fix + strings.Join(f.Detail, " ")
			}
			expected := signature.Sign(webhook.SecretFrom(secret), []byte(body), signature.StyleBare)
			if strings.Contains(report, secret[6:14]) || strings.Contains(report, expected[:8]) {
				t.Errorf("it reveals a secret: %q", report)
			}
		}
	}
}
