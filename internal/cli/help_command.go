package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/suggest"
)

func newHelpCommand(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:                   "help [COMMAND | TOPIC]",
		Short:                 "Show help for a command or a topic",
		Long:                  "Shows the help of a command, as --help does, or of a topic. Without an argument it lists both.",
		Example:               "  vidiking help\n  vidiking help webhooks list\n  vidiking help exit-codes",
		Args:                  cobra.ArbitraryArgs,
		DisableFlagsInUseLine: true,
		Annotations: cmdutil.Manual{
			Exits: `0 done
2 unknown command or topic`,
		}.Annotations(),
		ValidArgsFunction: completeHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := findPage(cmd.Root(), args)
			if err != nil {
				return err
			}
			return cmdutil.ClosedPipe(printHelp(a.W.Stdout, p))
		},
	}
}

// findPage returns the page of a topic or a command.
func findPage(root *cobra.Command, names []string) (page, error) {
	if len(names) == 1 {
		all := topics(root)
		if i := slices.IndexFunc(all, func(p page) bool { return p.name == names[0] }); i >= 0 {
			return all[i], nil
		}
	}
	cmd := root
	for i, name := range names {
		sub := subcommand(cmd, name)
		if sub == nil && slices.Contains(cmd.ValidArgs, name) {
			break // as in: help completion bash
		}
		if sub == nil {
			return page{}, unknownPage(cmd, names[:i], name)
		}
		cmd = sub
	}
	return pageOf(cmd), nil
}

func subcommand(cmd *cobra.Command, name string) *cobra.Command {
	for _, c := range cmd.Commands() {
		if c.Name() == name || c.HasAlias(name) {
			return c
		}
	}
	return nil
}

// unknownPage returns the error for a word that is neither a command nor a topic.
func unknownPage(cmd *cobra.Command, before []string, name string) error {
	names := commandNames(cmd)
	what, all := fmt.Sprintf("unknown command %q", strings.Join(append(slices.Clone(before), name), " ")), cmd.CommandPath()+" --help"
	if !cmd.HasParent() {
		what, all = fmt.Sprintf("unknown command or topic %q", name), "vidiking help"
		for _, p := range topics(cmd.Root()) {
			names = append(names, p.name)
		}
	}
	if hint, ok := commandHabit(append(slices.Clone(before), name), false); ok {
		return cmdutil.Usage(what, hint, "list all: "+all)
	}
	if near := suggest.Closest(name, names); near != "" {
		near = strings.Join(append(append([]string{"vidiking help"}, before...), near), " ")
		return cmdutil.Usage(what, "did you mean "+near+"? List all: "+all)
	}
	return cmdutil.Usage(what, "list all: "+all)
}

// commandNames returns the names and aliases of a command's subcommands.
func commandNames(cmd *cobra.Command) []string {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(append(names, c.Name()), c.Aliases...)
		}
	}
	return names
}

// completeHelp completes subcommands, and topics for the first word.
func completeHelp(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	at := cmd.Root()
	for _, name := range args {
		if at = subcommand(at, name); at == nil {
			return nil, cmdutil.NoFiles
		}
	}
	var out []string
	for _, t := range commandTerms(at) {
		out = append(out, cmdutil.Describe(t.name, t.text))
	}
	if len(args) == 0 {
		for _, t := range topicTerms(cmd.Root()) {
			out = append(out, cmdutil.Describe(t.name, t.text))
		}
	}
	return out, cmdutil.NoFiles
}

// isTopic reports whether a word is the name of a topic.
func isTopic(root *cobra.Command, name string) bool {
	return slices.ContainsFunc(topics(root), func(p page) bool { return p.name == name })
}
