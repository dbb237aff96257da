package webhook

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// appendStringified appends a valid JSON value as JavaScript gives it back by JSON.stringify(JSON.parse(value)) (ECMA-262,
// SerializeJSONProperty). ok is false where a number in it is too large for JavaScript, which would make null of it.
func appendStringified(dst, value []byte) (_ []byte, ok bool) {
	value = value[skipSpace(value, 0):]
	switch kindOf(value[0]) {
	case kindObject:
		return appendStringifiedObject(dst, value)
	case kindList:
		dst = append(dst, '[')
		for i, e := range elements(value, 0) {
			if i > 0 {
				dst = append(dst, ',')
			}
			if dst, ok = appendStringified(dst, value[e.value.from:e.value.to]); !ok {
				return dst, false
			}
		}
		return append(dst, ']'), true
	case kindString:
		return appendRequoted(dst, value), true
	case kindNumber:
		f, err := strconv.ParseFloat(string(value), 64)
		return appendNumber(dst, f), err == nil
	default:
		return append(dst, value...), true
	}
}

// appendStringifiedObject writes an object with JavaScript's keys: one that is there twice stands where it came first and has the value
// that came last; array indices come before all others, by size.
func appendStringifiedObject(dst, object []byte) (_ []byte, ok bool) {
	type property struct{ name, value []byte }
	var properties []property
	known := map[string]int{}
	for _, e := range elements(object, 0) {
		p := property{appendRequoted(nil, object[e.key.from:e.key.to]), object[e.value.from:e.value.to]}
		if i, twice := known[string(p.name)]; twice {
			properties[i].value = p.value
			continue
		}
		known[string(p.name)] = len(properties)
		properties = append(properties, p)
	}
	slices.SortStableFunc(properties, func(a, b property) int { return cmp.Compare(keyOrder(a.name), keyOrder(b.name)) })
	dst = append(dst, '{')
	for i, p := range properties {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(dst, p.name...), ':')
		if dst, ok = appendStringified(dst, p.value); !ok {
			return dst, false
		}
	}
	return append(dst, '}'), true
}

// keyOrder is where JavaScript puts a key: array indices by size, everything else behind them (ECMA-262, OrdinaryOwnPropertyKeys).
func keyOrder(quoted []byte) int64 {
	if i, ok := arrayIndex(string(quoted[1 : len(quoted)-1])); ok {
		return i
	}
	return math.MaxInt64
}

// arrayIndex reads what JavaScript takes for an array index: the shortest decimal form of a number below 2³²-1.
func arrayIndex(s string) (int64, bool) {
	i, err := strconv.ParseUint(s, 10, 32)
	if err != nil || i == math.MaxUint32 || strconv.FormatUint(i, 10) != s {
		return 0, false
	}
	return int64(i), true
}

// appendNumber appends f as JavaScript prints it (ECMA-262, Number::toString, radix 10): the shortest digits that give f back,
// plain from 1e-6 up to 1e21, with an exponent beyond; minus zero is 0.
func appendNumber(dst []byte, f float64) []byte {
	if f == 0 {
		return append(dst, '0')
	}
	size := math.Abs(f)
	if size >= 1e-6 && size < 1e21 {
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	// Go writes at least two digits of exponent, JavaScript no zero in front: 1e-07 is 1e-7.
	if n := len(dst); dst[n-3] == '-' && dst[n-2] == '0' {
		dst = append(dst[:n-2], dst[n-1])
	}
	return dst
}

// appendQuoted appends text as a string literal. What is no UTF-8 in it becomes U+FFFD.
func appendQuoted(dst []byte, text string) []byte {
	dst = append(dst, '"')
	for _, r := range text {
		dst = appendRune(dst, r)
	}
	return append(dst, '"')
}

// appendRequoted appends a valid string literal as JSON.stringify writes what it says.
func appendRequoted(dst, literal []byte) []byte {
	dst = append(dst, '"')
	for at := 1; literal[at] != '"'; {
		r, size := utf8.DecodeRune(literal[at:])
		if r == '\\' {
			r, size = unescape(literal[at:])
		}
		dst = appendRune(dst, r)
		at += size
	}
	return append(dst, '"')
}

// unescape reads the escape at the beginning of a valid literal's rest: one character, or half a surrogate pair that has no
// other half.
func unescape(rest []byte) (r rune, size int) {
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
		if rest[6] == '\\' && rest[7] == 'u' {
			if pair := utf16.DecodeRune(r, hexRune(rest[8:12])); pair != utf8.RuneError {
				return pair, 12
			}
		}
		return r, 6
	default:
		return rune(c), 2
	}
}

// hexRune reads four hex digits that are known to be some.
func hexRune(digits []byte) rune {
	n, _ := strconv.ParseUint(string(digits), 16, 16)
	return rune(n)
}

// appendRune appends one character of a string literal (ECMA-262, QuoteJSONString): only what JSON or UTF-8 can't hold is escaped.
func appendRune(dst []byte, r rune) []byte {
	const hexDigits = "0123456789abcdef"
	switch {
	case r == '"' || r == '\\':
		return append(dst, '\\', byte(r))
	case r == '\b':
		return append(dst, `\b`...)
	case r == '\f':
		return append(dst, `\f`...)
	case r == '\n':
		return append(dst, `\n`...)
	case r == '\r':
		return append(dst, `\r`...)
	case r == '\t':
		return append(dst, `\t`...)
	case r < ' ' || utf16.IsSurrogate(r):
		return append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
	default:
		return utf8.AppendRune(dst, r)
	}
}
