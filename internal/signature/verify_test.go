package signature_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestVerifyReturnsEveryVerdict(t *testing.T) {
	const other = "0000000000000000000000000000000000000000000000000000000000000000"
	tests := []struct {
		name   string
		values []string
		want   webhook.Verdict
	}{
		{"prefixed", []string{"sha256=" + exampleHex}, webhook.VerdictValid},
		{"bare", []string{exampleHex}, webhook.VerdictValid},
		{"upper-case hex", []string{"sha256=" + strings.ToUpper(exampleHex)}, webhook.VerdictValid},
		{"a wrong one, then the right one", []string{other, exampleHex}, webhook.VerdictValid},
		{"the right one, then garbage", []string{exampleHex, "garbage"}, webhook.VerdictValid},
		{"garbage, then the right one", []string{"", "sha256=" + exampleHex}, webhook.VerdictValid},

		{"of another body", []string{other}, webhook.VerdictInvalid},
		{"of another body, prefixed", []string{"sha256=" + other}, webhook.VerdictInvalid},
		{"the first digit changed", []string{flip(exampleHex, 0)}, webhook.VerdictInvalid},
		{"the last digit changed", []string{flip(exampleHex, 63)}, webhook.VerdictInvalid},
		{"garbage and a wrong one", []string{"garbage", other}, webhook.VerdictInvalid},

		{"no field", nil, webhook.VerdictMissing},

		{"empty", []string{""}, webhook.VerdictMalformed},
		{"the prefix only", []string{"sha256="}, webhook.VerdictMalformed},
		{"half", []string{exampleHex[:32]}, webhook.VerdictMalformed},
		{"one digit short", []string{exampleHex[:63]}, webhook.VerdictMalformed},
		{"one digit long", []string{exampleHex + "0"}, webhook.VerdictMalformed},
		{"not hex", []string{strings.Repeat("z", 64)}, webhook.VerdictMalformed},
		{"not ASCII", []string{strings.Repeat("é", 32)}, webhook.VerdictMalformed},
		{"another prefix", []string{"sha1=" + exampleHex}, webhook.VerdictMalformed},
		{"the prefix in upper case", []string{"SHA256=" + exampleHex}, webhook.VerdictMalformed},
		{"the prefix twice", []string{"sha256=sha256=" + exampleHex}, webhook.VerdictMalformed},
		{"two in one value", []string{exampleHex + ", " + exampleHex}, webhook.VerdictMalformed},
		{"a space after it", []string{exampleHex + " "}, webhook.VerdictMalformed},
		{"garbage twice", []string{"", "garbage"}, webhook.VerdictMalformed},
	}
	secret := webhook.SecretFrom(exampleSecret)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, by := signature.Verify([]webhook.Secret{secret}, header(test.values...), []byte(exampleBody))
			if got != test.want {
				t.Errorf("Verify(%q) = %s, want %s", test.values, got, test.want)
			}
			if by.IsSet() != (test.want == webhook.VerdictValid) {
				t.Errorf("Verify(%q) returns a secret: %t, want one only for a valid verdict", test.values, by.IsSet())
			}
		})
	}
}

func TestVerifyReturnsTheSecretThatMatches(t *testing.T) {
	right, wrong := webhook.SecretFrom(exampleSecret), webhook.SecretFrom("whsec_another")
	tests := []struct {
		name    string
		secrets []webhook.Secret
		want    webhook.Verdict
		by      webhook.Secret
	}{
		{"second of two", []webhook.Secret{wrong, right}, webhook.VerdictValid, right},
		{"after an empty one", []webhook.Secret{{}, right}, webhook.VerdictValid, right},
		{"none of them", []webhook.Secret{wrong, {}}, webhook.VerdictInvalid, webhook.Secret{}},
		{"no secrets", nil, webhook.VerdictUnchecked, webhook.Secret{}},
		{"only empty secrets", []webhook.Secret{{}, {}}, webhook.VerdictUnchecked, webhook.Secret{}},
		{"without whsec_", []webhook.Secret{webhook.SecretFrom("test_secret")}, webhook.VerdictInvalid, webhook.Secret{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, by := signature.Verify(test.secrets, header(exampleHex), []byte(exampleBody))
			if got != test.want || by != test.by {
				t.Errorf("Verify(%v) = %s by %v, want %s by %v", test.secrets, got, by, test.want, test.by)
			}
		})
	}
}

func TestVerifyIgnoresTheEmptyKey(t *testing.T) {
	forged := signature.Sign(webhook.Secret{}, []byte(exampleBody), signature.StylePrefixed)
	secrets := []webhook.Secret{{}, webhook.SecretFrom("whsec_another")}
	if got, _ := signature.Verify(secrets, header(forged), []byte(exampleBody)); got != webhook.VerdictInvalid {
		t.Errorf("Verify of a body signed with the empty key = %s, want invalid", got)
	}
}

func TestVerifyWithoutASecretIsUncheckedForAnyHeader(t *testing.T) {
	for _, h := range []webhook.Header{nil, header(""), header("rubbish"), header(exampleHex)} {
		if got, _ := signature.Verify(nil, h, []byte(exampleBody)); got != webhook.VerdictUnchecked {
			t.Errorf("Verify(nil, %q) = %s, want unchecked", h, got)
		}
	}
}

