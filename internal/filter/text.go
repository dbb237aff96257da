package filter

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text is a text to search for, by the rules in the package documentation. It is immutable.
type Text struct {
	ascii  []byte // in lower case; nil unless the text is ASCII
	rarest int    // index in ascii of the byte that is searched first
	wide   *wide  // set if ascii is nil
}

// newText returns a Text for a non-empty string.
func newText(s string) Text {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return Text{wide: newWide(s)}
		}
	}
	t := Text{ascii: []byte(s)}
	for i, c := range t.ascii {
		t.ascii[i] = lower(c)
		if rarity(t.ascii[i]) > rarity(t.ascii[t.rarest]) {
			t.rarest = i
		}
	}
	return t
}

// In reports whether b contains the text.
func (t Text) In(b []byte) bool {
	from, _ := t.Index(b)
	return from >= 0
}

// Index returns the range of the first occurrence in b, or -1.
func (t Text) Index(b []byte) (from, to int) {
	if t.wide != nil {
		return t.wide.index(b)
	}
	if from = t.indexASCII(b); from < 0 {
		return -1, -1
	}
	return from, from + len(t.ascii)
}

// InField reports whether a header line contains the text. The line is the name, a colon, a space and the value.
func (t Text) InField(name, value []byte) bool {
	if t.In(value) || t.In(name) {
		return true
	}
	if !t.SpansFields() {
		return false
	}
	line := make([]byte, 0, len(name)+len(value)+2)
	return t.In(append(append(append(line, name...), ": "...), value...))
}

// SpansFields reports whether the text can match across a header's name and value, because it contains a colon or a space.
func (t Text) SpansFields() bool {
	if t.wide != nil {
		return strings.ContainsAny(t.wide.source, ": ")
	}
	return bytes.ContainsAny(t.ascii, ": ")
}

// Overlap returns the number of bytes of a chunk to search again together with the next chunk, so no match is missed.
func (t Text) Overlap() int {
	if t.wide != nil {
		return t.wide.longest - 1
	}
	return len(t.ascii) - 1
}

// indexASCII searches for the rarest byte, which the standard library does fast, and compares the text at each occurrence.
func (t Text) indexASCII(b []byte) int {
	n := len(t.ascii)
	if n == 0 || len(b) < n {
		return -1
	}
	c := t.ascii[t.rarest]
	field := b[t.rarest : len(b)-(n-1-t.rarest)] // where that byte may be
	small, large := bytes.IndexByte(field, c), -1
	if upper := upper(c); upper != c {
		large = bytes.IndexByte(field, upper)
	}
	for small >= 0 || large >= 0 {
		var at int
		if large < 0 || small >= 0 && small < large {
			at, small = small, after(field, small, c)
		} else {
			at, large = large, after(field, large, upper(c))
		}
		if t.isAt(b[at : at+n]) {
			return at
		}
	}
	return -1
}

// after returns the position of the next occurrence of a byte.
func after(b []byte, at int, c byte) int {
	next := bytes.IndexByte(b[at+1:], c)
	if next < 0 {
		return -1
	}
	return at + 1 + next
}

func (t Text) isAt(b []byte) bool {
	for i, c := range b {
		if lower(c) != t.ascii[i] {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - ('a' - 'A')
	}
	return c
}

// rarity returns how rare a byte is in JSON, headers and hexadecimal digits. Larger is rarer.
func rarity(c byte) int {
	const common = `"e0123456789abcd:ft,inosrl-p_ /.m{}uhgy`
	if i := strings.IndexByte(common, c); i >= 0 {
		return i
	}
	return len(common)
}

// wide is a text that is not ASCII, as case-folded runes. Invalid UTF-8 bytes are negative.
type wide struct {
	source  string
	runes   []rune
	first   [256]bool // bytes that a match can begin with
	longest int       // maximum length of a match in bytes, in any case
}

func newWide(s string) *wide {
	w := &wide{source: s}
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			w.runes = append(w.runes, -rune(s[i]))
			w.longest++
		} else {
			w.runes = append(w.runes, fold(r))
			w.longest += utf8.UTFMax
		}
		i += size
	}
	if first := w.runes[0]; first < 0 {
		w.first[-first] = true
	} else {
		for _, r := range cases(first) {
			w.first[string(r)[0]] = true
		}
	}
	return w
}

func (w *wide) index(b []byte) (from, to int) {
	for i, c := range b {
		if w.first[c] {
			if n, ok := w.at(b[i:]); ok {
				return i, i + n
			}
		}
	}
	return -1, -1
}

// at reports whether b begins with the text, and the length of the match in bytes.
func (w *wide) at(b []byte) (n int, ok bool) {
	for _, want := range w.runes {
		switch {
		case n == len(b):
			return 0, false
		case want < 0:
			if b[n] != byte(-want) {
				return 0, false
			}
			n++
		default:
			r, size := utf8.DecodeRune(b[n:])
			if r == utf8.RuneError && size == 1 || fold(r) != want {
				return 0, false
			}
			n += size
		}
	}
	return n, true
}

// fold returns the case-folded rune.
func fold(r rune) rune {
	if r < utf8.RuneSelf {
		return rune(lower(byte(r)))
	}
	least := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		if other >= utf8.RuneSelf {
			least = min(least, other)
		}
	}
	return least
}

// cases returns all runes that fold to this one.
func cases(folded rune) []rune {
	if folded < utf8.RuneSelf {
		return []rune{folded, rune(upper(byte(folded)))}
	}
	all := []rune{folded}
	for other := unicode.SimpleFold(folded); other != folded; other = unicode.SimpleFold(other) {
		if other >= utf8.RuneSelf {
			all = append(all, other)
		}
	}
	return all
}
