package webhook

import (
	"slices"
	"strings"
)

// MaskedValue stands in the place of a header's value that was left out of a recording. Whether a value is masked is told by
// Summary.Masked and Attempt.Masked, and never by the value: a stranger may send this one.
const MaskedValue = "(masked)"

// IsSensitive reports whether the values of that header let who has them act for somebody: credentials, cookies, signatures. Case
// does not matter.
func IsSensitive(name string) bool {
	name = strings.ToLower(name)
	switch name {
	case "authorization", "proxy-authorization", "cookie", "cookie2", "set-cookie", "set-cookie2":
		return true
	case "idempotency-key", "x-idempotency-key":
		return false
	}
	// Nobody registers names for keys and signatures of their own, so words tell them: X-Vidiking-Signature, X-Hub-Signature-256,
	// X-Api-Key, X-Auth-Token, Ngrok-Auth-…, Cf-Access-Client-Secret.
	return strings.Contains(strings.ReplaceAll(name, "-", ""), "apikey") ||
		slices.ContainsFunc(strings.FieldsFunc(name, isNoLetter), func(word string) bool {
			return slices.Contains([]string{"auth", "authorization", "cookie", "credential", "credentials", "hmac", "jwt", "key", "password", "secret", "signature", "token"}, word)
		})
}

func isNoLetter(r rune) bool { return r < 'a' || r > 'z' }

// Mask returns the header with MaskedValue for every value of a sensitive name, and those names, each once, in order. The receiver
// is left as it is; where nothing is masked it is returned itself.
func (h Header) Mask() (masked Header, names []string) {
	masked = h
	for i, f := range h {
		if !IsSensitive(f.Name) {
			continue
		}
		if names == nil {
			masked = slices.Clone(h)
		}
		masked[i].Value = MaskedValue
		if !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	return masked, names
}

// WithoutAll returns the header without the fields of those names. Case does not matter; the receiver is left as it is.
func (h Header) WithoutAll(names []string) Header {
	return slices.DeleteFunc(slices.Clone(h), func(f Field) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(f.Name, name) })
	})
}