func TestVerifyFindsTheHeaderInAnyCase(t *testing.T) {
	for _, name := range []string{"x-vidiking-signature", "X-VIDIKING-SIGNATURE", "X-Vidiking-Signature"} {
		h := webhook.Header{{Name: "Host", Value: "localhost"}, {Name: name, Value: exampleHex}}
		got, _ := signature.Verify([]webhook.Secret{webhook.SecretFrom(exampleSecret)}, h, []byte(exampleBody))
		if got != webhook.VerdictValid {
			t.Errorf("Verify with the header %s = %s, want valid", name, got)
		}
	}
}

// TestVerifyAcceptsExactlyWhatSignSigns checks both styles, with one bit of the body changed, and with another secret.
func TestVerifyAcceptsExactlyWhatSignSigns(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		secret := webhook.SecretFrom(randomText(random, 1+random.IntN(100)))
		body := make([]byte, 1+random.IntN(300))
		for i := range body {
			body[i] = byte(random.Uint32())
		}
		for _, style := range []signature.Style{signature.StylePrefixed, signature.StyleBare} {
			signed := header(signature.Sign(secret, body, style))
			if got, by := signature.Verify([]webhook.Secret{secret}, signed, body); got != webhook.VerdictValid || by != secret {
				t.Fatalf("Verify of a signed body = %s, want valid; style %s, body %q", got, style, body)
			}
			changed := bytes.Clone(body)
			changed[random.IntN(len(changed))] ^= 1 << random.IntN(8)
			if got, _ := signature.Verify([]webhook.Secret{secret}, signed, changed); got != webhook.VerdictInvalid {
				t.Fatalf("Verify of a changed body = %s, want invalid; body %q, changed %q", got, body, changed)
			}
			other := webhook.SecretFrom(secret.Reveal() + "x")
			if got, _ := signature.Verify([]webhook.Secret{other}, signed, body); got != webhook.VerdictInvalid {
				t.Fatalf("Verify with another secret = %s, want invalid; body %q", got, body)
			}
		}
	}
}

func FuzzVerify(f *testing.F) {
	f.Add(exampleHex, "sha256="+exampleHex, []byte(exampleBody), exampleSecret)
	f.Add("", "sha256=", []byte{}, "")
	f.Add(strings.Repeat("0", 1<<16), strings.ToUpper(exampleHex), []byte("x"), "whsec_")
	f.Fuzz(func(t *testing.T, one, two string, body []byte, text string) {
		secret := webhook.SecretFrom(text)
		verdict, by := signature.Verify([]webhook.Secret{secret}, header(one, two), body)
		want := plainVerdict(secret, []string{one, two}, body)
		if verdict != want || by.IsSet() != (want == webhook.VerdictValid) {
			t.Errorf("Verify(%q, %q) = %s by %v, want %s; body %q", one, two, verdict, by, want, body)
		}
	})
}

// plainVerdict is a simple implementation of Verify that does not run in constant time.
func plainVerdict(secret webhook.Secret, values []string, body []byte) webhook.Verdict {
	if !secret.IsSet() {
		return webhook.VerdictUnchecked
	}
	verdict := webhook.VerdictMalformed
	for _, value := range values {
		digits := strings.ToLower(strings.TrimPrefix(value, "sha256="))
		if len(digits) != 64 || len(digits) != len(strings.TrimPrefix(value, "sha256=")) || strings.Trim(digits, "0123456789abcdef") != "" {
			continue
		}
		if digits == signature.Sign(secret, body, signature.StyleBare) {
			return webhook.VerdictValid
		}
		verdict = webhook.VerdictInvalid
	}
	return verdict
}

func TestVerifyAllocatesNothingForAHugeHeader(t *testing.T) {
	secrets := []webhook.Secret{webhook.SecretFrom(exampleSecret)}
	huge, body := header(strings.Repeat("a", 1<<20)), []byte(exampleBody)
	allocs := testing.AllocsPerRun(100, func() { _, _ = signature.Verify(secrets, huge, body) })
	if allocs != 0 {
		t.Errorf("Verify of a header of 1 MiB allocates %v times, want 0", allocs)
	}
}

func BenchmarkVerify(b *testing.B) {
	for _, size := range []int{0, 1 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("%dB", size), func(b *testing.B) {
			body := bytes.Repeat([]byte("x"), size)
			secrets := []webhook.Secret{webhook.SecretFrom(exampleSecret)}
			h := header(signature.Sign(secrets[0], body, signature.StylePrefixed))
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if verdict, _ := signature.Verify(secrets, h, body); verdict != webhook.VerdictValid {
					b.Fatalf("Verify = %s, want valid", verdict)
				}
			}
		})
	}
}

// header returns the signature header with these values, between other headers.
func header(values ...string) webhook.Header {
	h := webhook.Header{{Name: "Host", Value: "localhost"}, {Name: "Content-Type", Value: "application/json"}}
	for _, value := range values {
		h = append(h, webhook.Field{Name: webhook.SignatureHeader, Value: value})
	}
	return append(h, webhook.Field{Name: "X-Zzz", Value: exampleHex})
}

// flip changes one hex digit.
func flip(digits string, at int) string {
	changed := []byte(digits)
	changed[at] = "123456789abcdef0"[strings.IndexByte("0123456789abcdef", changed[at])]
	return string(changed)
}
