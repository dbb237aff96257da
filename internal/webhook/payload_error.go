package webhook

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ErrTooDeep is the error of a payload that is nested deeper than any parser is bound to read.
var ErrTooDeep = errors.New("it is nested more than 10,000 levels deep")

// NotObjectError says that a body is JSON, but no object.
type NotObjectError struct {
	Kind string // what it is instead: "a list", "a string", "null"
}

func (e *NotObjectError) Error() string { return "it is " + e.Kind + ", not an object" }

// SyntaxError says where a body stops being JSON.
type SyntaxError struct {
	Line     int    // from 1
	Column   int    // from 1, in characters
	Offset   int    // from 0, in bytes
	Expected string // what should have been there: "a comma or }"
	Text     string // the line, without its end
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: expected %s", e.Line, e.Column, e.Expected)
}

// Excerpt returns what the line has before the place and from it on, for a caret below: without the indentation, and of a long
// line only the width characters around the place. Tabs come as spaces, so that what is below stays below.
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

// syntaxError is the error of a scanner that failed.
func (s *scanner) syntaxError() *SyntaxError {
	offset, expected := s.at, s.expected
	if offset == len(s.text) {
		// What is missing at the end is missing behind the last thing that is there, not on the empty line after it.
		offset = len(bytes.TrimRight(s.text, " \t\r\n"))
	}
	switch {
	case bytes.HasPrefix(s.text, []byte("\xff\xfe")), bytes.HasPrefix(s.text, []byte("\xfe\xff")):
		expected = "UTF-8, not UTF-16" // what > writes in an older PowerShell
	case offset <= skipSpace(s.text, markLength(s.text)):
		expected = "{" // any value would do for JSON, but not for a payload
	}
	start := bytes.LastIndexByte(s.text[:offset], '\n') + 1
	line, _, _ := bytes.Cut(s.text[start:], []byte("\n"))
	return &SyntaxError{
		Line:     bytes.Count(s.text[:start], []byte("\n")) + 1,
		Column:   utf8.RuneCount(s.text[start:offset]) + 1,
		Offset:   offset,
		Expected: expected,
		Text:     string(bytes.TrimSuffix(line, []byte("\r"))),
	}
}
