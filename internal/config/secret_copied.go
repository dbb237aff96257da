package config

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// checkCopied reports what was copied along with a secret or instead of it: quotes, the name of a variable, or a mask. For example, docker
// --env-file and many secret stores keep quotes, which invalidate every signature. It reports only what can never be part of a secret,
// because a user could not use a secret that is refused by mistake.
func checkCopied(value, hint string) *problem {
	switch {
	case slices.ContainsFunc([]string{"…", "•", "***", "..."}, func(mask string) bool { return strings.Contains(value, mask) }):
		return newProblem("is masked: it contains … or *** instead of characters", hint)
	case isUnexpanded(value):
		return newProblem("is the name of a variable or secret, not its value", "check that your shell, CI or template replaces it")
	case isAssignment(value):
		return newProblem("begins with a name and =", hint)
	case isQuoted(value):
		return newProblem("has quotes around it", hint)
	}
	return nil
}

// checkCopiedSecret extends checkCopied for webhook secrets. A secret that contains Vidiking's prefix must begin with it and must not end
// with punctuation.
func checkCopiedSecret(value, hint string) *problem {
	if p := checkCopied(value, hint); p != nil {
		return p
	}
	rest, isVidiking := strings.CutPrefix(value, secretPrefix)
	last, _ := utf8.DecodeLastRuneInString(value)
	switch {
	case strings.Contains(rest, secretPrefix):
		return newProblem("has text in front of "+secretPrefix, hint)
	case !isVidiking:
		return nil
	case rest == "":
		return newProblem("has nothing after "+secretPrefix, hint)
	case isQuote(last):
		return newProblem("ends with a quote", hint)
	case strings.ContainsRune(`;,\<>(){}[]`, last):
		return newProblem(fmt.Sprintf("ends with %c", last), hint)
	case strings.HasSuffix(rest, `\n`), strings.HasSuffix(rest, `\r`):
		return newProblem(`ends with a line break written as a backslash and a letter`, hint)
	}
	return nil
}

// isUnexpanded reports whether value is a placeholder that a shell, a template or CI should have replaced: $NAME, ${NAME}, $(command),
// %NAME%, {{ name }}, <name>.
func isUnexpanded(value string) bool {
	for _, delimiters := range [][2]string{{"${", "}"}, {"$(", ")"}, {"{{", "}}"}, {"%", "%"}, {"<", ">"}} {
		if len(value) > len(delimiters[0]) && strings.HasPrefix(value, delimiters[0]) && strings.HasSuffix(value, delimiters[1]) {
			return true
		}
	}
	name, ok := strings.CutPrefix(value, "$")
	return ok && isName(name)
}

// isAssignment reports whether value is NAME=value with the name of a secret. Base64 ends with =, so something else must follow.
func isAssignment(value string) bool {
	name, rest, _ := strings.Cut(value, "=")
	name = strings.TrimPrefix(name, "$env:") // PowerShell
	lower := strings.ToLower(name)
	return isName(name) && strings.Trim(rest, "=") != "" &&
		slices.ContainsFunc([]string{"secret", "key", "token"}, func(word string) bool { return strings.Contains(lower, word) })
}

// isName reports whether name is a valid name of a shell variable.
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
