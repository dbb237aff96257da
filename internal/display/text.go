package display

import (
	"strings"
	"unicode/utf8"
)

// tab replaces tabs in whole lines of text. In a cell, a tab becomes a mark.
const tab = "    "

// textLine cleans one line of outside text. It shortens a very long line, but leaves more than fits the given number of
// cells.
func (st Style) textLine(raw string, cells int) string {
	if st.Width > 0 {
		raw = truncateForCleaning(raw, cells)
	}
	return st.Clean(strings.ReplaceAll(raw, "\t", tab))
}

// fragmentCells is the maximum width of outside text (a type, an address) in a sentence.
const fragmentCells = 40

// Fragment returns outside text for use in a sentence.
func (st Style) Fragment(s string) string { return st.outside(strings.TrimSpace(s), fragmentCells) }

// isText reports whether b is readable: no NUL near the start, and few control characters and bytes that are not UTF-8.
// Up to a quarter of wrong bytes is text in another encoding, or text that was truncated.
func isText(b []byte) bool {
	const beginning = 1024
	b = b[:min(len(b), beginning)]
	wrong := 0
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		switch {
		case r == 0:
			return false
		case r == utf8.RuneError && size == 1, r < ' ' && !strings.ContainsRune("\t\n\f\r\b\x1b", r):
			wrong++
		}
		i += size
	}
	return wrong*4 <= len(b)
}

// Wrapped breaks text between words into lines that leave room for the given number of cells before them. It never
// breaks a word, which may be meant for copying. It returns at least one line.
func (st Style) Wrapped(text string, before int) []string {
	cells, bounded := st.room()
	if !bounded {
		return []string{text}
	}
	var lines []string
	line := ""
	for word := range strings.SplitSeq(text, " ") {
		switch {
		case line == "":
			line = word
		case before+Width(line)+1+Width(word) > cells:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}
