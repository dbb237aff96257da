package config

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// secretPrefix is how Vidiking's secrets begin (docs: Webhooks).
const secretPrefix = "whsec_"

// checkSecret checks a secret that was given. It never repeats it. White space and what cannot be seen come along when something is
// copied, and would make every signature wrong without a word; so they are refused, and never trimmed, since the whole of a secret
// counts.
func checkSecret(value string) *problem {
	const hint = "copy it again, from whsec_ to its last letter, and nothing around it"
	switch {
	case value == "":
		return &problem{"cannot be empty", ""}
	case !utf8.ValidString(value):
		return &problem{"is no UTF-8 text", hint}
	}
	first, _ := utf8.DecodeRuneInString(value)
	last, _ := utf8.DecodeLastRuneInString(value)
	switch {
	case last == '\n' || last == '\r':
		return &problem{"ends with a line break", hint}
	case unicode.IsSpace(last):
		return &problem{"ends with white space", hint}
	case unicode.IsSpace(first):
		return &problem{"begins with white space", hint}
	case strings.ContainsFunc(value, unicode.IsSpace):
		return &problem{"has white space inside", hint}
	}
	for _, r := range value {
		if !unicode.IsGraphic(r) {
			return &problem{fmt.Sprintf("holds a character that cannot be seen (%U)", r), hint}
		}
	}
	return nil
}

// checkAPIKey checks an API key that was given. It never repeats it. It travels in a header, so it is ASCII that can be seen.
func checkAPIKey(value string) *problem {
	const hint = "copy it again, whole, and nothing around it"
	p := checkSecret(value)
	switch {
	case p != nil && p.hint != "":
		return &problem{p.msg, hint}
	case p != nil:
		return p
	}
	if i := strings.IndexFunc(value, func(r rune) bool { return r > unicode.MaxASCII }); i >= 0 {
		r, _ := utf8.DecodeRuneInString(value[i:])
		return &problem{fmt.Sprintf("holds a character that no API key has (%U)", r), hint}
	}
	return nil
}

// oddSecret is a warning on a secret that has not the provider's form. It may be right all the same: the emulator and other
// senders take any.
func oddSecret(value string, source Source) (Warning, bool) {
	if value == "" || strings.HasPrefix(value, secretPrefix) {
		return Warning{}, false
	}
	return Warning{
		Msg:  fmt.Sprintf("the webhook secret (%s) does not begin with %s, as Vidiking's do", source, secretPrefix),
		Hint: "the prefix belongs to the secret: copy it whole",
	}, true
}
