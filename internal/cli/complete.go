package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/sample"
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

// unquoteUsages takes the quotes off what help names a flag's value by: shells would show them.
func unquoteUsages(cmd *cobra.Command) {
	unquote := func(f *pflag.Flag) { _, f.Usage = pflag.UnquoteUsage(f) }
	cmd.Flags().VisitAll(unquote)
	cmd.PersistentFlags().VisitAll(unquote)
	for _, c := range cmd.Commands() {
		unquoteUsages(c)
	}
}

func completeFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// completeOneFile offers files for the only argument.
func completeOneFile(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, noFiles
	}
	return completeFiles(cmd, args, typed)
}

// completeCommand leaves what stands behind the two hyphens to the shell: it is another program's.
func (a *app) completeCommand(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	// Not ArgsLenAtDash: to complete, Cobra parses the line with two hyphens of its own.
	if !slices.Contains(a.w.Args[:len(a.w.Args)-1], "--") {
		return nil, noFiles
	}
	return completeFiles(cmd, args, typed)
}

// completeForward offers the events before a target, once one of them is begun: a target itself can't be known.
func completeForward(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if typed == "" || strings.Contains(typed, "=") {
		return nil, noFiles
	}
	patterns, _ := completeEventPatterns(cmd, args, typed)
	out := make([]string, len(patterns))
	for i, p := range patterns {
		pattern, what, _ := strings.Cut(p, "\t")
		out[i] = describe(pattern+"=", what)
	}
	return out, noFiles | cobra.ShellCompDirectiveNoSpace
}
