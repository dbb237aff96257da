package jsontext

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ErrTooDeep indicates a text that is nested more than MaxDepth levels deep.
var ErrTooDeep = errors.New("it is nested more than 10,000 levels deep")

// SyntaxError is the position at which a text stops being JSON.
type SyntaxError struct {
	Line     int    // from 1
	Column   int    // from 1, in characters
	Offset   int    // from 0, in bytes
	Expected string // for example "a comma or }"
	Text     string // the line, without its end
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: expected %s", e.Line, e.Column, e.Expected)
}

// Excerpt returns the part of the line before the error and the part from it on, for a caret below: without indentation, and at most width
// characters around the error. Tabs become spaces to keep the caret aligned.
func (e *SyntaxError) Excerpt(width int) (before, from string) {
	width = max(width, 0)
	line := []rune(strings.ReplaceAll(e.Text, "\t", " "))
	place := min(max(e.Column-1, 0), len(line))
	start := 0
	for start < place && line[start] == ' ' {
		start++
	}
	end := len(line)
	if end-start > width {
		start = max(start, min(place-width/2, end-width))
		end = min(end, start+width)
	}
	return string(line[start:place]), string(line[place:end])
}

// Err returns why the text is not JSON: ErrTooDeep or a *SyntaxError; nil unless Next returned Invalid.
func (s *Scanner) Err() error {
	switch {
	case s.tooDeep:
		return ErrTooDeep
	case s.expected != "":
		return newSyntaxError(s.text, s.at, s.expected)
	default:
		return nil
	}
}

// newSyntaxError describes an error at an offset of a text.
func newSyntaxError(text []byte, offset int, expected string) *SyntaxError {
	if offset == len(text) {
		// If the text ends too early, report the error after its last character, not on the empty line below.
		offset = len(bytes.TrimRight(text, " \t\r\n"))
	}
	start := bytes.LastIndexByte(text[:offset], '\n') + 1
	line, _, _ := bytes.Cut(text[start:], []byte("\n"))
	return &SyntaxError{
		Line:     bytes.Count(text[:start], []byte("\n")) + 1,
		Column:   utf8.RuneCount(text[start:offset]) + 1,
		Offset:   offset,
		Expected: expected,
		Text:     string(bytes.TrimSuffix(line, []byte("\r"))),
	}
}

// check scans a text and returns an error unless it is one JSON value.
func check(text []byte) error {
	s := NewScanner(text)
	for {
		switch s.Next().Kind {
		case End:
			return nil
		case Invalid:
			return s.Err()
		}
	}
}

// Valid reports whether a text is one JSON value, possibly with white space around it.
func Valid(text []byte) bool { return check(text) == nil }

// byteOrderMark is U+FEFF in UTF-8. Some senders write it in front of JSON, and most parsers skip it (RFC 8259, 8.1).
const byteOrderMark = "\ufeff"

// WithoutMark returns a text without a UTF-8 byte order mark in front. It copies nothing.
func WithoutMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte(byteOrderMark)) }
