package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// What the shell is offered. Each opens only what it needs: events and keys are in the program, profiles in the configuration, ids in
// the log. What fails offers nothing: a completion has no way to say why.

const noFiles = cobra.ShellCompDirectiveNoFileComp

func describe(value, what string) string { return value + "\t" + what }

// completeEvents offers events and scenarios that are not on the line yet.
func completeEvents(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, e := range webhook.Events() {
		if !slices.Contains(args, e.Name) {
			out = append(out, describe(e.Name, e.When))
		}
	}
	for _, s := range sample.Scenarios() {
		if !slices.Contains(args, s.Name) {
			out = append(out, describe(s.Name, s.Summary))
		}
	}
	return out, noFiles
}

// completeEventPatterns offers events and the patterns over them, after a comma too.
func completeEventPatterns(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	before := typed[:strings.LastIndexByte(typed, ',')+1]
	out := []string{
		describe(before+"render.*", "all of a render job"), describe(before+"ai.*", "all of AI generation"),
		describe(before+"wallet.*", "all of the wallet"),
	}
	for _, e := range webhook.Events() {
		out = append(out, describe(before+e.Name, e.When))
	}
	return out, noFiles
}

func completeStatuses(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return filter.Status.Names(), noFiles
}

// completeFilter offers the keys of a filter and their values, for what is typed last in it.
func completeFilter(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	c := filter.Complete(typed, len(typed))
	directive := noFiles | cobra.ShellCompDirectiveKeepOrder
	var out []string
	for _, candidate := range c.Candidates {
		out = append(out, describe(typed[:c.From]+candidate.Text, candidate.What))
		if candidate.Open {
			directive |= cobra.ShellCompDirectiveNoSpace
		}
	}
	return out, directive
}

// completePaths offers the paths of the documented payload.
func completePaths(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	if strings.Contains(typed, "=") {
		return nil, noFiles
	}
	after, directive := "", noFiles
	if cmd.Flags().Lookup("set") != nil && !strings.HasPrefix(typed, "-") {
		after, directive = "=", noFiles|cobra.ShellCompDirectiveNoSpace
	}
	var out []string
	for _, p := range []string{
		"event", "timestamp", "data.id", "data.status", "data.url", "data.duration", "data.credits_used", "data.wallet_balance", "data.error",
		"data.balance",
	} {
		out = append(out, p+after)
	}
	return out, directive
}

func completeKeys(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, noFiles
	}
	var out []string
	for _, k := range config.Keys() {
		out = append(out, describe(k.Name, k.Summary))
	}
	return out, noFiles
}

func completeGettable(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	out, directive := completeKeys(cmd, args, typed)
	if len(args) == 0 {
		out = append(out, describe(webhookKey, "what was registered with Vidiking from here"))
	}
	return out, directive
}

func (a *app) completeProfiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	// The profile that is being typed is not one yet, so the configuration is loaded without it.
	cfg, err := config.Load(a.w.configWorld(), config.Flags{Config: a.flags.config, NewProfile: true})
	if err != nil {
		return nil, noFiles
	}
	return cfg.Profiles(), noFiles
}

// completedIDs is how many of the newest deliveries are offered: a screenful.
const completedIDs = 20

// completeIDs offers the newest deliveries, the newest first; as many arguments as most allows, -1 for any number.
func (a *app) completeIDs(most int) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		keep := noFiles | cobra.ShellCompDirectiveKeepOrder
		if most >= 0 && len(args) >= most {
			return nil, keep
		}
		r, err := a.openReader(cmd.Context())
		if err != nil {
			return nil, keep
		}
		defer func() { _ = r.Close() }()
		rows, err := r.List(cmd.Context(), store.Query{Limit: completedIDs})
		if err != nil {
			return nil, keep
		}
		var out []string
		for _, s := range slices.Backward(rows) {
			what := strings.TrimSpace(display.Clean(s.Event + " " + s.About))
			at := s.ReceivedAt.In(a.w.Location).Format("15:04:05")
			out = append(out, describe(string(s.ID), strings.Join([]string{at, string(s.Status), what}, " ")))
		}
		if len(args) == 0 && len(rows) > 0 {
			out = append(out, describe("last", "the newest"))
		}
		return out, keep
	}
}
