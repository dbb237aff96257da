package config

import (
	"bytes"
	"strings"
	"unicode"
)

// maskLine masks possible secrets in a line: the value of a setting that may be a secret, and everything that looks like one. Each
// character becomes a dot, so columns stay the same. before is the part of the statement in the lines above.
func maskLine(line, before string) string {
	line = maskSecrets(line)
	if indexSecret(before) >= 0 {
		return mask(line)
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
	return line[:value] + mask(line[value:])
}

// indexSecret returns the position of a name that suggests a secret, even if it is mistyped: webhook-secret, webhookSecret, apikey,
// authToken. A proxy URL may contain a password. It returns -1 if there is none.
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

// maskSecrets masks everything that looks like a Vidiking secret.
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
		masked.WriteString(secretPrefix + mask(tail[:end]))
		s = tail[end:]
	}
}

// mask replaces every visible character with a dot, except quotes and …, which masks already.
func mask(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune(`"'…`, r) {
			return r
		}
		return '•'
	}, s)
}
