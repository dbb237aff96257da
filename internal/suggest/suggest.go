// Package suggest finds the name that a user probably meant when they mistyped one. It imports nothing of this program.
package suggest

import (
	"strings"
	"unicode"
)

// maxLength is the maximum length in characters of a name that Closest compares. A longer text is not a mistyped name.
const maxLength = 64

// Closest returns the name that a user probably meant, or "" if none is similar enough. It ignores case and the kind of separator (such as
// . - _). It tries, in this order: a small edit distance (render.compelte), a missing first part (complete), and a prefix of exactly one
// name (wallet.low). It returns the first of several equally close names.
func Closest(name string, among []string) string {
	typed := fold(name)
	if len(typed) == 0 || len(typed) > maxLength {
		return ""
	}
	best, bestDistance := "", maxDistance(len(typed))+1
	for _, candidate := range among {
		folded := fold(candidate)
		if n := distance(typed, folded, bestDistance-1); n < bestDistance {
			best, bestDistance = candidate, n
		}
	}
	if best != "" {
		return best
	}
	if name := closestEnd(typed, among); name != "" {
		return name
	}
	return onlyBeginning(typed, among)
}

// maxDistance is the maximum edit distance of a typo in a name of n characters. It is 0 for names that are so short that every other name
// would be close.
func maxDistance(n int) int {
	switch {
	case n < 3:
		return 0
	case n < 6:
		return 1
	case n < 10:
		return 2
	default:
		return 3
	}
}

// closestEnd returns the name whose last parts are closest to the typed text.
func closestEnd(typed []rune, among []string) string {
	best, bestDistance := "", min(maxDistance(len(typed)), 2)+1
	for _, candidate := range among {
		folded := fold(candidate)
		for i, r := range folded {
			if r != separator {
				continue
			}
			if n := distance(typed, folded[i+1:], bestDistance-1); n < bestDistance {
				best, bestDistance = candidate, n
			}
		}
	}
	return best
}

// onlyBeginning returns the name that begins with the typed text, if there is exactly one and the text has at least three characters.
func onlyBeginning(typed []rune, among []string) string {
	if len(typed) < 3 {
		return ""
	}
	found := ""
	for _, candidate := range among {
		if !strings.HasPrefix(string(fold(candidate)), string(typed)) {
			continue
		}
		if found != "" {
			return ""
		}
		found = candidate
	}
	return found
}

const separator = '.'

// fold removes differences in case and in the kind of separator.
func fold(name string) []rune {
	folded := make([]rune, 0, min(len(name), maxLength+1))
	for _, r := range name {
		if len(folded) > maxLength {
			break // longer than all names that Closest compares
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			r = separator
		}
		folded = append(folded, unicode.ToLower(r))
	}
	return folded
}

// distance counts the insertions, deletions, replacements and transpositions that turn a into b (optimal string alignment). It returns
// limit+1 if there are more than limit.
func distance(a, b []rune, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			replaced := last[j]
			if a[i] != b[j] {
				replaced++
			}
			row[j+1] = min(replaced, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit+1)
}
