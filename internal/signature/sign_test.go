package signature_test

import (
	"bytes"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// The documented example (docs: Webhooks, Payload), and its signature, as this command prints it:
//
//	printf '%s' "$BODY" | openssl dgst -sha256 -hmac whsec_test_secret
const (
	exampleBody = `{"event":"render.complete","timestamp":"2025-01-15T10:30:45Z","data":{"id":"job_abc123","status":"COMPLETE",` +
		`"url":"https://cdn.vidiking.com/renders/job_abc123.mp4","duration":10.5,"credits_used":10,"wallet_balance":4510}}`
	exampleSecret = "whsec_test_secret"
	exampleHex    = "79202b24bea1bc0d14197cb78d0d503f5342016b3e427c2276d6ce851e92bc0e"
)

func TestSignMatchesTheKnownVectorInBothStyles(t *testing.T) {
	tests := []struct {
		style signature.Style
		want  string
	}{
		{signature.StylePrefixed, "sha256=" + exampleHex},
		{signature.StyleBare, exampleHex},
		{"", "sha256=" + exampleHex},
	}
	for _, test := range tests {
		got := signature.Sign(webhook.SecretFrom(exampleSecret), []byte(exampleBody), test.style)
		if got != test.want {
			t.Errorf("Sign(…, %q) = %s, want %s; body %s", test.style, got, test.want, exampleBody)
		}
	}
}

func TestSignAgreesWithOpenSSL(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skipf("openssl is not installed: %v", err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	bodies := [][]byte{[]byte(exampleBody), {}, []byte("\x00\xff\r\n"), bytes.Repeat([]byte("é\n"), 5000)}
	for _, body := range bodies {
		secret := "whsec_" + randomText(random, 1+random.IntN(80)) // shorter and longer than the block size of HMAC
		command := exec.Command(openssl, "dgst", "-sha256", "-hmac", secret)
		command.Stdin = bytes.NewReader(body)
		out, err := command.Output()
		if err != nil {
			t.Fatalf("openssl: %v", err)
		}
		fields := strings.Fields(string(out)) // "SHA2-256(stdin)= <hex>"
		want := fields[len(fields)-1]
		if got := signature.Sign(webhook.SecretFrom(secret), body, signature.StyleBare); got != want {
			t.Errorf("Sign(%s, %d bytes) = %s, want openssl's %s", secret, len(body), got, want)
		}
	}
}

func randomText(random *rand.Rand, n int) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	text := make([]byte, n)
	for i := range text {
		text[i] = alphabet[random.IntN(len(alphabet))]
	}
	return string(text)
}
