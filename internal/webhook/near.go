package webhook

import (
	"strings"
	"unicode"
)

// longestNear is the longest name, in characters, for which Near looks for another: what is longer is no typo of ours.
const longestNear = 64

// Near returns the name among the given ones that was probably meant by a mistyped one, or "" where none is near enough to
// suggest. Case and separators (. - _ and the like) do not count. It tries, in this order: a few slips of the keys
// (render.compelte), a whole part left out at the front (complete), a beginning that only one name has (wallet.low). Of several that
// are equally near it is the first.
func Near(name string, among []string) string {
	typed := fold(name)
	if len(typed) == 0 || len(typed) > longestNear {
		return ""
	}
	best, bestSlips := "", slipsAllowed(len(typed))+1
	for _, candidate := range among {
		folded := fold(candidate)
		if n := slips(typed, folded, bestSlips-1); n < bestSlips {
			best, bestSlips = candidate, n
		}
	}
	if best != "" {
		return best
	}
	if name := nearTail(typed, among); name != "" {
		return name
	}
	return onlyBeginning(typed, among)
}

// slipsAllowed is how many slips of the keys make a typo in a name of n characters: more in a longer one, and none in one so
// short that everything would be near to it.
func slipsAllowed(n int) int {
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

// nearTail looks for a name whose end, after one of its separators, is what was typed or nearly that.
func nearTail(typed []rune, among []string) string {
	best, bestSlips := "", min(slipsAllowed(len(typed)), 2)+1
	for _, candidate := range among {
		folded := fold(candidate)
		for i, r := range folded {
			if r != separator {
				continue
			}
			if n := slips(typed, folded[i+1:], bestSlips-1); n < bestSlips {
				best, bestSlips = candidate, n
			}
		}
	}
	return best
}

// onlyBeginning returns the one name that begins with what was typed, if there is exactly one and three characters to go by.
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

// fold takes out of a name what people mistype without meaning another: case, and which separator it has.
func fold(name string) []rune {
	folded := make([]rune, 0, min(len(name), longestNear+1))
	for _, r := range name {
		if len(folded) > longestNear {
			break // longer than anything that Near compares: how much longer does not matter
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			r = separator
		}
		folded = append(folded, unicode.ToLower(r))
	}
	return folded
}

// slips counts the insertions, deletions, replacements and swaps of neighbours that lead from a to b (optimal string
// alignment). It returns limit+1 where they are more than limit.
func slips(a, b []rune, limit int) int {
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
