package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/cli/configcmd"
	"github.com/vidiking/vidiking-cli/internal/cli/eventscmd"
	"github.com/vidiking/vidiking-cli/internal/cli/listencmd"
	"github.com/vidiking/vidiking-cli/internal/cli/sendcmd"
	"github.com/vidiking/vidiking-cli/internal/cli/signcmd"
	"github.com/vidiking/vidiking-cli/internal/cli/watchcmd"
	"github.com/vidiking/vidiking-cli/internal/cli/webhookscmd"
	"github.com/vidiking/vidiking-cli/internal/suggest"
)

// newRootCommand returns the tree of all commands.
func newRootCommand(a *cmdutil.App) *cobra.Command {
	a.WithFlag = func(flag, argument string) (string, bool) { return withFlag(a, flag, argument) }
	version := false
	cmd := &cobra.Command{
		Use:   "vidiking",
		Short: "Receive, inspect and replay Vidiking webhooks on your own machine",
		Long: `Receive Vidiking webhooks on your machine: verify and record every delivery, forward it to your handler, and replay it whenever you like.
Run without a command to see suggested next steps.`,
		Example:       "  vidiking demo\n  vidiking listen --forward localhost:3000\n  vidiking trigger render.complete\n  vidiking doctor",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          func(cmd *cobra.Command, args []string) error { return unknownCommand(a, cmd, args) },
		RunE: func(cmd *cobra.Command, _ []string) error {
			if version {
				return sayVersion(a)
			}
			return welcome(cmd.Context(), a)
		},
		CompletionOptions: cobra.CompletionOptions{
			DisableDefaultCmd: true, // newCompletionCommand replaces it
		},
	}
	cmd.CompletionOptions.SetDefaultShellCompDirective(cmdutil.NoFiles) // commands that take a file opt in
	cmd.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		a.HelpErr = cmdutil.ClosedPipe(printHelp(a.W.Stdout, pageOf(cmd)))
	})
	cmd.SetUsageFunc(func(cmd *cobra.Command) error { return printHelp(a.W.Stdout, pageOf(cmd)) })
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return flagError(a, cmd, err) })
	cmd.Flags().BoolVar(&version, "version", false, "print the version")
	globalFlags(a, cmd)
	cmd.AddCommand(
		listencmd.NewListenCommand(a), watchcmd.NewWatchCommand(a), sendcmd.NewTriggerCommand(a), webhookscmd.NewWebhooksCommand(a), sendcmd.NewReplayCommand(a), configcmd.NewConfigCommand(a), eventscmd.NewEventsCommand(a), signcmd.NewSignCommand(a), signcmd.NewVerifyCommand(a), newDemoCommand(a), newDoctorCommand(a),
		newCompletionCommand(a), newVersionCommand(a),
	)
	cmd.SetHelpCommand(newHelpCommand(a))
	cmd.InitDefaultHelpCmd() // adds the help command
	for _, group := range cmd.Commands() {
		if group.HasSubCommands() {
			group.Args = cmd.Args
		}
	}
	return cmd
}

// unknownCommand returns the error for an unknown command, with a suggestion.
func unknownCommand(a *cmdutil.App, cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	what := fmt.Sprintf("unknown command %q", strings.TrimPrefix(cmd.CommandPath()+" "+args[0], "vidiking "))
	all := "all commands: " + cmd.CommandPath() + " --help"
	if !cmd.HasParent() && isTopic(cmd, args[0]) {
		return cmdutil.Usage(what, "to read about it: vidiking help "+args[0])
	}
	if hint, ok := meantCommand(a, cmd, typedFrom(a, args[0])); ok {
		return &cmdutil.Failure{Code: cmdutil.ExitUsage, What: what, Hints: []string{hint, all}}
	}
	if near := suggest.Closest(args[0], commandNames(cmd)); near != "" {
		return cmdutil.Usage(what, "did you mean "+strings.TrimSpace(cmd.CommandPath()+" "+near)+"? A"+all[1:])
	}
	return cmdutil.Usage(what, all)
}
