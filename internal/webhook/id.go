package webhook

import (
	"fmt"
	"io"
	"strings"
)

// ID names a delivery: IDPrefix and ten characters of lower-case Crockford base 32.
type ID string

// IDPrefix starts every ID. Users may omit it when they type an id.
const IDPrefix = "dlv_"

const (
	idAlphabet = "0123456789abcdefghjkmnpqrstvwxyz" // Crockford's base 32: without i, l, o, u, which are easy to misread or spell words
	idLength   = 10                                 // 50 random bits: the odds of a collision in 100,000 deliveries are 1 in 225,000, and NewID is then called again
)

// NewID generates an ID. It returns an error only if random does.
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

// IsID reports whether s is a complete ID: the prefix and ten characters of the alphabet.
func IsID(s string) bool {
	rest, ok := strings.CutPrefix(s, IDPrefix)
	return ok && len(rest) == idLength && isIDText(rest)
}

// ParsePrefix reads a complete id or the start of one, as users type it, with or without "dlv_". It returns the text with the
// prefix and in lower case; ok is false if no id can start like that.
func ParsePrefix(s string) (prefix string, ok bool) {
	rest := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(s)), IDPrefix)
	if rest == "" || len(rest) > idLength || !isIDText(rest) {
		return "", false
	}
	return IDPrefix + rest, true
}

// ShortLength is the number of characters after the prefix in a short id.
const ShortLength = 6

// Short returns the prefix and the first n characters after it, as rows show the id.
func (id ID) Short(n int) string {
	if len(id) <= len(IDPrefix)+n {
		return string(id)
	}
	return string(id[:len(IDPrefix)+n])
}

func isIDText(s string) bool {
	return strings.Trim(s, idAlphabet) == ""
}
