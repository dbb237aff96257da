package filter

import (
	"strings"
	"unicode/utf8"
)

// Error is a problem in a filter, with its position.
type Error struct {
	Text    string // the whole filter
	From    int    // where the problem begins in Text, in bytes
	To      int    // the end of the problem, exclusive
	Problem string // a message in lower case, without a period
	Hint    string // may be empty
}

func (e *Error) Error() string { return e.Problem }

// Column returns where the problem begins, in characters from 1.
func (e *Error) Column() int { return utf8.RuneCountInString(e.Text[:e.From]) + 1 }

// Width returns the length of the problem in characters, at least 1.
func (e *Error) Width() int { return max(1, utf8.RuneCountInString(e.Text[e.From:e.To])) }

// Before returns the text before the problem.
func (e *Error) Before() string { return e.Text[:e.From] }

// Wrong returns the text with the problem. It is empty if something is missing.
func (e *Error) Wrong() string { return e.Text[e.From:e.To] }

// After returns the text after the problem.
func (e *Error) After() string { return e.Text[e.To:] }

func (p *parser) wrong(at piece, what, hint string) *Error {
	return &Error{Text: p.source, From: at.from, To: at.to, Problem: what, Hint: hint}
}

// didYouMean returns a hint with the closest name, or another hint if there is none.
func didYouMean(closest, otherwise string) string {
	if closest != "" {
		return "did you mean " + closest + "?"
	}
	return otherwise
}

func listed(names []string) string { return strings.Join(names, ", ") }
