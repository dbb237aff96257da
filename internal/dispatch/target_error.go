package dispatch

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// TargetError says why a text is no target.
type TargetError struct {
	Problem string // what is wrong: lower case, no full stop
	Hint    string // what to write
}

// Error is the problem alone; the hint stands beside it.
func (e *TargetError) Error() string { return e.Problem }

const (
	exampleHint = "write a port, host:port or URL, as in localhost:3000"
	portHint    = "write a number from 1 to 65535, as in localhost:3000"
)

// checkCharacters refuses what can be in no target and would be invisible in a message about it.
func checkCharacters(s string) error {
	if strings.TrimSpace(s) == "" {
		return &TargetError{"the target is empty", exampleHint}
	}
	if !utf8.ValidString(s) {
		return &TargetError{"the target is not UTF-8", exampleHint}
	}
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			return &TargetError{"the target has a space in it", "write it without; in a path as %20"}
		case r == '\\':
			return &TargetError{"the target has a backslash in it", "write it with slashes, as in http://localhost:3000/path"}
		case !unicode.IsPrint(r):
			return &TargetError{"the target has an invisible character in it (" + strconv.QuoteRuneToASCII(r) + ")", "write it without"}
		}
	}
	return nil
}

const shownRunes = 40 // a message stays one line

// shown is a part of the target as a message quotes it.
func shown(s string) string {
	if s == "" {
		return `""`
	}
	if runes := []rune(s); len(runes) > shownRunes {
		return string(runes[:shownRunes]) + "…"
	}
	return s
}
