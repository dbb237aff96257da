package configcmd

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

func newConfigSetCommand(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:   "set KEY [VALUE]",
		Short: "Write a setting",
		Long: `Writes a setting into the configuration file. Whatever else stands in it, comments too, stays as it is. A secret is read from stdin
or asked for, so that it never stands in the shell's history.`,
		Example: `  vidiking config set forward localhost:8080
  vidiking config set events 'render.*,wallet.*' --profile staging
  vidiking config set webhook-secret < secret.txt
  vidiking config set api-key`,
		Annotations: cmdutil.Manual{
			Exits: `0 it is set
1 the file could not be written
2 there is no such setting, or it can't have that value`,
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
		return cmdutil.Usage("which setting?", "all of them: vidiking config list")
	}
	key, err := config.FindKey(args[0])
	if err != nil {
		return err
	}
	a.NewProfile = true
	cfg, err := a.Config()
	if err != nil {
		return err
	}
	var value string
	switch {
	case key.Secret && len(args) > 1:
		return cmdutil.Usage("a secret can't be an argument: it would stay in the shell's history",
			"leave it out, and it is asked for: vidiking config set "+args[0])
	case key.Secret:
		if value, err = readSecret(ctx, a, key); err != nil {
			return err
		}
	case len(args) == 1:
		return cmdutil.Usage("which value for "+args[0]+"?", valuesOf(key))
	case len(args) != 2:
		return cmdutil.Usage("config set takes a key and a value", "as in vidiking config set "+args[0]+" VALUE")
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

// valuesOf is what a setting can be.
func valuesOf(key config.Key) string {
	if key.Values != nil {
		return "one of " + strings.Join(key.Values, ", ")
	}
	return key.Format
}

// readSecret reads a secret from the terminal without echo, or from stdin. One line feed at its end is not part of it.
func readSecret(ctx context.Context, a *cmdutil.App, key config.Key) (string, error) {
	if a.W.StdinTerminal {
		_, _ = fmt.Fprintf(a.W.Stderr, "%s: ", key.Name)
		s, err := a.W.ReadSecret(ctx)
		_, _ = fmt.Fprintln(a.W.Stderr)
		return s, err
	}
	const enough = 4 << 10
	b, err := io.ReadAll(io.LimitReader(a.W.Stdin, enough))
	if err != nil {
		return "", cmdutil.Failed(err, "can't read the secret from stdin: "+cmdutil.PathReason(err))
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r"), nil
}

// checkSetting checks what only its user knows: where the API may be.
func checkSetting(key config.Key, value string) error {
	if key.Name != config.APIURL {
		return nil
	}
	_, err := vidiking.ParseBase(value)
	return err
}
