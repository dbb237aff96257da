package jsontext

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// appendText appends the string of a literal in a style.
func appendText(dst, literal []byte, t Text) []byte {
	if t == AsWritten {
		return append(dst, literal...)
	}
	if t&AsWritten != 0 {
		return appendEscaped(dst, literal, t)
	}
	dst = append(dst, '"')
	for at := 1; at < len(literal)-1; {
		if c := literal[at]; isPlain(c) {
			dst = append(dst, c)
			at++
			continue
		}
		r, size := decode(literal[at:])
		dst = appendRune(dst, r, t)
		at += size
	}
	return append(dst, '"')
}

// appendEscaped appends an unchanged string literal, except that it escapes <, > and & and line separators if the style does.
func appendEscaped(dst, literal []byte, t Text) []byte {
	for at := 0; at < len(literal); {
		r, size := utf8.DecodeRune(literal[at:])
		if t&escapesOf(r)&(EscapeHTML|EscapeLines) != 0 {
			dst = appendEscape(dst, r)
		} else {
			dst = append(dst, literal[at:at+size]...)
		}
		at += size
	}
	return dst
}

// isPlain reports whether no style escapes a character.
func isPlain(c byte) bool {
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '/' && c != '<' && c != '>' && c != '&'
}

// decode returns the first character of the rest of a valid literal, and its length. It returns lone surrogates unchanged.
func decode(rest []byte) (r rune, size int) {
	if rest[0] != '\\' {
		return utf8.DecodeRune(rest)
	}
	switch c := rest[1]; c {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		r = hexRune(rest[2:6])
		if len(rest) >= 12 && rest[6] == '\\' && rest[7] == 'u' {
			if pair := utf16.DecodeRune(r, hexRune(rest[8:12])); pair != utf8.RuneError {
				return pair, 12
			}
		}
		return r, 6
	default:
		return rune(c), 2
	}
}

// hexRune reads four hex digits; -1 if they are not hex digits.
func hexRune(digits []byte) rune {
	n, err := strconv.ParseUint(string(digits), 16, 16)
	if err != nil {
		return -1
	}
	return rune(n)
}

// isSurrogate reports whether r is half of a surrogate pair, which UTF-8 cannot represent.
func isSurrogate(r rune) bool { return utf16.IsSurrogate(r) }

// appendRune appends one character of a string.
func appendRune(dst []byte, r rune, t Text) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	case '/':
		if t&EscapeSlash != 0 {
			return append(dst, `\/`...)
		}
	}
	switch {
	case isSurrogate(r):
		if t&ReplaceLoneSurrogates != 0 {
			return utf8.AppendRune(dst, utf8.RuneError)
		}
		return appendEscape(dst, r)
	case r < ' ' || r != '/' && t&escapesOf(r) != 0:
		return appendEscape(dst, r)
	default:
		return utf8.AppendRune(dst, r)
	}
}

// appendEscape appends a character as \uXXXX, or as a surrogate pair of two.
func appendEscape(dst []byte, r rune) []byte {
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		return appendEscape(appendEscape(dst, high), low)
	}
	const digits = "0123456789abcdef"
	return append(dst, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}

// appendRaw appends a character without escapes. A lone surrogate is encoded in three bytes like other characters. This keeps names with
// different surrogates different.
func appendRaw(dst []byte, r rune) []byte {
	if isSurrogate(r) {
		return append(dst, 0xe0|byte(r>>12), 0x80|byte(r>>6)&0x3f, 0x80|byte(r)&0x3f) // only the low bits are kept
	}
	return utf8.AppendRune(dst, r)
}
