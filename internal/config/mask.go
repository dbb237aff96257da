package config

import (
	"bytes"
	"strings"
	"unicode"
)

// maskLine masks what may be a secret in a line that is to be shown: what follows the setting's name, and whatever looks like one.
// Each character becomes a dot, so that columns stay. before is what the statement has in the lines above.
func maskLine(line, before string) string {
	line = maskSecrets(line)
	if indexSecret(before) >= 0 {
		return dots(line)
	}
	name := indexSecret(line)
	if name < 0 {
		return line
	}
	equals := strings.IndexByte(line[name:], '=')
	if equals < 0 {
		return line
	}
	value := name + equals + 1
	return line[:value] + dots(line[value:])
}

// indexSecret is where a name that has to do with secrets stands, however it is mistyped: webhook-secret, webhookSecret, apikey, authToken.
// A proxy's URL may hold a password.
func indexSecret(s string) int {
	lower := []byte(s)
	for i, c := range lower {
		if c >= 'A' && c <= 'Z' {
			lower[i] = c | 0x20
		}
	}
	first := -1
	for _, word := range []string{"secret", "key", "token", "proxy"} {
		if i := bytes.Index(lower, []byte(word)); i >= 0 && (first < 0 || i < first) {
			first = i
		}
	}
	return first
}

// maskSecrets masks all that looks like one of Vidiking's secrets.
func maskSecrets(s string) string {
	var masked strings.Builder
	for {
		head, tail, found := strings.Cut(s, secretPrefix)
		masked.WriteString(head)
		if !found {
			return masked.String()
		}
		end := strings.IndexFunc(tail, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`"',[]{}`, r) })
		if end < 0 {
			end = len(tail)
		}
		masked.WriteString(secretPrefix + dots(tail[:end]))
		s = tail[end:]
	}
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
