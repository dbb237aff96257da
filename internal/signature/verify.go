package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Verify checks the signature header against body. It returns the verdict and, if the verdict is valid, the secret that matched.
//
// A header value is well formed if it has 64 hex digits, with or without the prefix "sha256=". Upper-case digits are accepted: Vidiking
// writes lower case, but only the holder of the secret knows the bytes in either case. The prefix must be lower case. Nothing is trimmed,
// because net/http already trims white space that has no meaning.
//
// If there are several values, one match is enough. Without a match, the verdict is invalid if any value is well formed, and malformed
// otherwise. Empty secrets are ignored, because anyone can sign with an empty key.
func Verify(secrets []webhook.Secret, header webhook.Header, body []byte) (webhook.Verdict, webhook.Secret) {
	if !slices.ContainsFunc(secrets, webhook.Secret.IsSet) {
		return webhook.VerdictUnchecked, webhook.Secret{}
	}
	// A missing or malformed header is the same for every secret and needs no HMAC.
	if verdict := formOf(header); verdict != webhook.VerdictInvalid {
		return verdict, webhook.Secret{}
	}
	for _, secret := range secrets {
		if secret.IsSet() && matches(secret, header, body) {
			return webhook.VerdictValid, secret
		}
	}
	return webhook.VerdictInvalid, webhook.Secret{}
}

// formOf returns the verdict on the header if no value matches.
func formOf(header webhook.Header) webhook.Verdict {
	verdict := webhook.VerdictMissing
	for _, field := range header {
		if !strings.EqualFold(field.Name, webhook.SignatureHeader) {
			continue
		}
		verdict = webhook.VerdictMalformed
		if _, ok := parse(field.Value); ok {
			return webhook.VerdictInvalid
		}
	}
	return verdict
}

// matches reports whether any value of the signature header is the signature of body with secret.
func matches(secret webhook.Secret, header webhook.Header, body []byte) bool {
	var sum [sha256.Size]byte
	want := digest(sum[:0], secret, body)
	for _, field := range header {
		if !strings.EqualFold(field.Name, webhook.SignatureHeader) {
			continue
		}
		if got, ok := parse(field.Value); ok && hmac.Equal(got[:], want) {
			return true
		}
	}
	return false
}

// parse decodes one value of the signature header. It checks the length first, so a huge value costs nothing.
func parse(value string) (sum [sha256.Size]byte, ok bool) {
	digits := strings.TrimPrefix(value, headerPrefix)
	if len(digits) != hex.EncodedLen(sha256.Size) {
		return sum, false
	}
	var text [2 * sha256.Size]byte
	copy(text[:], digits)
	_, err := hex.Decode(sum[:], text[:])
	return sum, err == nil
}
