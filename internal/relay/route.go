package relay

import (
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Route selects the deliveries that go to a target.
type Route struct {
	Events []string // patterns such as render.*; empty: every event
	Target dispatch.Target
}

// To returns routes that send every delivery to one target.
func To(t dispatch.Target) []Route { return []Route{{Target: t}} }

// ShortRoutes lists the targets of routes in their short form, each target once.
func ShortRoutes(routes []Route) string {
	var targets []string
	for _, r := range routes {
		if short := r.Target.Short(); !slices.Contains(targets, short) {
			targets = append(targets, short)
		}
	}
	return strings.Join(targets, ", ")
}

// matchesAny reports whether one of the patterns matches the event. An empty list matches every event.
func matchesAny(patterns []string, event string) bool {
	for _, p := range patterns {
		if webhook.EventMatches(p, event) {
			return true
		}
	}
	return len(patterns) == 0
}
