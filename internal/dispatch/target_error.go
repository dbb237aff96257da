package dispatch

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// TargetError reports that a string is not a valid target.
type TargetError struct {
	Problem string // the error: lower case, no period
	Hint    string // what to write instead
}

// Error returns the problem without the hint.
func (e *TargetError) Error() string { return e.Problem }

const (
	exampleHint = "use a port, host:port or URL, as in localhost:3000"
	ipv6Hint    = "write it as in [::1]:3000"
)

// checkCharacters rejects characters that no target can contain and that would be invisible in an error message.
func checkCharacters(s string) error {
	if strings.TrimSpace(s) == "" {
		return &TargetError{"the target is empty", exampleHint}
	}
	if !utf8.ValidString(s) {
		return &TargetError{"the target is not valid UTF-8", exampleHint}
	}
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			return &TargetError{"the target contains a space", "remove it, or write it as %20 in a path"}
		case r == '\\':
			return &TargetError{"the target contains a backslash", "use slashes, as in http://localhost:3000/path"}
		case !unicode.IsPrint(r):
			return &TargetError{"the target contains an invisible character (" + strconv.QuoteRuneToASCII(r) + ")", "remove it"}
		}
	}
	return nil
}

const maxQuotedRunes = 40 // keeps a message on one line

// quote quotes a part of a target, truncated to maxQuotedRunes.
func quote(s string) string {
	if runes := []rune(s); len(runes) > maxQuotedRunes {
		s = string(runes[:maxQuotedRunes]) + "…"
	}
	return strconv.Quote(s)
}
