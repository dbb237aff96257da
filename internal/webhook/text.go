package webhook

import "unicode/utf8"

// MaxText is the number of bytes that the log keeps of an event, an id, or what a delivery is about. Vidiking's are below 64.
const MaxText = 256

// Truncate returns s if it has at most MaxText bytes. Otherwise it returns the start of s with "…" at its end, MaxText bytes at most, cut
// between characters.
func Truncate(s string) string {
	if len(s) <= MaxText {
		return s
	}
	end := MaxText - len("…")
	for back := 0; back < utf8.UTFMax && !utf8.RuneStart(s[end]); back++ {
		end--
	}
	return s[:end] + "…"
}

// startOf returns a string literal that decodes to the first characters of a longer one. What is left out lies beyond MaxText bytes, so
// Truncate gives the same text for both.
func startOf(literal []byte) []byte {
	const enough = MaxText + 2*utf8.UTFMax
	at := 1
	for n := 0; n < enough; n++ { // each step decodes to one byte or more
		switch {
		case literal[at] == '"':
			return literal
		case literal[at] != '\\':
			at++
		case literal[at+1] == 'u':
			at += len(`\u0000`)
		default:
			at += len(`\n`)
		}
	}
	if literal[at] == '"' {
		return literal
	}
	return append(literal[:at:at], '"')
}
