package cmdutil

import (
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Vidiking may add events at any time, so a name that is not documented is a name like any other. Commands that act on events to
// come warn about it, because a typo there would match nothing. Commands that read the log don't, because the log shows what
// there is; only an empty result names the typo.

// WarnUnknownEvents warns about patterns that match no documented event. Where is the flag or setting that they come from.
func WarnUnknownEvents(p output.Printer, where string, patterns []string) {
	for _, pattern := range patterns {
		near, known := webhook.KnownEvent(pattern)
		if known {
			continue
		}
		what := where + ": " + notDocumented(pattern)
		hint := "documented events: vidiking trigger --list"
		if near != "" {
			hint = "did you mean " + near + "? D" + hint[1:]
		}
		p.Warning("unknown_event", what, []string{hint})
	}
}

// notDocumented says that a pattern matches no documented event.
func notDocumented(pattern string) string {
	if strings.Contains(pattern, "*") {
		return fmt.Sprintf("no documented event matches %q", pattern)
	}
	return fmt.Sprintf("%q is not a documented event", pattern)
}

// SuggestEvents returns a sentence for an empty result, which suggests documented events for those in the filter that are not
// documented; "" if there is nothing to suggest.
func SuggestEvents(f filter.Filter) string {
	var near []string
	for _, t := range f.Terms() {
		for _, v := range t.Values {
			if n, known := webhook.KnownEvent(v.Name); t.Key == filter.Event && !known && n != "" {
				near = append(near, n)
			}
		}
	}
	if len(near) == 0 {
		return ""
	}
	return " Did you mean " + strings.Join(near, ", ") + "?"
}

// WarnUnknownEventsOf warns about the events in the value of a setting.
func WarnUnknownEventsOf(a *App, key config.Key, value string) error {
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	p := output.New(out)
	switch key.Name {
	case config.Events:
		WarnUnknownEvents(p, key.Name, a.Cfg.Strings(key.Name))
	case config.Forward:
		routes, _ := ParseRoutes(value) // whoever uses the setting reports what is wrong with it
		for _, r := range routes {
			WarnUnknownEvents(p, key.Name, r.Events)
		}
	}
	return ClosedPipe(p.Err())
}
