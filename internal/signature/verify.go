package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Verify checks body against the signature header, and returns the verdict with the secret that matched, which is set only
// where the verdict is valid.
//
// A header value is well formed when it is 64 hex digits, with "sha256=" before them or bare. Upper-case digits are taken for
// the bytes they stand for: Vidiking writes lower case, but knowing the bytes takes the secret in either case. Nothing is
// trimmed, since net/http has done so where white space means nothing; the prefix is lower case only.
//
// Of several values one that matches is enough; without one the verdict is invalid if any is well formed, else malformed.
// A secret that is not set is no secret: anybody can sign with the empty key.
func Verify(secrets []webhook.Secret, header webhook.Header, body []byte) (webhook.Verdict, webhook.Secret) {
	if !slices.ContainsFunc(secrets, webhook.Secret.IsSet) {
		return webhook.VerdictUnchecked, webhook.Secret{}
	}
	// A header that is missing or malformed is so for every secret, and costs no HMAC.
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

// formOf is the verdict on the header as long as no value matches.
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

// matches reports whether any value of the signature header is body's signature by secret.
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

// parse reads one value of the signature header. It looks at the length first, so that a huge value costs nothing.
func parse(value string) (sum [sha256.Size]byte, ok bool) {
	digits := strings.TrimPrefix(value, prefix)
	if len(digits) != hex.EncodedLen(sha256.Size) {
		return sum, false
	}
	var text [2 * sha256.Size]byte
	copy(text[:], digits)
	_, err := hex.Decode(sum[:], text[:])
	return sum, err == nil
}
