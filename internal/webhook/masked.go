package webhook

import (
	"slices"
	"strings"
)

// MaskedValue replaces header values that a recording omits. Use Summary.Masked and Attempt.Masked to find out whether a value is
// masked, because a stranger may send this value.
const MaskedValue = "(masked)"

// IsSensitive reports whether the values of the named header grant access: credentials, cookies, signatures. Case does not
// matter.
func IsSensitive(name string) bool {
	name = strings.ToLower(name)
	switch name {
	case "authorization", "proxy-authorization", "cookie", "cookie2", "set-cookie", "set-cookie2":
		return true
	case "idempotency-key", "x-idempotency-key":
		return false
	}
	// There is no registry of headers for keys and signatures, so words in the name decide: X-Vidiking-Signature,
	// X-Hub-Signature-256, X-Api-Key, X-Auth-Token, Ngrok-Auth-…, Cf-Access-Client-Secret.
	return strings.Contains(strings.ReplaceAll(name, "-", ""), "apikey") ||
		slices.ContainsFunc(strings.FieldsFunc(name, isNotLetter), func(word string) bool {
			return slices.Contains([]string{"auth", "authorization", "cookie", "credential", "credentials", "hmac", "jwt", "key", "password", "secret", "signature", "token"}, word)
		})
}

func isNotLetter(r rune) bool { return r < 'a' || r > 'z' }

// Mask returns the header with all sensitive values replaced by MaskedValue, and the names of the masked headers, once each, in
// order. It copies the header if it masks anything.
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

// WithoutAll returns a copy of the header without the named fields. Case does not matter.
func (h Header) WithoutAll(names []string) Header {
	return slices.DeleteFunc(slices.Clone(h), func(f Field) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(f.Name, name) })
	})
}
