package display

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes outside text harmless for a place that shows UTF-8: what a terminal takes for more than text, what cannot be seen
// and what is no text at all becomes a mark that can be seen and names it.
//
//   - A control character becomes its picture: ␛ for ESC, ␉ for a tab, ␊ for a line feed.
//   - Any other character that draws nothing, moves others or means nothing (C1 controls, bidirectional overrides and isolates,
//     zero-width characters and joiners, byte order marks, private and unassigned ones) becomes its number: <U+202E>.
//   - A byte that is not UTF-8 becomes <9B>.
//
// Letters, signs and emoji stay, with up to six combining marks each. Cleaning twice changes nothing more.
func Clean(s string) string { return Style{UTF8: true}.Clean(s) }

// maxMarks is how many combining marks one character may carry. Scripts in use need up to five; dozens paint over other rows.
const maxMarks = 6

// maxBytesPerCell is how many bytes of text can stand in one cell after Clean: a character and its marks, four bytes each, and
// a variation selector. Text in front of that bound is enough to fill the cells.
const maxBytesPerCell = 4 * (1 + maxMarks)

// Clean is as the function of that name; without UTF-8 all that is not printable ASCII becomes <1B> or <U+00E9>.
func (st Style) Clean(s string) string { return st.clean(s, 0) }

// clean is Clean, but keeps one control character, unless that is 0.
func (st Style) clean(s string, keep rune) string {
	if st.firstUnclean(s, string(keep)) == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	var last rune // the last one written; 0 at the start
	marks := 0    // how many combining marks there are at the end of what was written
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			last = writeNumber(&b, "<", int64(s[i]), 2)
		case keep != 0 && r == keep, st.keeps(r, last, marks):
			b.WriteRune(r)
			last = r
		case st.UTF8 && r < ' ':
			last = '␀' + r // the pictures stand in the order of the controls
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

// firstUnclean returns the offset of the first character of s that Clean replaces, or len(s). Most text is clean, so this copies
// nothing. NUL in controls, which are kept, means none.
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

// countMark returns how many combining marks there are at the end of a text once r is behind it.
func countMark(r rune, before int) int {
	if unicode.Is(unicode.M, r) {
		return before + 1
	}
	return 0
}

// keeps reports whether r may stand as it is behind what was written so far. It judges by what was written, not by what was
// read, which is what makes cleaning twice the same as once.
func (st Style) keeps(r, last rune, marks int) bool {
	switch {
	case r >= ' ' && r <= '~':
		return true
	case !st.UTF8 || !unicode.IsGraphic(r):
		return false
	case r == textSelector || r == emojiSelector:
		return unicode.In(last, unicode.So, unicode.Sm) // ⚠️ and ✔️ are in many a log line
	case unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
		return false
	case unicode.Is(unicode.M, r):
		return last != 0 && marks < maxMarks // at the start it would sit on what stands before the text
	default:
		return true
	}
}

// The variation selectors that ask for a sign's plain and coloured form.
const (
	textSelector  = '\ufe0e'
	emojiSelector = '\ufe0f'
)

// writeNumber writes n in upper-case hexadecimal of at least digits digits, and a closing bracket, which it returns.
func writeNumber(b *strings.Builder, open string, n int64, digits int) rune {
	hex := strings.ToUpper(strconv.FormatInt(n, 16))
	b.WriteString(open)
	b.WriteString(strings.Repeat("0", max(digits-len(hex), 0)))
	b.WriteString(hex)
	b.WriteByte('>')
	return '>'
}
