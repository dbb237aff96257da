package jsontext

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// Unquote returns the text of a valid string literal. What is not Unicode in it becomes U+FFFD.
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

// quote returns text as the string literal that JSON.stringify writes. What is not UTF-8 in it becomes U+FFFD.
func quote(text string) []byte {
	quoted := []byte{'"'}
	for _, r := range text {
		quoted = appendRune(quoted, r, Plain)
	}
	return append(quoted, '"')
}

// requote returns a valid string literal as JSON.stringify writes it.
func requote(literal []byte) []byte { return appendText(nil, literal, Plain) }

// Stringify returns a text as JavaScript writes it with JSON.stringify(JSON.parse(text)) (ECMA-262, SerializeJSONProperty). The error is
// ErrNotJSON, ErrTooMany, or ErrTooLarge if it has a number for which JSON.stringify would write null.
func Stringify(text []byte) ([]byte, error) {
	d, err := Read(text)
	if err != nil {
		return nil, err
	}
	if d.facts.unwritable[NumbersGo] { // Go writes every number that is not too large
		return nil, ErrTooLarge
	}
	var b bytes.Buffer
	err = d.WriteTo(&b, Style{Order: IndexFirst, Numbers: NumbersNode, DuplicateKeys: LastDuplicate})
	return b.Bytes(), err
}
