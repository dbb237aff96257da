package cmdutil

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

// NoFiles tells the shell not to complete file names.
const NoFiles = cobra.ShellCompDirectiveNoFileComp

// Describe returns a completion with a description.
func Describe(value, what string) string { return value + "\t" + what }

// CompleteEvents offers events and scenarios that are not on the line yet.
func CompleteEvents(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, e := range webhook.Events() {
		if !slices.Contains(args, e.Name) {
			out = append(out, Describe(e.Name, e.When))
		}
	}
	for _, s := range sample.Scenarios() {
		if !slices.Contains(args, s.Name) {
			out = append(out, Describe(s.Name, s.Summary))
		}
	}
	return out, NoFiles
}

// CompleteEventPatterns offers events and the patterns over them, after a comma too.
func CompleteEventPatterns(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	before := typed[:strings.LastIndexByte(typed, ',')+1]
	out := []string{
		Describe(before+"render.*", "all of a render job"), Describe(before+"ai.*", "all of AI generation"),
		Describe(before+"wallet.*", "all of the wallet"),
	}
	for _, e := range webhook.Events() {
		out = append(out, Describe(before+e.Name, e.When))
	}
	return out, NoFiles
}

func completeStatuses(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return filter.Status.Names(), NoFiles
}

// CompleteFilter offers the keys of a filter and their values, for what is typed last in it.
func CompleteFilter(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	c := filter.Complete(typed, len(typed))
	directive := NoFiles | cobra.ShellCompDirectiveKeepOrder
	var out []string
	for _, candidate := range c.Candidates {
		out = append(out, Describe(typed[:c.From]+candidate.Text, candidate.Description))
		if candidate.Incomplete {
			directive |= cobra.ShellCompDirectiveNoSpace
		}
	}
	return out, directive
}

// CompletePaths offers the paths of the documented payload.
func CompletePaths(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	if strings.Contains(typed, "=") {
		return nil, NoFiles
	}
	after, directive := "", NoFiles
	if cmd.Flags().Lookup("set") != nil && !strings.HasPrefix(typed, "-") {
		after, directive = "=", NoFiles|cobra.ShellCompDirectiveNoSpace
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

// UnquoteUsages takes the quotes off what help names a flag's value by: shells would show them.
func UnquoteUsages(cmd *cobra.Command) {
	unquote := func(f *pflag.Flag) { _, f.Usage = pflag.UnquoteUsage(f) }
	cmd.Flags().VisitAll(unquote)
	cmd.PersistentFlags().VisitAll(unquote)
	for _, c := range cmd.Commands() {
		UnquoteUsages(c)
	}
}

// CompleteFiles completes file names.
func CompleteFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// CompleteOneFile offers files for the only argument.
func CompleteOneFile(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, NoFiles
	}
	return CompleteFiles(cmd, args, typed)
}

// CompleteCommand leaves what stands behind the two hyphens to the shell: it is another program's.
func CompleteCommand(a *App, cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	// Not ArgsLenAtDash: to complete, Cobra parses the line with two hyphens of its own.
	if !slices.Contains(a.W.Args[:len(a.W.Args)-1], "--") {
		return nil, NoFiles
	}
	return CompleteFiles(cmd, args, typed)
}

// CompleteForward offers the events before a target, once one of them is begun: a target itself can't be known.
func CompleteForward(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if typed == "" || strings.Contains(typed, "=") {
		return nil, NoFiles
	}
	patterns, _ := CompleteEventPatterns(cmd, args, typed)
	out := make([]string, len(patterns))
	for i, p := range patterns {
		pattern, what, _ := strings.Cut(p, "\t")
		out[i] = Describe(pattern+"=", what)
	}
	return out, NoFiles | cobra.ShellCompDirectiveNoSpace
}
