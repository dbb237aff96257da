package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Style is one of the two forms of the signature header. The documentation shows one of them, and its sample handlers compare with the
// other, so handlers may expect either.
type Style string

// Styles of the signature header.
const (
	StylePrefixed Style = "prefixed" // sha256=<hex>, as the documentation shows the header
	StyleBare     Style = "bare"     // <hex>, as the documented sample handlers expect it
)

const headerPrefix = "sha256="

// Sign returns the signature header's value for body, in lower-case hex. An unknown style means StylePrefixed.
func Sign(secret webhook.Secret, body []byte, style Style) string {
	var sum [sha256.Size]byte
	signed := hex.EncodeToString(digest(sum[:0], secret, body))
	if style == StyleBare {
		return signed
	}
	return headerPrefix + signed
}

// StyleOf returns the style of a signature header's value. It returns false if the value is not a signature.
func StyleOf(value string) (Style, bool) {
	if _, ok := parse(value); !ok {
		return "", false
	}
	if strings.HasPrefix(value, headerPrefix) {
		return StylePrefixed, true
	}
	return StyleBare, true
}

// digest appends the HMAC of body to dst.
func digest(dst []byte, secret webhook.Secret, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write(body)
	return mac.Sum(dst)
}
