package cmdutil

import (
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Vidiking may add events at any time, so an undocumented event is not an error. Commands that act on future events warn about it, because
// a typo would match nothing. Commands that read the log suggest a correction only if nothing matches.

// WarnUnknownEvents warns about patterns that match no documented event. The source is the flag or setting that they come from.
func WarnUnknownEvents(p output.Printer, source string, patterns []string) {
	for _, pattern := range patterns {
		closest, known := webhook.KnownEvent(pattern)
		if known {
			continue
		}
		hint := "list documented events: vidiking trigger --list"
		if closest != "" {
			hint = fmt.Sprintf("did you mean %q? List documented events: vidiking trigger --list", closest)
		}
		p.Warning("unknown_event", source+": "+notDocumented(pattern), []string{hint})
	}
}

// notDocumented returns the message for a pattern that matches no documented event.
func notDocumented(pattern string) string {
	if strings.Contains(pattern, "*") {
		return fmt.Sprintf("no documented event matches %q", pattern)
	}
	return fmt.Sprintf("%q is not a documented event", pattern)
}

// SuggestEvents returns a sentence for an empty result that suggests documented events for the undocumented ones in the filter; "" if there
// is nothing to suggest.
func SuggestEvents(f filter.Filter) string {
	var closest []string
	for _, t := range f.Terms() {
		for _, v := range t.Values {
			if n, known := webhook.KnownEvent(v.Name); t.Key == filter.Event && !known && n != "" {
				closest = append(closest, n)
			}
		}
	}
	if len(closest) == 0 {
		return ""
	}
	return " Did you mean " + strings.Join(closest, ", ") + "?"
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
		routes, _ := ParseRoutes(value) // commands that use the setting report its errors
		for _, r := range routes {
			WarnUnknownEvents(p, key.Name, r.Events)
		}
	}
	return output.ClosedPipe(p.Err())
}
