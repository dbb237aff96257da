package jsontext

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// Unquote returns the text of a valid string literal. Lone surrogates and invalid UTF-8 become U+FFFD.
func Unquote(literal []byte) string {
	if inner := literal[1 : len(literal)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	var s string
	_ = json.Unmarshal(literal, &s) // a valid string literal never fails
	return s
}

// IsName reports whether a valid string literal is a name.
func IsName(literal []byte, name string) bool {
	if bytes.IndexByte(literal, '\\') < 0 {
		return string(literal[1:len(literal)-1]) == name
	}
	return Unquote(literal) == name
}

// quote returns text as a string literal in the form of JSON.stringify. Invalid UTF-8 becomes U+FFFD.
func quote(text string) []byte {
	quoted := []byte{'"'}
	for _, r := range text {
		quoted = appendRune(quoted, r, Plain)
	}
	return append(quoted, '"')
}

// requote returns a valid string literal as JSON.stringify writes it.
func requote(literal []byte) []byte { return appendText(nil, literal, Plain) }

// Stringify returns the result of JSON.stringify(JSON.parse(text)) in JavaScript (ECMA-262, SerializeJSONProperty). The error is
// ErrNotJSON, ErrTooMany, or ErrTooLarge for a number that JSON.stringify would write as null.
func Stringify(text []byte) ([]byte, error) {
	d, err := Read(text)
	if err != nil {
		return nil, err
	}
	if d.facts.unwritable[NumbersGo] { // Go can write every number that is not too large
		return nil, ErrTooLarge
	}
	var b bytes.Buffer
	err = d.WriteTo(&b, Style{Order: IndexFirst, Numbers: NumbersNode, DuplicateKeys: LastDuplicate})
	return b.Bytes(), err
}
