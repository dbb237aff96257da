package filter

import (
	"strings"
	"unicode/utf8"
)

// Error says what is wrong with a filter, and where.
type Error struct {
	Text    string // the whole filter
	From    int    // where the wrong piece begins in Text, in bytes
	To      int    // where it ends
	Problem string // for people: lower case, no full stop
	Hint    string // what to do; may be empty
}

func (e *Error) Error() string { return e.Problem }

// Column is where the wrong piece begins, counted in characters from 1.
func (e *Error) Column() int { return utf8.RuneCountInString(e.Text[:e.From]) + 1 }

// Width is how many characters the wrong piece has, at least 1.
func (e *Error) Width() int { return max(1, utf8.RuneCountInString(e.Text[e.From:e.To])) }

// Before is what stands before the wrong piece.
func (e *Error) Before() string { return e.Text[:e.From] }

// Wrong is the wrong piece; it may be empty, where something is missing.
func (e *Error) Wrong() string { return e.Text[e.From:e.To] }

// After is what follows the wrong piece.
func (e *Error) After() string { return e.Text[e.To:] }

func (p *parser) wrong(at piece, what, hint string) *Error {
	return &Error{Text: p.source, From: at.from, To: at.to, Problem: what, Hint: hint}
}

// didYouMean is the hint for a typo; where nothing is near it is the other hint.
func didYouMean(near, otherwise string) string {
	if near != "" {
		return "did you mean " + near + "?"
	}
	return otherwise
}

func listed(names []string) string { return strings.Join(names, ", ") }
