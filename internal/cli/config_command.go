package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func (a *app) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Read and write the program's settings",
		Long: `Reads and writes the program's settings. A flag beats the environment, which beats the project's file (.vidiking.toml), which
beats the configuration file, which beats the default. With --profile NAME it reads and writes those of a profile.`,
		Annotations: manual{
			seeAlso: "environment",
		}.annotations(),
		Args: unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.configSet(), a.configGet(), a.configList(), a.configUnset(), a.configPath(), a.configSetWebhook(), a.configRestoreWebhook())
	return cmd
}

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
	return cfg.Set(key.Name, value)
}

// valuesOf is what a setting can be.
func valuesOf(key config.Key) string {
	if key.Values != nil {
		return "one of " + strings.Join(key.Values, ", ")
	}
	return key.Takes
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

func (a *app) configGet() *cobra.Command {
	reveal := false
	cmd := &cobra.Command{
		Use:   "get KEY",
		Short: "Print a setting",
		Long: `Prints the value of a setting as it is in force. A secret is masked unless --reveal asks for it. Beside the settings there is
webhook: what was registered with Vidiking from here.`,
		Example: "  vidiking config get forward\n  vidiking config get webhook-secret --reveal\n  vidiking config get webhook",
		Annotations: manual{
			environment: "VIDIKING_WEBHOOK_SECRET, VIDIKING_API_KEY, VIDIKING_API_URL, NGROK_AUTHTOKEN",
			exits: `0 it is printed, also where it is empty
2 there is no such setting, or the configuration is wrong`,
			seeAlso: "config list, environment",
		}.annotations(),
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: completeGettable,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("config get takes one key", "all of them: vidiking config list")
			}
			if args[0] == webhookKey {
				return a.runGetWebhook(reveal)
			}
			return a.runConfigGet(args[0], reveal)
		},
	}
	cmd.Flags().BoolVar(&reveal, "reveal", false, "print a secret itself")
	return cmd
}

//nolint:revive // reveal is the flag as the user gave it
func (a *app) runConfigGet(name string, reveal bool) error {
	key, err := config.FindKey(name)
	if err != nil {
		return err
	}
	cfg, err := a.config()
	if err != nil {
		return err
	}
	v, err := cfg.Get(key.Name)
	if err != nil {
		return err
	}
	shown := setting(v)
	if key.Secret {
		secrets, err := a.secretsOf(key)
		if err != nil {
			return err
		}
		shown = withMade(shown, secrets)
		if reveal && len(secrets) == 0 {
			return notThere(key)
		}
		if reveal {
			shown.Value = secrets[0].Reveal()
		}
	}
	o, err := a.outputOptions()
	if err != nil {
		return err
	}
	if o.Format == output.FormatJSON {
		return closedPipe(output.Settings(o, []output.Setting{shown}))
	}
	_, err = fmt.Fprintln(a.w.Stdout, shown.Value)
	return closedPipe(err)
}

func (a *app) configList() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List all settings, and where each came from",
		Long:    "Lists all settings as they are in force, and where each came from. Secrets are masked.",
		Example: "  vidiking config list\n  vidiking config list --profile staging -o json",
		Annotations: manual{
			environment: "VIDIKING_WEBHOOK_SECRET, VIDIKING_API_KEY, VIDIKING_API_URL, NGROK_AUTHTOKEN",
			exits: `0 done
2 the configuration is wrong`,
			seeAlso: "config set, config get, environment",
		}.annotations(),
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			cfg, err := a.config()
			if err != nil {
				return err
			}
			var all []output.Setting
			for _, v := range cfg.List() {
				shown := setting(v)
				if v.Key.Secret {
					secrets, err := a.secretsOf(v.Key)
					if err != nil {
						return err
					}
					shown = withMade(shown, secrets)
				}
				all = append(all, shown)
			}
			o, err := a.outputOptions()
			if err != nil {
				return err
			}
			a.sayWarnings(output.New(o))
			return closedPipe(output.Settings(o, all))
		},
	}
}

func (a *app) configUnset() *cobra.Command {
	return &cobra.Command{
		Use:     "unset KEY",
		Short:   "Take a setting out of the configuration file",
		Long:    "Takes a setting out of the configuration file, so that its default, or the environment, counts again.",
		Example: "  vidiking config unset forward",
		Annotations: manual{
			exits: `0 it is not set there any more, or was not
1 the file could not be written
2 there is no such setting, or the configuration is wrong`,
			seeAlso: "config set, config list",
		}.annotations(),
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: completeKeys,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("config unset takes one key", "all of them: vidiking config list")
			}
			key, err := config.FindKey(args[0])
			if err != nil {
				return err
			}
			cfg, err := a.config()
			if err != nil {
				return err
			}
			was, err := cfg.Unset(key.Name)
			if err != nil || was {
				return err
			}
			file, err := cfg.FilePath()
			_, _ = fmt.Fprintf(a.w.Stderr, "%s was not set in %s.\n", key.Name, cfg.Short(file))
			return err
		},
	}
}

func (a *app) configPath() *cobra.Command {
	return &cobra.Command{
		Use:   "path",
		Short: "Print where the configuration file is",
		Long:  "Prints where the configuration file is, or would be.",
		Annotations: manual{
			exits: `0 done
2 there is no place for one: no home directory, no --config`,
			seeAlso: "config list, environment",
		}.annotations(),
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			path, err := config.FilePath(a.w.configWorld(), a.configFlags())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(a.w.Stdout, path)
			return closedPipe(err)
		},
	}
}

// secretsOf is what a setting that is a secret has in force: one, or none.
func (a *app) secretsOf(key config.Key) ([]webhook.Secret, error) {
	if key.Name == config.WebhookSecret {
		return a.givenSecrets()
	}
	if s, _, ok := a.cfg.APIKey(); ok {
		return []webhook.Secret{s}, nil
	}
	return nil, nil
}

// notThere says that a secret is asked for and there is none.
func notThere(key config.Key) error {
	hint := "set it: vidiking config set " + strings.ReplaceAll(key.Name, "_", "-")
	if key.Name == config.WebhookSecret {
		hint = "the first of listen and trigger makes one: vidiking listen --print-secret"
	}
	return failed(nil, key.Name+" is not set", hint)
}

// checkSetting checks what only its user knows: where the API may be.
func checkSetting(key config.Key, value string) error {
	if key.Name != config.APIURL {
		return nil
	}
	_, err := vidiking.ParseBase(value)
	return err
}

// withMade shows the secret that the program made itself, where none was given: it is the one in force.
func withMade(s output.Setting, inForce []webhook.Secret) output.Setting {
	if s.Value == "" && len(inForce) > 0 {
		s.Value, s.Source = inForce[0].String(), "made by vidiking"
	}
	return s
}

func setting(v config.Value) output.Setting {
	return output.Setting{Key: v.Key.Name, Value: v.Text, Source: string(v.Source)}
}
