package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

func (a *app) configSet() *cobra.Command {
	return &cobra.Command{
		Use:   "set KEY [VALUE]",
		Short: "Write a setting",
		Long: `Writes a setting into the configuration file. Whatever else stands in it, comments too, stays as it is. A secret is read from stdin
or asked for, so that it never stands in the shell's history.`,
		Example: `  vidiking config set forward localhost:8080
  vidiking config set events 'render.*,wallet.*' --profile staging
  vidiking config set webhook-secret < secret.txt
  vidiking config set api-key`,
		Annotations: manual{
			exits: `0 it is set
1 the file could not be written
2 there is no such setting, or it can't have that value`,
			seeAlso: "config list, config unset",
		}.annotations(),
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: a.completeSetting,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runConfigSet(cmd.Context(), args)
		},
	}
}

func (a *app) runConfigSet(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return usage("which setting?", "all of them: vidiking config list")
	}
	key, err := config.FindKey(args[0])
	if err != nil {
		return err
	}
	a.newProfile = true
	cfg, err := a.config()
	if err != nil {
		return err
	}
	var value string
	switch {
	case key.Secret && len(args) > 1:
		return usage("a secret can't be an argument: it would stay in the shell's history",
			"leave it out, and it is asked for: vidiking config set "+args[0])
	case key.Secret:
		if value, err = a.readSecret(ctx, key); err != nil {
			return err
		}
	case len(args) == 1:
		return usage("which value for "+args[0]+"?", valuesOf(key))
	case len(args) != 2:
		return usage("config set takes a key and a value", "as in vidiking config set "+args[0]+" VALUE")
	default:
		value = args[1]
	}
	if err := checkSetting(key, value); err != nil {
		return err
	}
	if err := cfg.Set(key.Name, value); err != nil {
		return err
	}
	return a.warnUnknownEventsOf(key, value)
}

// valuesOf is what a setting can be.
func valuesOf(key config.Key) string {
	if key.Values != nil {
		return "one of " + strings.Join(key.Values, ", ")
	}
	return key.Format
}

// readSecret reads a secret from the terminal without echo, or from stdin. One line feed at its end is not part of it.
func (a *app) readSecret(ctx context.Context, key config.Key) (string, error) {
	if a.w.StdinTerminal {
		_, _ = fmt.Fprintf(a.w.Stderr, "%s: ", key.Name)
		s, err := a.w.ReadSecret(ctx)
		_, _ = fmt.Fprintln(a.w.Stderr)
		return s, err
	}
	const enough = 4 << 10
	b, err := io.ReadAll(io.LimitReader(a.w.Stdin, enough))
	if err != nil {
		return "", failed(err, "can't read the secret from stdin: "+pathReason(err))
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
