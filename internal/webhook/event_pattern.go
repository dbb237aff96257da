package webhook

import (
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/suggest"
)

// EventMatches reports whether the pattern matches the whole event name. In a pattern, * matches any text, even none; every other
// character matches itself. Matching is case-sensitive, as in payloads.
func EventMatches(pattern, event string) bool {
	first, rest, found := strings.Cut(pattern, "*")
	if !found {
		return pattern == event
	}
	event, ok := strings.CutPrefix(event, first)
	if !ok {
		return false
	}
	for {
		part, after, more := strings.Cut(rest, "*")
		if !more {
			return strings.HasSuffix(event, part)
		}
		if _, event, ok = strings.Cut(event, part); !ok {
			return false
		}
		rest = after
	}
}

// PatternsOverlap reports whether some event could match both patterns.
func PatternsOverlap(a, b string) bool {
	// overlap[j] reports whether a[i:] and b[j:] overlap; next has the results for a[i+1:].
	next := make([]bool, len(b)+1)
	for i := len(a); i >= 0; i-- {
		overlap := make([]bool, len(b)+1)
		for j := len(b); j >= 0; j-- {
			switch {
			case i == len(a) && j == len(b):
				overlap[j] = true
			case i < len(a) && a[i] == '*':
				overlap[j] = next[j] || j < len(b) && overlap[j+1]
			case j < len(b) && b[j] == '*':
				overlap[j] = overlap[j+1] || i < len(a) && next[j]
			case i < len(a) && j < len(b) && a[i] == b[j]:
				overlap[j] = next[j+1]
			}
		}
		next = overlap
	}
	return next[0]
}

// KnownEvent reports whether a pattern matches a documented event. If not, suggestion is the closest event or event group
// (render.*), or "" if none is close.
func KnownEvent(pattern string) (suggestion string, known bool) {
	var names []string
	for _, e := range Events() {
		if EventMatches(pattern, e.Name) {
			return "", true
		}
		names = append(names, e.Name)
	}
	if strings.Contains(pattern, "*") {
		return suggest.Closest(pattern, EventFamilies()), false
	}
	if slices.Contains(EventFamilies(), pattern+".*") {
		return pattern + ".*", false
	}
	return suggest.Closest(pattern, names), false
}

// EventFamilies returns patterns for the groups of documented events, such as render.*, in the order of the documentation.
func EventFamilies() []string {
	var families []string
	for _, e := range Events() {
		family, _, _ := strings.Cut(e.Name, ".")
		families = append(families, family+".*")
	}
	return slices.Compact(families)
}
