package relay

import (
	"slices"
	"strings"
)

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
