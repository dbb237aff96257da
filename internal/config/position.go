package config

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// fileError makes of a flaw in text what people can be shown.
func (w World) fileError(path string, text []byte, f *flaw) *FileError {
	at := f.at
	at.from = max(markLength(text), min(at.from, len(text)-1)) // the end of the text is shown at its last line
	at.to = max(at.to, at.from)
	line := (&document{text: text}).line(span{at.from, at.from})
	shown := bytes.TrimRight(text[line.from:line.to], "\r\n")
	end := line.from + len(shown)
	column := utf8.RuneCount(text[line.from:min(at.from, end)]) + 1
	return &FileError{
		Path:   path,
		Line:   lineOf(text, at.from),
		Column: column,
		Width:  max(1, utf8.RuneCount(text[min(at.from, end):min(at.to, end)])),
		Text:   maskLine(string(shown), string(text[min(f.statement, line.from):line.from])),
		Msg:    maskSecrets(f.msg),
		Hint:   maskSecrets(f.hint),
		shown:  w.Short(path),
	}
}

// lineOf is the number of the line that an offset is in.
func lineOf(text []byte, at int) int {
	return bytes.Count(text[:at], []byte("\n")) + 1
}

// maskLine masks what may be a secret in a line that is to be shown: what follows the setting's name, and whatever looks like one.
// Each character becomes a dot, so that columns stay. before is what the statement has in the lines above.
func maskLine(line, before string) string {
	line = maskSecrets(line)
	if namesSecret(before) {
		return dots(line)
	}
	name, value, ok := strings.Cut(line, "=")
	for ok && !namesSecret(name) {
		var rest string
		rest, value, ok = strings.Cut(value, "=")
		name += "=" + rest
	}
	if !ok {
		return line
	}
	return name + "=" + dots(value)
}

func namesSecret(s string) bool { return strings.Contains(strings.ToLower(s), "secret") }

// maskSecrets masks all that looks like one of Vidiking's secrets.
func maskSecrets(s string) string {
	head, tail, found := strings.Cut(s, secretPrefix)
	if !found {
		return s
	}
	end := strings.IndexFunc(tail, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`"',[]{}`, r) })
	if end < 0 {
		end = len(tail)
	}
	return head + secretPrefix + dots(tail[:end]) + maskSecrets(tail[end:])
}

// dots masks every character that can be seen, but for quotes, and for … which masks already.
func dots(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune(`"'…`, r) {
			return r
		}
		return '•'
	}, s)
}
