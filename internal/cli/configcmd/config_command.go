package configcmd

import (
	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// NewConfigCommand returns `config` and its subcommands.
func NewConfigCommand(a *cmdutil.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Read and write the program's settings",
		Long: `Reads and writes the program's settings. A flag beats the environment, which beats the project's file (.vidiking.toml), which
beats the configuration file, which beats the default. With --profile NAME it reads and writes those of a profile.`,
		Example: "  vidiking config list\n  vidiking config set forward localhost:8080\n  vidiking config set-webhook --url https://example.com/webhooks/vidiking --events all",
		Annotations: cmdutil.Manual{
			SeeAlso: "environment",
		}.Annotations(),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newConfigSetCommand(a), newConfigGetCommand(a), newConfigListCommand(a), newConfigUnsetCommand(a), newConfigPathCommand(a), newSetWebhookCommand(a), newRestoreWebhookCommand(a))
	return cmd
}

func newConfigListCommand(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List all settings, and where each came from",
		Long:    "Lists all settings as they are in force, and where each came from. Secrets are masked.",
		Example: "  vidiking config list\n  vidiking config list --profile staging -o json",
		Annotations: cmdutil.Manual{
			Environment: "VIDIKING_WEBHOOK_SECRET, VIDIKING_API_KEY, VIDIKING_API_URL, NGROK_AUTHTOKEN",
			Exits: `0 done
2 the configuration is wrong`,
			SeeAlso: "config set, config get, environment",
		}.Annotations(),
		Args: cmdutil.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cfg, err := a.Config()
			if err != nil {
				return err
			}
			var all []output.Setting
			for _, v := range cfg.List() {
				shown := setting(v)
				if v.Key.Secret {
					secrets, err := secretsOf(a, v.Key)
					if err != nil {
						return err
					}
					shown = withMade(shown, secrets)
				}
				all = append(all, shown)
			}
			o, err := a.OutputOptions()
			if err != nil {
				return err
			}
			cmdutil.SayWarnings(a, output.New(o))
			return cmdutil.ClosedPipe(output.Settings(o, all))
		},
	}
}

func newConfigUnsetCommand(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:     "unset KEY",
		Short:   "Take a setting out of the configuration file",
		Long:    "Takes a setting out of the configuration file, so that its default, or the environment, counts again.",
		Example: "  vidiking config unset forward",
		Annotations: cmdutil.Manual{
			Exits: `0 it is not set there any more, or was not
1 the file could not be written
2 there is no such setting, or the configuration is wrong`,
			SeeAlso: "config set, config list",
		}.Annotations(),
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: cmdutil.CompleteKeys,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return cmdutil.Usage("config unset takes one key", "all of them: vidiking config list")
			}
			key, err := config.FindKey(args[0])
			if err != nil {
				return err
			}
			cfg, err := a.Config()
			if err != nil {
				return err
			}
			was, err := cfg.Unset(key.Name)
			if err != nil || was {
				return err
			}
			file, err := cfg.FilePath()
			a.Stderr().Print(key.Name + " was not set in " + cfg.ShortPath(file) + ".")
			return err
		},
	}
}

func newConfigPathCommand(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:     "path",
		Short:   "Print where the configuration file is",
		Long:    "Prints where the configuration file is, or would be.",
		Example: "  vidiking config path",
		Annotations: cmdutil.Manual{
			Exits: `0 done
2 there is no place for one: no home directory, no --config`,
			SeeAlso: "config list, environment",
		}.Annotations(),
		Args: cmdutil.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			path, err := config.FilePath(a.W.ConfigWorld(), cmdutil.ConfigFlags(a))
			if err != nil {
				return err
			}
			return a.PrintText(path + "\n")
		},
	}
}
