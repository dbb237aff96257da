package cli

import (
	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/cli/configcmd"
	"github.com/vidiking/vidiking-cli/internal/cli/emulatorcmd"
	"github.com/vidiking/vidiking-cli/internal/cli/eventscmd"
	"github.com/vidiking/vidiking-cli/internal/cli/listencmd"
	"github.com/vidiking/vidiking-cli/internal/cli/rendercmd"
	"github.com/vidiking/vidiking-cli/internal/cli/sendcmd"
	"github.com/vidiking/vidiking-cli/internal/cli/signcmd"
	"github.com/vidiking/vidiking-cli/internal/cli/testcmd"
	"github.com/vidiking/vidiking-cli/internal/cli/watchcmd"
	"github.com/vidiking/vidiking-cli/internal/cli/webhookscmd"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// newRootCommand returns the tree of all commands.
func newRootCommand(a *cmdutil.App) *cobra.Command {
	s := suggester{app: a, parse: func(args []string) error { return parse(a, args) }}
	a.WithFlag = s.withFlag
	version := false
	cmd := &cobra.Command{
		Use:   "vidiking",
		Short: "Receive, inspect and replay Vidiking webhooks on your own machine",
		Long: `Receive Vidiking webhooks on your machine: verify and record every delivery, forward it to your handler, and replay it whenever you like.
Run without a command to see suggested next steps.`,
		Example:       "  vidiking demo\n  vidiking listen --forward localhost:3000\n  vidiking trigger render.complete\n  vidiking doctor",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          s.unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if version {
				return printVersion(a)
			}
			return welcome(cmd.Context(), a)
		},
		CompletionOptions: cobra.CompletionOptions{
			DisableDefaultCmd: true, // newCompletionCommand replaces it
		},
	}
	cmd.CompletionOptions.SetDefaultShellCompDirective(cmdutil.NoFiles) // commands that take a file opt in
	cmd.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		a.HelpErr = output.ClosedPipe(printHelp(a.Env.Stdout, pageOf(cmd)))
	})
	cmd.SetUsageFunc(func(cmd *cobra.Command) error { return printHelp(a.Env.Stdout, pageOf(cmd)) })
	cmd.SetFlagErrorFunc(s.flagError)
	cmd.Flags().BoolVar(&version, "version", false, "print the version")
	globalFlags(a, cmd)
	cmd.AddCommand(
		listencmd.NewListenCommand(a), watchcmd.NewWatchCommand(a), sendcmd.NewTriggerCommand(a), webhookscmd.NewWebhooksCommand(a),
		sendcmd.NewReplayCommand(a), testcmd.NewTestCommand(a), sendcmd.NewDiagnoseCommand(a), configcmd.NewConfigCommand(a), eventscmd.NewEventsCommand(a), signcmd.NewSignCommand(a),
		signcmd.NewVerifyCommand(a), emulatorcmd.NewEmulatorCommand(a), rendercmd.NewRenderCommand(a), rendercmd.NewAICommand(a), rendercmd.NewWalletCommand(a),
		newDemoCommand(a), newDoctorCommand(a), newCompletionCommand(a), newVersionCommand(a),
	)
	cmd.SetHelpCommand(newHelpCommand(a))
	cmd.InitDefaultHelpCmd() // adds the help command
	for _, group := range cmd.Commands() {
		if isGroup(group) {
			group.Args = cmd.Args
		}
	}
	return cmd
}

// parse returns the usage error of a command line without running it.
func parse(a *cmdutil.App, args []string) error {
	env := a.Env
	env.Args = args
	cmd, rest, err := newRootCommand(cmdutil.NewApp(env)).Find(args)
	if err != nil {
		return err
	}
	cmd.InitDefaultHelpFlag()
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}
