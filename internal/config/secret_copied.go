package config

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// checkCopied reports what a secret brought along from the place it was copied from: quotes, the name of a variable, a mask in
// place of its characters. docker --env-file and many secret stores keep quotes, and every signature is wrong then. It reports
// only what cannot be part of a secret, because a secret that is refused by mistake could not be used at all.
func checkCopied(value, hint string) *problem {
	switch {
	case slices.ContainsFunc([]string{"…", "•", "***", "..."}, func(mask string) bool { return strings.Contains(value, mask) }):
		return &problem{"is masked: it has … or *** in place of characters", hint}
	case isUnexpanded(value):
		return &problem{"is the name of a variable or secret, not its value", "check that your shell, CI or template replaces it"}
	case isAssignment(value):
		return &problem{"begins with a name and =", hint}
	case isQuoted(value):
		return &problem{"has quotes around it", hint}
	}
	return nil
}

// checkCopiedSecret is checkCopied for webhook secrets. A secret with Vidiking's prefix must begin with it and can't end with
// punctuation.
func checkCopiedSecret(value, hint string) *problem {
	if p := checkCopied(value, hint); p != nil {
		return p
	}
	rest, isVidiking := strings.CutPrefix(value, secretPrefix)
	last, _ := utf8.DecodeLastRuneInString(value)
	switch {
	case strings.Contains(rest, secretPrefix):
		return &problem{"has text in front of " + secretPrefix, hint}
	case !isVidiking:
		return nil
	case rest == "":
		return &problem{"has nothing after " + secretPrefix, hint}
	case isQuote(last):
		return &problem{"ends with a quote", hint}
	case strings.ContainsRune(`;,\<>(){}[]`, last):
		return &problem{fmt.Sprintf("ends with %c", last), hint}
	case strings.HasSuffix(rest, `\n`), strings.HasSuffix(rest, `\r`):
		return &problem{`ends with a line break written as a backslash and a letter`, hint}
	}
	return nil
}

// isUnexpanded reports whether value is what a shell, a template or CI replaces: $NAME, ${NAME}, $(command), %NAME%, {{ name }},
// <name>.
func isUnexpanded(value string) bool {
	for _, around := range [][2]string{{"${", "}"}, {"$(", ")"}, {"{{", "}}"}, {"%", "%"}, {"<", ">"}} {
		if len(value) > len(around[0]) && strings.HasPrefix(value, around[0]) && strings.HasSuffix(value, around[1]) {
			return true
		}
	}
	name, ok := strings.CutPrefix(value, "$")
	return ok && isName(name)
}

// isAssignment reports whether value is NAME=value and the name is one of a secret. Base64 ends with =, so something else must
// follow.
func isAssignment(value string) bool {
	name, rest, _ := strings.Cut(value, "=")
	name = strings.TrimPrefix(name, "$env:") // PowerShell
	lower := strings.ToLower(name)
	return isName(name) && strings.Trim(rest, "=") != "" &&
		slices.ContainsFunc([]string{"secret", "key", "token"}, func(word string) bool { return strings.Contains(lower, word) })
}

// isName reports whether a shell takes name for the name of a variable.
func isName(name string) bool {
	const letters = "_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	return name != "" && strings.Trim(name, letters+"0123456789") == "" && strings.ContainsRune(letters, rune(name[0]))
}

func isQuoted(value string) bool {
	first, size := utf8.DecodeRuneInString(value)
	last, _ := utf8.DecodeLastRuneInString(value)
	return len(value) > size && isQuote(first) && isQuote(last)
}

func isQuote(r rune) bool { return strings.ContainsRune("\"'`“”„‟‘’‚‛«»", r) }
