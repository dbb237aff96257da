package display

import (
	"strings"
	"unicode/utf8"
)

// tab is what a tab becomes where whole lines of text are shown; inside a cell it becomes a mark.
const tab = "    "

// textLine cleans one line of outside text. Of a very long one, more than fills so many cells is left, and not all of it.
func (st Style) textLine(raw string, cells int) string {
	if st.Width > 0 {
		raw = truncateForCleaning(raw, cells)
	}
	return st.Clean(strings.ReplaceAll(raw, "\t", tab))
}

// fragmentCells is how much of an outside word (a type, an address) a sentence shows.
const fragmentCells = 40

// fragment is outside text within a sentence.
func (st Style) fragment(s string) string { return st.outside(strings.TrimSpace(s), fragmentCells) }

// isText reports whether b can be read: no NUL in its beginning, and little there that is no UTF-8 or control. Up to a
// quarter of wrong bytes are a text in another encoding, or one that was cut.
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

// Wrapped breaks text between words into lines that leave room for so many cells in front. A word is never broken: it may be there to be
// copied. There is one line at least.
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
