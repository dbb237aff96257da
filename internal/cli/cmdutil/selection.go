package cmdutil

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// Selection has the flags that select deliveries: a filter, and flags that are shorthands for filter terms.
type Selection struct {
	filter           string
	events, statuses []string
	failed           bool
	probes           bool
	since, until     string
	search           []string
}

// AddFlags adds the flags to a command.
func (s *Selection) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&s.filter, "filter", "", "only deliveries that match `FILTER`, as in 'status:failed event:render.* took:>2s' (see vidiking help filter)")
	f.Var(Repeated(&s.search), "search", "only deliveries that contain `TEXT` in an event, id, header, body or response (repeatable)")
	f.Var(RepeatedList(&s.events), "event", "only deliveries of `EVENT`, as in render.failed or render.* (repeatable)")
	f.Var(RepeatedList(&s.statuses), "status", "only deliveries with `STATUS`, as in refused (repeatable)")
	f.BoolVar(&s.failed, "failed", false, "only undelivered deliveries that no replay has resolved")
	f.BoolVar(&s.probes, "probes", false, "include probes: replays with another signature form")
	f.StringVar(&s.since, "since", "", "only deliveries received since `TIME`, as in 1h, 14:03, yesterday or 2026-03-02")
	f.StringVar(&s.until, "until", "", "only deliveries received before `TIME`")
	_ = cmd.RegisterFlagCompletionFunc("filter", CompleteFilter)
	_ = cmd.RegisterFlagCompletionFunc("status", completeStatuses)
	for _, name := range []string{"since", "until"} {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(filter.TimeSuggestions(), cobra.ShellCompDirectiveNoFileComp))
	}
}

// IsSet reports whether any of the flags except --probes was given.
func (s *Selection) IsSet() bool {
	return s.filter != "" || len(s.search) > 0 || len(s.events) > 0 || len(s.statuses) > 0 || s.failed || s.since != "" || s.until != ""
}

// Query checks the flags and returns the store query for them.
func (s *Selection) Query(a *App) (store.Query, error) {
	now, loc := a.Env.Now(), a.Env.Location
	all, err := filter.Parse(s.filter, now, loc)
	if err != nil {
		return store.Query{}, err
	}
	for _, flag := range s.terms() {
		f, err := filter.ForKey(flag.key, now, loc, flag.values...)
		if err != nil {
			return store.Query{}, flag.explain(err)
		}
		all = all.And(f)
	}
	if s.failed {
		all = all.And(filter.Failed())
	}
	return store.Query{Filter: all, Probes: s.probes}, nil
}

// termFlag is a flag that is a shorthand for a filter term.
type termFlag struct {
	name   string
	key    filter.Key
	values []string
}

func (s *Selection) terms() []termFlag {
	all := []termFlag{
		{"--event", filter.Event, s.events}, {"--status", filter.Status, s.statuses},
		{"--since", filter.Since, given(s.since)}, {"--until", filter.Until, given(s.until)},
	}
	for _, text := range s.search { // all of them must match, so each is a term; the values of one term are alternatives
		all = append(all, termFlag{"--search", filter.Free, []string{text}})
	}
	return all
}

// given returns a flag's value, or none if it was not given.
func given(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

// explain returns the error for a bad value of the flag. It omits the marked position, because the flag has nothing but the value.
func (f termFlag) explain(err error) error {
	var wrong *filter.Error
	if !errors.As(err, &wrong) {
		return err
	}
	problem := wrong.Problem
	if f.key == filter.Since || f.key == filter.Until {
		problem = f.name + " " + problem
	}
	return Usage(problem, Lines(wrong.Hint)...)
}

// ParseWhen parses the time given by a flag. It returns the zero time if the flag was not given.
func ParseWhen(a *App, flag, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := filter.ParseWhen(s, a.Env.Now(), a.Env.Location)
	if err != nil {
		return t, Usage(fmt.Sprintf("%s %q is not a time", flag, s), filter.TimeExamples)
	}
	return t, nil
}
