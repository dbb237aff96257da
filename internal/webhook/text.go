package webhook

import "unicode/utf8"

// MaxText is the maximum number of bytes that the log keeps of an event, an id, or a subject. Vidiking's have less than 64.
const MaxText = 256

// Truncate returns s if it has at most MaxText bytes. Otherwise it returns the start of s followed by "…", at most MaxText bytes,
// cut between characters.
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

// startOfLiteral returns a string literal that decodes to the start of a longer one. It has more than MaxText bytes, so Truncate returns
// the same text for both.
func startOfLiteral(literal []byte) []byte {
	const enough = MaxText + 2*utf8.UTFMax
	at := 1
	for n := 0; n < enough; n++ { // each step decodes to at least one byte
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
