package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/suggest"
)

// root is the whole tree of commands.
func (a *app) root() *cobra.Command {
	version := false
	cmd := &cobra.Command{
		Use:   "vidiking",
		Short: "Receive, look at and send again Vidiking's webhooks on your own machine",
		Long: `Takes the webhooks of Vidiking in on your own machine, checks and records each, passes it to your handler, and sends it again when you
ask for that. Without a command it says what to do now: by what runs, what is in the log, and what is configured.`,
		Example:       "  vidiking demo\n  vidiking listen --forward localhost:3000\n  vidiking trigger render.complete\n  vidiking doctor",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          a.unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if version {
				return a.sayVersion()
			}
			return a.welcome(cmd.Context())
		},
		CompletionOptions: cobra.CompletionOptions{
			DisableDefaultCmd: true, // our own has help in our voice
		},
	}
	cmd.CompletionOptions.SetDefaultShellCompDirective(noFiles) // what takes a file says so
	cmd.SetHelpFunc(func(cmd *cobra.Command, _ []string) { a.helpErr = closedPipe(printHelp(a.w.Stdout, pageOf(cmd))) })
	cmd.SetUsageFunc(func(cmd *cobra.Command) error { return printHelp(a.w.Stdout, pageOf(cmd)) })
	cmd.SetFlagErrorFunc(a.flagError)
	cmd.Flags().BoolVar(&version, "version", false, "say which version this is")
	a.globalFlags(cmd)
	cmd.AddCommand(
		a.listen(), a.watch(), a.trigger(), a.webhooks(), a.replay(), a.configCommand(), a.sign(), a.verify(), a.demo(), a.doctor(),
		a.completion(), a.version(),
	)
	cmd.SetHelpCommand(a.help())
	cmd.InitDefaultHelpCmd() // which adds it
	return cmd
}

// unknownCommand is the error for a word that is no command, with the one that was meant.
func (a *app) unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	what := fmt.Sprintf("there is no command %s", strings.TrimPrefix(cmd.CommandPath()+" "+args[0], "vidiking "))
	all := "all commands: " + cmd.CommandPath() + " --help"
	if !cmd.HasParent() && isTopic(args[0]) {
		return usage(what, "there is a topic: vidiking help "+args[0])
	}
	if hint, ok := a.meantCommand(cmd, a.typedFrom(args[0])); ok {
		return &failure{code: exitUsage, what: what, hint: []string{hint, all}}
	}
	if near := suggest.Closest(args[0], commandNames(cmd)); near != "" {
		return usage(what, "did you mean "+strings.TrimSpace(cmd.CommandPath()+" "+near)+"? A"+all[1:])
	}
	return usage(what, all)
}

// noArgs refuses arguments, in our words.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usage(fmt.Sprintf("%s takes no argument, and got %q", calledAs(cmd), args[0]), unquotedTime(cmd, args, "see "+cmd.CommandPath()+" --help"))
}

// unquotedTime is the hint for a time of several words that was not quoted, as in --since 1 day ago; for anything else it is otherwise.
func unquotedTime(cmd *cobra.Command, args []string, otherwise string) string {
	for _, name := range []string{"since", "until", "older-than"} {
		if f := cmd.Flag(name); f != nil && f.Changed {
			whole := strings.Join(append([]string{f.Value.String()}, args...), " ")
			if _, err := filter.ParseWhen(whole, time.Unix(0, 0), time.UTC); err == nil {
				return "quote a time that has spaces: --" + name + " " + shellWord(whole)
			}
		}
	}
	return otherwise
}

// calledAs is a command as it stands in a sentence of the program's own: without its name before it.
func calledAs(cmd *cobra.Command) string { return strings.TrimPrefix(cmd.CommandPath(), "vidiking ") }
