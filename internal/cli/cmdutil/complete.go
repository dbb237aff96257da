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

// Each completion opens only what it needs: events and keys are part of the program, profiles are in the configuration, ids in the log.
// A completion that fails offers nothing, because it has no way to report an error.

// NoFiles tells the shell not to complete file names.
const NoFiles = cobra.ShellCompDirectiveNoFileComp

// Describe returns a completion with a description.
func Describe(value, description string) string { return value + "\t" + description }

// CompleteEvents offers the events and scenarios that are not among the arguments yet.
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

// CompleteEventPatterns offers events and event patterns, for each item of a comma-separated list.
func CompleteEventPatterns(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	before := typed[:strings.LastIndexByte(typed, ',')+1]
	out := []string{
		Describe(before+"render.*", "all render events"), Describe(before+"ai.*", "all AI events"),
		Describe(before+"wallet.*", "all wallet events"),
	}
	for _, e := range webhook.Events() {
		out = append(out, Describe(before+e.Name, e.When))
	}
	return out, NoFiles
}

func completeStatuses(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return filter.Status.Names(), NoFiles
}

// CompleteFilter offers keys and values for the last term of a filter.
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

// CompletePaths offers the field paths of the documented payload.
func CompletePaths(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	if strings.Contains(typed, "=") {
		return nil, NoFiles
	}
	suffix, directive := "", NoFiles
	if cmd.Flags().Lookup("set") != nil && !strings.HasPrefix(typed, "-") {
		suffix, directive = "=", NoFiles|cobra.ShellCompDirectiveNoSpace
	}
	var out []string
	for _, p := range []string{
		"event", "timestamp", "data.id", "data.status", "data.url", "data.duration", "data.credits_used", "data.wallet_balance", "data.error",
		"data.balance",
	} {
		out = append(out, p+suffix)
	}
	return out, directive
}

// UnquoteUsages removes the backquotes around value names in flag help, because shells would show them.
func UnquoteUsages(cmd *cobra.Command) {
	unquote := func(f *pflag.Flag) { _, f.Usage = pflag.UnquoteUsage(f) }
	cmd.Flags().VisitAll(unquote)
	cmd.PersistentFlags().VisitAll(unquote)
	for _, c := range cmd.Commands() {
		UnquoteUsages(c)
	}
}

// CompleteFiles lets the shell complete file names.
func CompleteFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// CompleteOneFile lets the shell complete a file name for the first argument.
func CompleteOneFile(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, NoFiles
	}
	return CompleteFiles(cmd, args, typed)
}

// CompleteCommand lets the shell complete file names after --, where another program's command line follows.
func CompleteCommand(a *App, cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	// ArgsLenAtDash does not work here, because Cobra adds another -- when it parses a line for completion.
	if !slices.Contains(a.Env.Args[:len(a.Env.Args)-1], "--") {
		return nil, NoFiles
	}
	return CompleteFiles(cmd, args, typed)
}

// CompleteForward offers the event patterns of a route once the user starts to type one. Targets are unknown and not offered.
func CompleteForward(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if typed == "" || strings.Contains(typed, "=") {
		return nil, NoFiles
	}
	patterns, _ := CompleteEventPatterns(cmd, args, typed)
	out := make([]string, len(patterns))
	for i, p := range patterns {
		pattern, description, _ := strings.Cut(p, "\t")
		out[i] = Describe(pattern+"=", description)
	}
	return out, NoFiles | cobra.ShellCompDirectiveNoSpace
}
