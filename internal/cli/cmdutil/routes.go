package cmdutil

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/relay"
)

// Forwards is the value of --forward, which may be given several times, once per route.
type Forwards struct{ routes []string }

var _ pflag.Value = (*Forwards)(nil)

func (f *Forwards) String() string { return strings.Join(f.routes, " ") }

// Type names the kind of value in help. It contains "Array" for the same reason as RepeatedFlag's.
func (f *Forwards) Type() string { return "targetArray" }

// Set adds a route.
func (f *Forwards) Set(v string) error {
	f.routes = append(f.routes, v)
	return nil
}

// ParseRoutes parses the setting forward: routes separated by spaces, each of the form TARGET or EVENTS=TARGET. Targets without a path get
// the default one.
func ParseRoutes(text string) ([]relay.Route, error) {
	var routes []relay.Route
	for _, field := range strings.Fields(text) {
		if strings.HasPrefix(field, "=") {
			return nil, Usage(fmt.Sprintf("missing events before = in %q", field), "for example: 'render.*"+field+"', or omit = to forward all events")
		}
		events, to := cutEvents(field)
		if slices.Contains(events, "") {
			return nil, Usage(fmt.Sprintf("empty event name in %q", field), "for example: 'render.*,wallet.*="+to+"'")
		}
		target, err := dispatch.ParseTarget(to, config.DefaultPath)
		if err != nil {
			return nil, err
		}
		routes = append(routes, relay.Route{Events: events, Target: target})
	}
	if len(routes) == 0 {
		return nil, Usage("--forward needs a target", "for example: --forward localhost:3000")
	}
	return routes, nil
}

// cutEvents splits a route into its events and its target. The text before the first = is a list of events only if it consists of names,
// dots, stars and commas. Otherwise the = belongs to the query of the target.
func cutEvents(route string) (events []string, target string) {
	before, after, found := strings.Cut(route, "=")
	const eventChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.*,"
	if !found || before == "" || strings.Trim(before, eventChars) != "" {
		return nil, route
	}
	return strings.Split(before, ","), after
}

// FormatRoutes formats routes for ParseRoutes.
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
