package config

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// secretPrefix is how Vidiking's secrets begin (docs: Webhooks).
const secretPrefix = "whsec_"

// checkSecret checks a secret that was given. It never repeats it. White space and what cannot be seen come along when something is
// copied, and would make every signature wrong without a word; so they are refused, and never trimmed, since the whole of a secret
// counts.
func checkSecret(value string) *problem {
	const hint = "copy it again, from whsec_ to its last letter, and nothing around it"
	if p := checkVisible(value, hint); p != nil {
		return p
	}
	return checkCopiedSecret(value, hint)
}

// checkVisible checks that a secret is text without white space and without characters that can't be seen.
func checkVisible(value, hint string) *problem {
	switch {
	case value == "":
		return &problem{"can't be empty", ""}
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
			return &problem{fmt.Sprintf("holds a character that can't be seen (%U)", r), hint}
		}
	}
	return nil
}

// checkAPIKey checks an API key that was given. It never repeats it. It travels in a header, so it is ASCII that can be seen.
func checkAPIKey(value string) *problem {
	const hint = "copy it again, whole, and nothing around it"
	if p := checkVisible(value, hint); p != nil {
		return p
	}
	if i := strings.IndexFunc(value, func(r rune) bool { return r > unicode.MaxASCII }); i >= 0 {
		r, _ := utf8.DecodeRuneInString(value[i:])
		return &problem{fmt.Sprintf("holds a character that no API key has (%U)", r), hint}
	}
	return checkCopied(value, hint)
}

// ReadSecret reads a secret from a file of the user's, who calls it shown. The line end that editors put behind it is taken off, and
// nothing else; what is left must be a secret, else it is a *ValueError. That the file can't be read is the system's error.
func ReadSecret(path, shown string) (webhook.Secret, error) {
	text, err := readSecretFile(path, atomicfile.OpenInput)
	if err != nil {
		return webhook.Secret{}, err
	}
	value := withoutLineEnd(text)
	if len(text) == maxSecretBytes {
		return webhook.Secret{}, &ValueError{Name: "the secret in " + shown, Msg: "is longer than any secret", Hint: "the file holds the secret alone"}
	}
	if p := checkSecret(value); p != nil {
		return webhook.Secret{}, &ValueError{Name: "the secret in " + shown, Msg: p.msg, Hint: p.hint}
	}
	return webhook.SecretFrom(value), nil
}

// withoutLineEnd takes off the line end of an editor.
func withoutLineEnd(text string) string {
	if line, ok := strings.CutSuffix(text, "\n"); ok {
		return strings.TrimSuffix(line, "\r")
	}
	return text
}

// oddSecret is a warning on a secret that has not the provider's form. It may be right all the same: the emulator and other
// senders take any.
func warnSecretPrefix(value string, source Source) (Warning, bool) {
	if value == "" || strings.HasPrefix(value, secretPrefix) {
		return Warning{}, false
	}
	return Warning{
		Msg:  fmt.Sprintf("the webhook secret (%s) does not begin with %s, as Vidiking's do", source, secretPrefix),
		Hint: "the prefix belongs to the secret: copy it whole",
	}, true
}
