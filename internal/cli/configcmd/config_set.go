package configcmd

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

func newConfigSetCommand(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:   "set KEY [VALUE]",
		Short: "Set a setting",
		Long: `Writes a setting to the configuration file. Everything else in the file stays, including comments. Secrets are read from stdin or from a
prompt, because shells save arguments in their history.`,
		Example: `  vidiking config set forward localhost:8080
  vidiking config set events 'render.*,wallet.*' --profile staging
  vidiking config set webhook-secret < secret.txt
  vidiking config set api-key`,
		Annotations: cmdutil.Manual{
			Exits: `0 the setting was written
1 the file could not be written
2 unknown setting, or invalid value`,
			SeeAlso: "config list, config unset",
		}.Annotations(),
		Args: cobra.ArbitraryArgs,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			return cmdutil.CompleteSetting(a, cmd, args, typed)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return runConfigSet(cmd.Context(), a, args)
		},
	}
}

func runConfigSet(ctx context.Context, a *cmdutil.App, args []string) error {
	if len(args) == 0 {
		return cmdutil.Usage("config set needs a key", "list all settings: vidiking config list")
	}
	key, err := config.FindKey(args[0])
	if err != nil {
		return err
	}
	a.AllowNewProfile = true
	cfg, err := a.Config()
	if err != nil {
		return err
	}
	var value string
	switch {
	case key.Secret && len(args) > 1:
		return cmdutil.Usage("secrets can't be passed as arguments, because shells save them in their history",
			"enter it at the prompt: vidiking config set "+args[0])
	case key.Secret:
		if value, err = readSecret(ctx, a, key); err != nil {
			return err
		}
	case len(args) == 1:
		return cmdutil.Usage("config set "+args[0]+" needs a value", valuesOf(key))
	case len(args) != 2:
		return cmdutil.Usage("config set takes a key and a value", "for example: vidiking config set "+args[0]+" VALUE")
	default:
		value = args[1]
	}
	if err := checkSetting(key, value); err != nil {
		return err
	}
	if err := cfg.Set(key.Name, value); err != nil {
		return err
	}
	return cmdutil.WarnUnknownEventsOf(a, key, value)
}

// valuesOf describes the values of a setting.
func valuesOf(key config.Key) string {
	if key.Values != nil {
		return "choose from " + strings.Join(key.Values, ", ")
	}
	return key.Format
}

// readSecret reads a secret from the terminal without echo, or from stdin without the final newline.
func readSecret(ctx context.Context, a *cmdutil.App, key config.Key) (string, error) {
	if a.Env.StdinTerminal {
		_, _ = fmt.Fprintf(a.Env.Stderr, "%s: ", key.Name)
		s, err := a.Env.ReadSecret(ctx)
		_, _ = fmt.Fprintln(a.Env.Stderr)
		return s, err
	}
	const enough = 4 << 10
	b, err := io.ReadAll(io.LimitReader(a.Env.Stdin, enough))
	if err != nil {
		return "", cmdutil.Failed(err, "cannot read the secret from stdin: "+output.PathReason(err))
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r"), nil
}

// checkSetting checks the URL of the API, which config cannot.
func checkSetting(key config.Key, value string) error {
	if key.Name != config.APIURL {
		return nil
	}
	_, err := vidiking.ParseBase(value)
	return err
}
