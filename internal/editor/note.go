package editor

import (
	"bytes"
	"strings"
	"unicode"
)

// noteLine is one line of a note as the file holds it. It stays one line whatever it quotes.
func noteLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
	return strings.TrimRight("# "+text, " ") + "\n"
}

// withoutNotes takes off the lines at the top that begin with #. No JSON does, so they are nobody's payload.
func withoutNotes(text []byte) []byte {
	for bytes.HasPrefix(text, []byte("#")) {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	return text
}
