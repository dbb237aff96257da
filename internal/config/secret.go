package config

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// secretPrefix begins every secret of Vidiking (docs: Webhooks).
const secretPrefix = "whsec_"

// checkSecret checks a secret. Its errors never contain the secret. White space and invisible characters are often copied along with a
// secret and invalidate every signature without an explanation. They are refused, not trimmed, because all characters of a secret count.
func checkSecret(value string) *problem {
	const hint = "copy only the secret, from whsec_ to its last character"
	if p := checkVisible(value, hint); p != nil {
		return p
	}
	return checkCopiedSecret(value, hint)
}

// checkVisible checks that a secret is text without white space and without invisible characters.
func checkVisible(value, hint string) *problem {
	switch {
	case value == "":
		return newProblem("must not be empty", "")
	case !utf8.ValidString(value):
		return newProblem("is not valid UTF-8", hint)
	}
	first, _ := utf8.DecodeRuneInString(value)
	last, _ := utf8.DecodeLastRuneInString(value)
	switch {
	case last == '\n' || last == '\r':
		return newProblem("ends with a line break", hint)
	case unicode.IsSpace(last):
		return newProblem("ends with white space", hint)
	case unicode.IsSpace(first):
		return newProblem("begins with white space", hint)
	case strings.ContainsFunc(value, unicode.IsSpace):
		return newProblem("contains white space", hint)
	}
	for _, r := range value {
		if !unicode.IsGraphic(r) {
			return newProblem(fmt.Sprintf("contains an invisible character (%U)", r), hint)
		}
	}
	return nil
}

// checkAPIKey checks an API key. Its errors never contain the key. A key is sent in a header, so it must be visible ASCII.
func checkAPIKey(value string) *problem {
	const hint = "copy the whole key, and nothing else"
	if p := checkVisible(value, hint); p != nil {
		return p
	}
	if i := strings.IndexFunc(value, func(r rune) bool { return r > unicode.MaxASCII }); i >= 0 {
		r, _ := utf8.DecodeRuneInString(value[i:])
		return newProblem(fmt.Sprintf("contains a character that is not ASCII (%U)", r), hint)
	}
	return checkCopied(value, hint)
}

// ReadSecret reads a secret from a user's file. It removes the line ending that editors add, and nothing else. It returns a *ValueError,
// which names the file as shown, if the rest is not a secret. If the file cannot be read, it returns the system's error.
func ReadSecret(path, label string) (webhook.Secret, error) {
	text, err := readSecretFile(path, atomicfile.OpenInput)
	if err != nil {
		return webhook.Secret{}, err
	}
	value := withoutLineEnd(text)
	if len(text) == maxSecretBytes {
		return webhook.Secret{}, &ValueError{Name: "the secret in " + label, Msg: "the secret in " + label + " is too long", Hint: "the file must contain only the secret"}
	}
	if p := checkSecret(value); p != nil {
		return webhook.Secret{}, &ValueError{Name: "the secret in " + label, Msg: p.about("the secret in " + label), Hint: p.hint}
	}
	return webhook.SecretFrom(value), nil
}

// withoutLineEnd removes the line ending that an editor added.
func withoutLineEnd(text string) string {
	if line, ok := strings.CutSuffix(text, "\n"); ok {
		return strings.TrimSuffix(line, "\r")
	}
	return text
}

// warnSecretPrefix returns a warning if a secret does not have Vidiking's prefix. The secret may still be right: the emulator and other
// senders accept any secret.
func warnSecretPrefix(value string, source Source) (Warning, bool) {
	if value == "" || strings.HasPrefix(value, secretPrefix) {
		return Warning{}, false
	}
	return Warning{
		Msg:  fmt.Sprintf("the webhook secret (%s) does not begin with %s, as Vidiking's secrets do", source, secretPrefix),
		Hint: "copy the whole secret: the prefix is part of it",
	}, true
}
