package cmdutil

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// Selection is the flags by which a command selects deliveries: a filter, and others that are short for one.
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
	f.StringVar(&s.filter, "filter", "", "only what this `FILTER` selects, as in 'status:failed event:render.* took:>2s' (vidiking help filter)")
	f.Var(Repeated(&s.search), "search", "only what has this `TEXT` somewhere: events, ids, headers, bodies, answers (repeatable)")
	f.Var(RepeatedList(&s.events), "event", "only this `EVENT`, as in render.failed or render.* (repeatable)")
	f.Var(RepeatedList(&s.statuses), "status", "only this `STATUS`, as in refused (repeatable)")
	f.BoolVar(&s.failed, "failed", false, "only what was not delivered, and not by a replay since")
	f.BoolVar(&s.probes, "probes", false, "include probes: replays that try another form of the signature")
	f.StringVar(&s.since, "since", "", "only what was received since `WHEN`, as in 1h, 14:03, yesterday or 2026-03-02")
	f.StringVar(&s.until, "until", "", "only what was received before `WHEN`")
	_ = cmd.RegisterFlagCompletionFunc("filter", CompleteFilter)
	_ = cmd.RegisterFlagCompletionFunc("status", completeStatuses)
	for _, name := range []string{"since", "until"} {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(filter.TimeSuggestions(), cobra.ShellCompDirectiveNoFileComp))
	}
}

// IsSet reports whether any of the flags was given.
func (s *Selection) IsSet() bool {
	return s.filter != "" || len(s.search) > 0 || len(s.events) > 0 || len(s.statuses) > 0 || s.failed || s.since != "" || s.until != ""
}

// Query is the selection in the store's terms, once checked.
func (s *Selection) Query(a *App) (store.Query, error) {
	now, loc := a.W.Now(), a.W.Location
	all, err := filter.Parse(s.filter, now, loc)
	if err != nil {
		return store.Query{}, err
	}
	for _, flag := range s.terms() {
		f, err := filter.ForKey(flag.key, now, loc, flag.values...)
		if err != nil {
			return store.Query{}, flag.wrong(err)
		}
		all = all.And(f)
	}
	if s.failed {
		all = all.And(filter.Failed())
	}
	return store.Query{Filter: all, Probes: s.probes}, nil
}

// termFlag is a flag that is short for a term of the filter.
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
	for _, text := range s.search { // all of them, where the values of one term are alternatives
		all = append(all, termFlag{"--search", filter.Free, []string{text}})
	}
	return all
}

// given is a flag's value; none where it was not given.
func given(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

// wrong is what is wrong with the flag's value. There is no place in it to point at: the value is all there is.
func (f termFlag) wrong(err error) error {
	var wrong *filter.Error
	if !errors.As(err, &wrong) {
		return err
	}
	what := wrong.Problem
	if f.key == filter.Since || f.key == filter.Until {
		what = f.name + " " + what
	}
	return Usage(what, Lines(wrong.Hint)...)
}

// ParseWhen reads a flag's point in time; the zero time where it was not given.
func ParseWhen(a *App, flag, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := filter.ParseWhen(s, a.W.Now(), a.W.Location)
	if err != nil {
		return t, Usage(flag+" "+s+" is no time", filter.TimeExamples)
	}
	return t, nil
}
