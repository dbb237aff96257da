package account

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/vidiking/vidiking-cli/internal/suggest"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// AllEvents selects every documented event in a list of events.
const AllEvents = "all"

// EventError reports an event in a list that cannot be registered.
type EventError struct {
	Name    string
	Closest string // the closest known name; may be empty
}

func (e *EventError) Error() string { return fmt.Sprintf("unknown event %q", e.Name) }

// ParseEvents parses a comma-separated list of events: names, patterns such as render.*, or all. The API accepts only names, so patterns
// expand to the matching names in documentation order. Undocumented names follow unchanged. A pattern without a match is an *EventError.
func ParseEvents(list string) ([]string, error) {
	asked := map[string]bool{}
	var others []string
	for item := range strings.SplitSeq(list, ",") {
		item = strings.TrimSpace(item)
		found := false
		for _, e := range webhook.Events() {
			if item == AllEvents || webhook.EventMatches(item, e.Name) {
				asked[e.Name], found = true, true
			}
		}
		if found {
			continue
		}
		nearAll := suggest.Closest(item, []string{AllEvents})
		if item == "" || nearAll != "" || strings.Contains(item, "*") || strings.ContainsFunc(item, unicode.IsSpace) {
			near, _ := webhook.KnownEvent(item)
			return nil, &EventError{Name: item, Closest: cmp.Or(nearAll, near)}
		}
		if !slices.Contains(others, item) {
			others = append(others, item)
		}
	}
	var events []string
	for _, e := range webhook.Events() {
		if asked[e.Name] {
			events = append(events, e.Name)
		}
	}
	return append(events, others...), nil
}

// ShortEvents formats events as a short list that ParseEvents expands to the same events: all, or a pattern for each complete group.
func ShortEvents(events []string) string {
	missing := map[string]bool{} // by group
	all := true                  // exactly the documented events
	for _, e := range webhook.Events() {
		lacks := !slices.Contains(events, e.Name)
		missing[eventGroup(e.Name)] = missing[eventGroup(e.Name)] || lacks
		all = all && !lacks
	}
	var short []string
	for _, name := range events {
		if !webhook.IsEvent(name) {
			all = false
		} else if !missing[eventGroup(name)] {
			name = eventGroup(name) + ".*"
		}
		if !slices.Contains(short, name) {
			short = append(short, name)
		}
	}
	if all {
		return AllEvents
	}
	return strings.Join(short, ",")
}

func eventGroup(event string) string {
	name, _, _ := strings.Cut(event, ".")
	return name
}
