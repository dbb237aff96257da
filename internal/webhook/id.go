package webhook

import (
	"fmt"
	"io"
	"strings"
)

// ID names a delivery: IDPrefix and ten characters of lower-case Crockford base 32.
type ID string

// IDPrefix begins every ID. What people type may leave it out.
const IDPrefix = "dlv_"

const (
	idAlphabet = "0123456789abcdefghjkmnpqrstvwxyz" // Crockford's base 32: no i, l, o, u, which are misread or misspell
	idLength   = 10                                 // 50 random bits: a clash in 100,000 deliveries has odds of 1 in 225,000, and is retried
)

// NewID draws an ID from random. It returns an error only if random does.
func NewID(random io.Reader) (ID, error) {
	var b [idLength]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("draw a delivery id: %w", err)
	}
	for i := range b {
		b[i] = idAlphabet[b[i]&31]
	}
	return ID(IDPrefix + string(b[:])), nil
}

// IsID reports whether s is a whole ID: the prefix and ten characters of its alphabet.
func IsID(s string) bool {
	rest, ok := strings.CutPrefix(s, IDPrefix)
	return ok && len(rest) == idLength && isIDText(rest)
}

// ParsePrefix reads what a person typed for an id: whole, or the beginning of one, with or without "dlv_". It returns it with
// the prefix and in lower case; ok is false where no id can begin like that.
func ParsePrefix(s string) (prefix string, ok bool) {
	rest := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(s)), IDPrefix)
	if rest == "" || len(rest) > idLength || !isIDText(rest) {
		return "", false
	}
	return IDPrefix + rest, true
}

// Short is the id as rows show it: the prefix and the first n characters after it.
func (id ID) Short(n int) string {
	if len(id) <= len(IDPrefix)+n {
		return string(id)
	}
	return string(id[:len(IDPrefix)+n])
}

func isIDText(s string) bool {
	return strings.Trim(s, idAlphabet) == ""
}
