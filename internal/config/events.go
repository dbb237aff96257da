package config

import (
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// checkEvents checks a list of events, in which * stands for any characters. The empty list means all of them. A name outside
// Vidiking's documentation is let through, since there may be new ones; but not where it is near to one that is documented, for a
// typo here would keep every delivery from being forwarded without a word.
func checkEvents(value string) *problem {
	if p := checkText(value); value != "" && p != nil {
		return p
	}
	for _, name := range splitList(value) {
		if p := checkEvent(name); p != nil {
			return p
		}
	}
	return nil
}

func checkEvent(name string) *problem {
	if name == "" {
		return &problem{"has an empty name between commas", "like render.*,wallet.deposit"}
	}
	for i := range len(name) {
		if c := name[i]; !isBareKeyByte(c) && c != '.' && c != '*' {
			return &problem{fmt.Sprintf("cannot hold %q", name), "events separated by commas, like render.*,wallet.deposit"}
		}
	}
	if matchesDocumented(name) {
		return nil
	}
	if near := webhook.Near(name, suggestions(name)); near != "" {
		return &problem{fmt.Sprintf("names no event: %s", name), "did you mean " + near + "?"}
	}
	return nil
}

func matchesDocumented(pattern string) bool {
	for _, e := range webhook.Events() {
		if matchesStar(pattern, e.Name) {
			return true
		}
	}
	return false
}

// suggestions are the names that a wrong one is compared with: of a pattern, the patterns for each family of events.
func suggestions(name string) []string {
	var names []string
	for _, e := range webhook.Events() {
		if !strings.Contains(name, "*") {
			names = append(names, e.Name)
			continue
		}
		family, _, _ := strings.Cut(e.Name, ".")
		names = append(names, family+".*")
	}
	return names
}

// matchesStar reports whether pattern, in which * stands for any characters, is the whole of name.
func matchesStar(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == name
	}
	first, last := parts[0], parts[len(parts)-1]
	rest, ok := strings.CutPrefix(name, first)
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		if _, rest, ok = strings.Cut(rest, part); !ok {
			return false
		}
	}
	return strings.HasSuffix(rest, last)
}
