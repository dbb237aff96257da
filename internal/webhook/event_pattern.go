package webhook

import (
	"slices"
	"strings"
)

// EventMatches reports whether the pattern is the whole of the event's name. In a pattern * stands for any text, also none, and every
// other character for itself; case counts, as it does in a payload.
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

// KnownEvent reports whether a pattern matches one of the documented events, and where it matches none suggests the event, or the
// pattern of a family of them (render.*), that was probably meant; "" where none is near.
func KnownEvent(pattern string) (suggestion string, known bool) {
	var names []string
	for _, e := range Events() {
		if EventMatches(pattern, e.Name) {
			return "", true
		}
		names = append(names, e.Name)
	}
	if strings.Contains(pattern, "*") {
		return Near(pattern, EventFamilies()), false
	}
	if slices.Contains(EventFamilies(), pattern+".*") {
		return pattern + ".*", false
	}
	return Near(pattern, names), false
}

// EventFamilies lists the patterns of the families of documented events, as in render.*, in the order of the documentation.
func EventFamilies() []string {
	var families []string
	for _, e := range Events() {
		family, _, _ := strings.Cut(e.Name, ".")
		families = append(families, family+".*")
	}
	return slices.Compact(families)
}
