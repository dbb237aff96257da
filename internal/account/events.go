package account

import (
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// AllEvents stands for every documented event where events are named.
const AllEvents = "all"

// EventError says that a name, or a pattern, names no documented event.
type EventError struct {
	Name string
	Near string // the one that was probably meant; may be empty
}

func (e *EventError) Error() string { return "there is no event " + e.Name }

// ParseEvents reads a list of events, separated by commas: names, patterns as in render.*, or all. The API is told names, so patterns
// are written out, in the order of the documentation. It returns an *EventError.
func ParseEvents(list string) ([]string, error) {
	asked := map[string]bool{}
	for item := range strings.SplitSeq(list, ",") {
		item = strings.TrimSpace(item)
		found := false
		for _, e := range webhook.Events() {
			if item == AllEvents || webhook.EventMatches(item, e.Name) {
				asked[e.Name], found = true, true
			}
		}
		if !found {
			return nil, &EventError{Name: item, Near: meant(item)}
		}
	}
	var events []string
	for _, e := range webhook.Events() {
		if asked[e.Name] {
			events = append(events, e.Name)
		}
	}
	return events, nil
}

// meant is what was probably meant by a name that names nothing.
func meant(item string) string {
	if near := webhook.Near(item, []string{AllEvents}); near != "" {
		return near
	}
	near, _ := webhook.KnownEvent(item)
	return near
}

// ShortEvents is a list of events in few words, which ParseEvents reads as the same: all, or a pattern for each family that is whole.
func ShortEvents(events []string) string {
	missing := map[string]bool{} // by family
	for _, e := range webhook.Events() {
		missing[family(e.Name)] = missing[family(e.Name)] || !slices.Contains(events, e.Name)
	}
	all := true
	var short []string
	for _, name := range events {
		if lacks, known := missing[family(name)]; known && !lacks {
			name = family(name) + ".*"
		}
		if !slices.Contains(short, name) {
			short = append(short, name)
		}
	}
	for _, lacks := range missing {
		all = all && !lacks
	}
	if all {
		return AllEvents
	}
	return strings.Join(short, ",")
}

func family(event string) string {
	name, _, _ := strings.Cut(event, ".")
	return name
}
