package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/cli/configcmd"
	"github.com/vidiking/vidiking-cli/internal/cli/listencmd"
	"github.com/vidiking/vidiking-cli/internal/cli/sendcmd"
	"github.com/vidiking/vidiking-cli/internal/cli/signcmd"
	"github.com/vidiking/vidiking-cli/internal/cli/watchcmd"
	"github.com/vidiking/vidiking-cli/internal/cli/webhookscmd"
	"github.com/vidiking/vidiking-cli/internal/suggest"
)

// root is the whole tree of commands.
func newRootCommand(a *cmdutil.App) *cobra.Command {
	a.WithFlag = func(flag, argument string) (string, bool) { return withFlag(a, flag, argument) }
	version := false
	cmd := &cobra.Command{
		Use:   "vidiking",
		Short: "Receive, look at and send again Vidiking's webhooks on your own machine",
		Long: `Takes the webhooks of Vidiking in on your own machine, checks and records each, passes it to your handler, and sends it again when you
ask for that. Without a command it says what to do now: by what runs, what is in the log, and what is configured.`,
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
			DisableDefaultCmd: true, // our own has help in our voice
		},
	}
	cmd.CompletionOptions.SetDefaultShellCompDirective(cmdutil.NoFiles) // what takes a file says so
	cmd.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		a.HelpErr = cmdutil.ClosedPipe(printHelp(a.W.Stdout, pageOf(cmd)))
	})
	cmd.SetUsageFunc(func(cmd *cobra.Command) error { return printHelp(a.W.Stdout, pageOf(cmd)) })
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return flagError(a, cmd, err) })
	cmd.Flags().BoolVar(&version, "version", false, "say which version this is")
	globalFlags(a, cmd)
	cmd.AddCommand(
		listencmd.NewListenCommand(a), watchcmd.NewWatchCommand(a), sendcmd.NewTriggerCommand(a), webhookscmd.NewWebhooksCommand(a), sendcmd.NewReplayCommand(a), configcmd.NewConfigCommand(a), signcmd.NewSignCommand(a), signcmd.NewVerifyCommand(a), newDemoCommand(a), newDoctorCommand(a),
		newCompletionCommand(a), newVersionCommand(a),
	)
	cmd.SetHelpCommand(newHelpCommand(a))
	cmd.InitDefaultHelpCmd() // which adds it
	for _, group := range cmd.Commands() {
		if group.HasSubCommands() {
			group.Args = cmd.Args
		}
	}
	return cmd
}

// unknownCommand is the error for a word that is no command, with the one that was meant.
func unknownCommand(a *cmdutil.App, cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	what := fmt.Sprintf("there is no command %s", strings.TrimPrefix(cmd.CommandPath()+" "+args[0], "vidiking "))
	all := "all commands: " + cmd.CommandPath() + " --help"
	if !cmd.HasParent() && isTopic(args[0]) {
		return cmdutil.Usage(what, "there is a topic: vidiking help "+args[0])
	}
	if hint, ok := meantCommand(a, cmd, typedFrom(a, args[0])); ok {
		return &cmdutil.Failure{Code: cmdutil.ExitUsage, What: what, Hints: []string{hint, all}}
	}
	if near := suggest.Closest(args[0], commandNames(cmd)); near != "" {
		return cmdutil.Usage(what, "did you mean "+strings.TrimSpace(cmd.CommandPath()+" "+near)+"? A"+all[1:])
	}
	return cmdutil.Usage(what, all)
}
