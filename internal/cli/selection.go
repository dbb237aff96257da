package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// selection is the flags by which `webhooks list` and `replay` select deliveries.
type selection struct {
	events, statuses []string
	failed           bool
	since, until     string
}

func (s *selection) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringSliceVar(&s.events, "event", nil, "only this `EVENT`, as in render.failed or render.* (repeatable)")
	f.StringSliceVar(&s.statuses, "status", nil, "only this `STATUS`, as in refused (repeatable)")
	f.BoolVar(&s.failed, "failed", false, "only what was not delivered, and not by a replay since")
	f.StringVar(&s.since, "since", "", "only what was received since `WHEN`, as in 1h, 14:03 or 2026-03-02")
	f.StringVar(&s.until, "until", "", "only what was received before `WHEN`")
	_ = cmd.RegisterFlagCompletionFunc("event", completeEventPatterns)
	_ = cmd.RegisterFlagCompletionFunc("status", completeStatuses)
	for _, name := range []string{"since", "until"} {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions([]string{"10m", "1h", "1d"}, cobra.ShellCompDirectiveNoFileComp))
	}
}

// isSet reports whether any of the flags was given.
func (s *selection) isSet() bool {
	return len(s.events) > 0 || len(s.statuses) > 0 || s.failed || s.since != "" || s.until != ""
}

// query is the selection in the store's terms, once checked.
func (s *selection) query(a *app) (store.Query, error) {
	q := store.Query{Failed: s.failed}
	for _, e := range s.events {
		if err := checkEventPattern(e); err != nil {
			return q, err
		}
		q.Events = append(q.Events, e)
	}
	for _, name := range s.statuses {
		if name == "failed" { // the filter's word for it
			q.Failed = true
			continue
		}
		status, err := parseStatus(name)
		if err != nil {
			return q, err
		}
		q.Statuses = append(q.Statuses, status)
	}
	var err error
	if q.Since, err = a.when("--since", s.since); err != nil {
		return q, err
	}
	q.Until, err = a.when("--until", s.until)
	return q, err
}

func (a *app) when(flag, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := filter.ParseWhen(s, a.w.Now(), a.w.Location)
	if err != nil {
		return t, usage(flag+" "+s+" is no time", "how long ago (1h, 2d), a clock time (14:03:10) or a date (2026-03-02)")
	}
	return t, nil
}

func parseStatus(name string) (webhook.Status, error) {
	status := webhook.Status(strings.ReplaceAll(strings.ToLower(name), "-", "_"))
	if slices.Contains(webhook.Statuses(), status) {
		return status, nil
	}
	names := statusNames()
	if near := webhook.Near(name, names); near != "" {
		return "", usage("there is no status "+name, "did you mean "+near+"?")
	}
	return "", usage("there is no status "+name, "a status is one of "+strings.Join(names, ", "))
}

func statusNames() []string {
	names := []string{"failed"}
	for _, s := range webhook.Statuses() {
		names = append(names, string(s))
	}
	return names
}

// checkEventPattern checks a pattern of events. A name that is not documented is allowed only where a * makes it a pattern that
// matches something, since anything else would silently match nothing.
func checkEventPattern(pattern string) error {
	near, known := webhook.KnownEvent(pattern)
	switch {
	case known:
		return nil
	case strings.Contains(pattern, "*"):
		return usage("no event matches "+pattern, "all events: vidiking trigger --list")
	case strings.Contains(near, "*"):
		near = "'" + near + "'"
	}
	return unknownEvent(pattern, near)
}
