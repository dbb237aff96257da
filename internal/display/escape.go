package display

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// CleanLines is Clean for text of several lines: it keeps line feeds.
func CleanLines(s string) string { return Style{UTF8: true}.CleanLines(s) }

// CleanLines is Clean for text of several lines: it keeps line feeds.
func (st Style) CleanLines(s string) string { return st.clean(s, '\n') }

// EscapeJSON returns equivalent JSON in which every character that Clean would replace is a \u escape. Outside of
// strings, JSON contains no such characters except white space. The result may share memory with the argument.
func EscapeJSON(json []byte) []byte {
	if !slices.ContainsFunc(json, func(c byte) bool { return c > '~' }) {
		return json
	}
	st := Style{UTF8: true}
	var b bytes.Buffer
	b.Grow(len(json) + 64)
	var last rune
	marks := 0
	for i := 0; i < len(json); {
		r, size := utf8.DecodeRune(json[i:])
		switch {
		case r < ' ', r == utf8.RuneError && size == 1, st.keeps(r, last, marks):
			b.Write(json[i : i+size])
			last = r
		default:
			writeEscape(&b, r)
			last = 'u'
		}
		marks = countMark(last, marks)
		i += size
	}
	return b.Bytes()
}

// writeEscape writes r as a JSON escape: one \u escape, or two for a surrogate pair.
func writeEscape(b *bytes.Buffer, r rune) {
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		fmt.Fprintf(b, `\u%04x\u%04x`, high, low)
		return
	}
	fmt.Fprintf(b, `\u%04x`, r)
}
