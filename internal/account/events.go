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

// AllEvents stands for every documented event where events are named.
const AllEvents = "all"

// EventError says that an item of a list of events can't be registered.
type EventError struct {
	Name    string
	Closest string // the one that was probably meant; may be empty
}

func (e *EventError) Error() string { return fmt.Sprintf("no documented event matches %q", e.Name) }

// ParseEvents reads a list of events, separated by commas: names, patterns as in render.*, or all. The API is told names, so patterns
// are written out, in the order of the documentation; names that are not documented follow, as they are. It returns an *EventError
// for a pattern that matches no documented event, because it names nothing to tell the API.
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

// ShortEvents is a list of events in few words, which ParseEvents reads as the same: all, or a pattern for each family that is whole.
func ShortEvents(events []string) string {
	missing := map[string]bool{} // by family
	all := true                  // it has every documented event, and no other
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
