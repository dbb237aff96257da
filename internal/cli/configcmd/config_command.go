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
		Long: `Reads and writes the program's settings. A flag overrides the environment, which overrides the project's .vidiking.toml, which overrides the
configuration file, which overrides the default. With --profile NAME it reads and writes the settings of a profile.`,
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
		Short:   "List all settings and their sources",
		Long:    "Lists the effective value and the source of each setting. Secrets are masked.",
		Example: "  vidiking config list\n  vidiking config list --profile staging -o json",
		Annotations: cmdutil.Manual{
			Environment: "VIDIKING_WEBHOOK_SECRET, VIDIKING_API_KEY, VIDIKING_API_URL, NGROK_AUTHTOKEN",
			Exits: `0 done
2 configuration error`,
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
					secrets, err := effectiveSecrets(a, v.Key)
					if err != nil {
						return err
					}
					shown = withGenerated(shown, secrets)
				}
				all = append(all, shown)
			}
			o, err := a.OutputOptions()
			if err != nil {
				return err
			}
			a.PrintWarnings(output.New(o))
			return output.ClosedPipe(output.Settings(o, all))
		},
	}
}

func newConfigUnsetCommand(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:     "unset KEY",
		Short:   "Remove a setting from the configuration file",
		Long:    "Removes a setting from the configuration file. Its default, or the environment, applies again.",
		Example: "  vidiking config unset forward",
		Annotations: cmdutil.Manual{
			Exits: `0 the setting was removed, or was not in the file
1 the file could not be written
2 unknown setting, or configuration error`,
			SeeAlso: "config set, config list",
		}.Annotations(),
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: cmdutil.CompleteKeys,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return cmdutil.Usage("config unset takes one key", "list all settings: vidiking config list")
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
		Short:   "Print the path of the configuration file",
		Long:    "Prints the path of the configuration file, which need not exist.",
		Example: "  vidiking config path",
		Annotations: cmdutil.Manual{
			Exits: `0 done
2 no path is known: no home directory and no --config`,
			SeeAlso: "config list, environment",
		}.Annotations(),
		Args: cmdutil.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			path, err := config.FilePath(a.Env.ForConfig(), a.ConfigFlags())
			if err != nil {
				return err
			}
			_, _ = a.OutputOptions() // reads the format from the configuration; a file that cannot be read has a path, too
			if a.Flags.Output == string(output.FormatJSON) {
				return output.ClosedPipe(output.PathJSON(a.Env.Stdout, path))
			}
			return a.PrintText(path + "\n")
		},
	}
}
