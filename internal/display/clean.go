package display

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes outside text safe to show on a UTF-8 terminal. It replaces control sequences, invisible characters and
// bytes that are not text with a visible mark that names them:
//
//   - A control character becomes its picture: ␛ for ESC, ␉ for a tab, ␊ for a line feed.
//   - Any other character that is invisible, moves other characters or has no meaning becomes its number: <U+202E>. These are
//     C1 controls, bidirectional overrides and isolates, zero-width characters and joiners, byte order marks, and private and
//     unassigned characters.
//   - A byte that is not UTF-8 becomes <9B>.
//
// Letters, symbols and emoji stay, with up to six combining marks each. Clean is idempotent.
func Clean(s string) string { return Style{UTF8: true}.Clean(s) }

// maxMarks is the maximum number of combining marks per character. Scripts in use need up to five; dozens would paint
// over other rows.
const maxMarks = 6

// maxBytesPerCell is the maximum number of bytes per cell after Clean: a character and its marks with four bytes each,
// and a variation selector. That many bytes of input per cell are enough to fill a line.
const maxBytesPerCell = 4 * (1 + maxMarks)

// Clean is like the function Clean. Without UTF-8, everything but printable ASCII becomes <1B> or <U+00E9>.
func (st Style) Clean(s string) string { return st.clean(s, 0) }

// clean is like Clean, but keeps the control character keep, unless that is 0.
func (st Style) clean(s string, keep rune) string {
	if st.firstUnclean(s, string(keep)) == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	var last rune // the last one written; 0 at the start
	marks := 0    // number of combining marks at the end of the output
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			last = writeNumber(&b, "<", int64(s[i]), 2)
		case keep != 0 && r == keep, st.keeps(r, last, marks):
			b.WriteRune(r)
			last = r
		case st.UTF8 && r < ' ':
			last = '␀' + r // the pictures are in the order of the control characters
			b.WriteRune(last)
		case st.UTF8 && r == 0x7f:
			last = '␡'
			b.WriteRune(last)
		case r <= 0x7f:
			last = writeNumber(&b, "<", int64(r), 2)
		default:
			last = writeNumber(&b, "<U+", int64(r), 4)
		}
		marks = countMark(last, marks)
		i += size
	}
	return b.String()
}

// firstUnclean returns the offset of the first character of s that Clean replaces, or len(s). Most text is clean and is
// therefore not copied. The characters in controls are kept; a NUL in it means none.
func (st Style) firstUnclean(s, controls string) int {
	var last rune
	marks := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c <= '~' {
			last, marks = rune(c), 0
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == 0 || !strings.ContainsRune(controls, r) && (r == utf8.RuneError && size == 1 || !st.keeps(r, last, marks)) {
			return i
		}
		last, marks = r, countMark(r, marks)
		i += size
	}
	return len(s)
}

// countMark returns the number of combining marks at the end of the text after r is added.
func countMark(r rune, before int) int {
	if unicode.Is(unicode.M, r) {
		return before + 1
	}
	return 0
}

// keeps reports whether r can follow the output unchanged. It looks at the output, not at the input, which makes Clean
// idempotent.
func (st Style) keeps(r, last rune, marks int) bool {
	switch {
	case r >= ' ' && r <= '~':
		return true
	case !st.UTF8 || !unicode.IsGraphic(r):
		return false
	case r == textSelector || r == emojiSelector:
		return unicode.In(last, unicode.So, unicode.Sm) // ⚠️ and ✔️ are common in logs
	case unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
		return false
	case unicode.Is(unicode.M, r):
		return last != 0 && marks < maxMarks // at the start it would combine with the character before the text
	default:
		return true
	}
}

// The variation selectors for the plain and the colored form of a symbol.
const (
	textSelector  = '\ufe0e'
	emojiSelector = '\ufe0f'
)

// writeNumber writes n in upper-case hexadecimal with at least the given number of digits, and a closing bracket, which
// it returns.
func writeNumber(b *strings.Builder, open string, n int64, digits int) rune {
	hex := strings.ToUpper(strconv.FormatInt(n, 16))
	b.WriteString(open)
	b.WriteString(strings.Repeat("0", max(digits-len(hex), 0)))
	b.WriteString(hex)
	b.WriteByte('>')
	return '>'
}
