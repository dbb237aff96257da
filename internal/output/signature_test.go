package output_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestVerificationIsWrappedToTheWidth(t *testing.T) {
	t.Parallel()
	var stdout bytes.Buffer
	o := output.Options{Stdout: &stdout, Stderr: &bytes.Buffer{}, Style: display.Style{UTF8: true, Width: 60}, Self: "vidiking --data-dir x"}
	err := output.Verification(o, output.Verified{
		Verdict: webhook.VerdictInvalid, BodyBytes: 2, Tried: []string{"2 secrets in 31 forms", "the body in 55 forms, among them as others write it"},
		Findings: []webhook.Finding{
			{Cause: "The body was signed with a different secret, the one that \x1b[31mvidiking made.", Fix: "vidiking listen --profile staging"},
			{Cause: "It was.", Fix: "Sign exactly the bytes that are sent. Do not parse the body and serialize it again."},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `
⊘ invalid
  cause     The body was signed with a different secret,
            the one that ␛[31mvidiking made.
  fix       vidiking --data-dir x listen --profile staging
  cause     It was.
  fix       Sign exactly the bytes that are sent. Do not
            parse the body and serialize it again.
  tried     2 secrets in 31 forms; the body in 55 forms,
            among them as others write it
`
	got := "\n" + stdout.String()
	if strings.Contains(got, "\x1b") {
		t.Errorf("got an escape sequence: %q", got)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSignAndVerifyMaskTheSecret(t *testing.T) {
	t.Parallel()
	const secret = "whsec_the_secret_of_this_test"
	for _, format := range []output.Format{output.FormatText, output.FormatJSON} {
		var stdout bytes.Buffer
		o := output.Options{Stdout: &stdout, Stderr: &bytes.Buffer{}, Format: format, Style: display.Style{UTF8: true}}
		if err := output.Signature(o, output.Signed{Value: "sha256=00", Secret: webhook.SecretFrom(secret)}); err != nil {
			t.Fatal(err)
		}
		if err := output.Verification(o, output.Verified{Verdict: webhook.VerdictValid, Secret: webhook.SecretFrom(secret)}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(stdout.String(), secret) || !strings.Contains(stdout.String(), "whsec_…test") {
			t.Errorf("%s: got %s, want the secret masked", format, stdout.String())
		}
	}
}
