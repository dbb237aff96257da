package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/suggest"
)

func newHelpCommand(a *cmdutil.App) *cobra.Command {
	schema := false
	cmd := &cobra.Command{
		Use:                   "help [COMMAND | TOPIC]",
		Short:                 "Show help for a command or a topic",
		Long:                  "Show the help of a command (the same as --help) or of a topic. Without an argument, list all commands and topics.",
		Example:               "  vidiking help\n  vidiking help webhooks list\n  vidiking help exit-codes\n  vidiking help json --schema",
		Args:                  cobra.ArbitraryArgs,
		DisableFlagsInUseLine: true,
		Annotations: cmdutil.Manual{
			Exits: `0 done
2 unknown command or topic`,
		}.Annotations(),
		ValidArgsFunction: completeHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			if schema {
				return printSchema(a, args)
			}
			p, err := findPage(cmd.Root(), args)
			if err != nil {
				return err
			}
			return output.ClosedPipe(printHelp(a.Env.Stdout, p))
		},
	}
	return cmdutil.WithFlags(a, cmd, func(cmd *cobra.Command) {
		cmd.Flags().BoolVar(&schema, "schema", false, "print a JSON Schema of everything that -o json prints (with the topic json)")
	})
}

// printSchema prints a JSON Schema of all objects that the program prints.
func printSchema(a *cmdutil.App, args []string) error {
	if len(args) != 1 || args[0] != jsonTopicName {
		return cmdutil.Usage("--schema needs the topic json", "vidiking help json --schema")
	}
	text, err := output.JSONSchema(jsonObjects())
	if err != nil {
		return err
	}
	_, err = a.Env.Stdout.Write(append(text, '\n'))
	return output.ClosedPipe(err)
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
	if closest := suggest.Closest(name, names); closest != "" {
		closest = strings.Join(append(append([]string{"vidiking help"}, before...), closest), " ")
		return cmdutil.Usage(what, "did you mean "+closest+"? List all: "+all)
	}
	return cmdutil.Usage(what, "list all: "+all)
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
