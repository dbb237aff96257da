package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Style is one of the two forms of the signature header. The documentation shows one and its sample handlers compare with the
// other, so both are real.
type Style string

// The styles.
const (
	StylePrefixed Style = "prefixed" // sha256=<hex>, as the documentation shows the header
	StyleBare     Style = "bare"     // <hex>, as the documented sample handlers expect it
)

const prefix = "sha256="

// Sign returns the value of the signature header for body, in lower-case hex. A style other than StyleBare is StylePrefixed.
func Sign(secret webhook.Secret, body []byte, style Style) string {
	var sum [sha256.Size]byte
	signed := hex.EncodeToString(digest(sum[:0], secret, body))
	if style == StyleBare {
		return signed
	}
	return prefix + signed
}

// StyleOf tells the style of a value of the signature header; what is no signature at all has none.
func StyleOf(value string) (Style, bool) {
	if _, ok := parse(value); !ok {
		return "", false
	}
	if strings.HasPrefix(value, prefix) {
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
