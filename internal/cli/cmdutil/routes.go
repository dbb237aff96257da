package cmdutil

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/relay"
)

// Forwards is --forward: given several times, it is one setting of as many routes.
type Forwards struct{ routes []string }

var _ pflag.Value = (*Forwards)(nil)

func (f *Forwards) String() string { return strings.Join(f.routes, " ") }

// Type names the kind of value, for help.
func (f *Forwards) Type() string { return "targetArray" } // Array, as repeatedFlag has it
// Set adds a route.
func (f *Forwards) Set(v string) error {
	f.routes = append(f.routes, v)
	return nil
}

// ParseRoutes reads the setting forward: routes with spaces between, each a target that may have EVENTS= before it. Targets without a
// path get ours.
func ParseRoutes(text string) ([]relay.Route, error) {
	var routes []relay.Route
	for _, field := range strings.Fields(text) {
		if strings.HasPrefix(field, "=") {
			return nil, Usage("no events stand before the = of "+field, "as in 'render.*"+field+"', or for all of them without =")
		}
		events, to := cutEvents(field)
		if slices.Contains(events, "") {
			return nil, Usage("an event's name is empty in "+field, "as in 'render.*,wallet.*="+to+"'")
		}
		target, err := dispatch.ParseTarget(to, config.DefaultPath)
		if err != nil {
			return nil, err
		}
		routes = append(routes, relay.Route{Events: events, Target: target})
	}
	if len(routes) == 0 {
		return nil, Usage("--forward names no target", "as in --forward localhost:3000")
	}
	return routes, nil
}

// cutEvents takes the events off a route. What stands before the first = is events only where it can be no part of a target with a =
// in its query: nothing but names, dots, stars and commas.
func cutEvents(route string) (events []string, target string) {
	before, after, found := strings.Cut(route, "=")
	const inEvents = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.*,"
	if !found || before == "" || strings.Trim(before, inEvents) != "" {
		return nil, route
	}
	return strings.Split(before, ","), after
}

// FormatRoutes is what parseRoutes reads back.
func FormatRoutes(routes []relay.Route) string {
	var fields []string
	for _, r := range routes {
		field := r.Target.String()
		if len(r.Events) > 0 {
			field = strings.Join(r.Events, ",") + "=" + field
		}
		fields = append(fields, field)
	}
	return strings.Join(fields, " ")
}
