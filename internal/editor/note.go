package editor

import (
	"bytes"
	"strings"
	"unicode"
)

// noteLine formats one line of a note. It stays on one line even if the text contains line breaks.
func noteLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
	return strings.TrimRight("# "+text, " ") + "\n"
}

// withoutNotes removes the leading lines that start with #. JSON cannot start with #, so they are not part of a payload.
func withoutNotes(text []byte) []byte {
	for bytes.HasPrefix(text, []byte("#")) {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	return text
}
