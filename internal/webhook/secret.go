package webhook

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unique"
)

// Secret is a webhook signing secret. It prints, formats, logs and marshals masked; only Reveal gives it away. Two are equal (==)
// if they are the same secret.
type Secret struct {
	// A handle, since fmt asks no Formatter for %p, nor for a field that is not exported: it prints the address, not the text.
	value unique.Handle[string] // zero in a Secret that is not set
}

const (
	secretPrefix    = "whsec_" // how Vidiking's secrets begin (docs: Webhooks)
	secretLength    = 32       // characters drawn after the prefix: 190 bits, more than HMAC-SHA256 can use up in strength
	secretAlphabet  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	secretShowsTail = 12 // a secret with fewer characters after the prefix shows none of them
)

// SecretFrom wraps the secret string as it is: prefix included, nothing decoded, nothing trimmed.
func SecretFrom(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{unique.Make(value)}
}

// NewSecret draws a secret in the provider's form from random. It returns an error only if random does.
func NewSecret(random io.Reader) (Secret, error) {
	out := make([]byte, 0, secretLength)
	var b [1]byte
	for len(out) < secretLength {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return Secret{}, fmt.Errorf("draw a secret: %w", err)
		}
		if i := int(b[0] & 63); i < len(secretAlphabet) { // 62 and 63 are drawn again, so that every character is as likely
			out = append(out, secretAlphabet[i])
		}
	}
	return SecretFrom(secretPrefix + string(out)), nil
}

// IsSet reports whether there is a secret.
func (s Secret) IsSet() bool { return s != Secret{} }

// Reveal returns the secret itself, for signing and for the flags by which a user asks to see it.
func (s Secret) Reveal() string {
	if !s.IsSet() {
		return ""
	}
	return s.value.Value()
}

// String returns the secret masked: "whsec_…" and its last four characters.
func (s Secret) String() string {
	if !s.IsSet() {
		return ""
	}
	rest, ok := strings.CutPrefix(s.Reveal(), secretPrefix)
	prefix := ""
	if ok {
		prefix = secretPrefix
	}
	runes := []rune(strings.ToValidUTF8(rest, "?"))
	if len(runes) < secretShowsTail {
		return prefix + "…"
	}
	return prefix + "…" + string(runes[len(runes)-4:])
}

// Format writes the mask for every verb, so that no %v, %+v, %#v, %q or %x prints the secret.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText gives the mask.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue gives the mask.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
