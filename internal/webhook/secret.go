package webhook

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unique"
)

// Secret is a webhook signing secret. It prints, formats, logs and marshals masked; only Reveal returns it. Equal secrets compare
// equal with ==.
type Secret struct {
	// A handle, because fmt calls no Formatter for %p or for unexported fields. It then prints an address instead of the text.
	value unique.Handle[string] // zero if the Secret is not set
}

const (
	secretPrefix   = "whsec_" // prefix of Vidiking's secrets (docs: Webhooks)
	secretLength   = 32       // characters after the prefix: 190 bits, more than the strength of HMAC-SHA256
	secretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	minMaskedTail  = 12 // secrets with fewer characters after the prefix are masked completely
)

// SecretFrom wraps a secret without decoding or trimming it. The prefix is part of the secret.
func SecretFrom(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{unique.Make(value)}
}

// NewSecret generates a secret in the provider's format. It returns an error only if random does.
func NewSecret(random io.Reader) (Secret, error) {
	out := make([]byte, 0, secretLength)
	var b [1]byte
	for len(out) < secretLength {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return Secret{}, fmt.Errorf("draw a secret: %w", err)
		}
		if i := int(b[0] & 63); i < len(secretAlphabet) { // reject 62 and 63, to keep the distribution uniform
			out = append(out, secretAlphabet[i])
		}
	}
	return SecretFrom(secretPrefix + string(out)), nil
}

// IsSet reports whether there is a secret.
func (s Secret) IsSet() bool { return s != Secret{} }

// Reveal returns the secret in plain text, for signing and for users who ask for it.
func (s Secret) Reveal() string {
	if !s.IsSet() {
		return ""
	}
	return s.value.Value()
}

// String returns the masked secret: "whsec_…" and its last four characters.
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
	if len(runes) < minMaskedTail {
		return prefix + "…"
	}
	return prefix + "…" + string(runes[len(runes)-4:])
}

// Format writes the masked secret for every verb, including %v, %+v, %#v, %q and %x.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText returns the masked secret.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue returns the masked secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
