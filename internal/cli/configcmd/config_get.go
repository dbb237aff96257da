package configcmd

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// getOptions is what the flags of `config get` say.
type getOptions struct {
	reveal bool // a secret is printed itself
}

func newConfigGetCommand(a *cmdutil.App) *cobra.Command {
	o := &getOptions{}
	cmd := &cobra.Command{
		Use:   "get KEY",
		Short: "Print a setting",
		Long: `Prints the value of a setting as it is in force. A secret is masked unless --reveal asks for it. Beside the settings there is
webhook: what was registered with Vidiking from here.`,
		Example: "  vidiking config get forward\n  vidiking config get webhook-secret --reveal\n  vidiking config get webhook",
		Annotations: cmdutil.Manual{
			Environment: "VIDIKING_WEBHOOK_SECRET, VIDIKING_API_KEY, VIDIKING_API_URL, NGROK_AUTHTOKEN",
			Exits: `0 it is printed, also where it is empty
2 there is no such setting, or the configuration is wrong`,
			SeeAlso: "config list, environment",
		}.Annotations(),
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: cmdutil.CompleteGettable,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return cmdutil.Usage("config get takes one key", "all of them: vidiking config list")
			}
			if args[0] == cmdutil.WebhookKey {
				return runGetWebhook(a, *o)
			}
			return runConfigGet(a, args[0], *o)
		},
	}
	return cmdutil.WithFlags(a, cmd, func(cmd *cobra.Command) {
		cmd.Flags().BoolVar(&o.reveal, "reveal", false, "print a secret itself")
	})
}

func runConfigGet(a *cmdutil.App, name string, get getOptions) error {
	key, err := config.FindKey(name)
	if err != nil {
		return err
	}
	cfg, err := a.Config()
	if err != nil {
		return err
	}
	v, err := cfg.Get(key.Name)
	if err != nil {
		return err
	}
	shown := setting(v)
	if key.Secret {
		secrets, err := secretsOf(a, key)
		if err != nil {
			return err
		}
		shown = withMade(shown, secrets)
		if get.reveal && len(secrets) == 0 {
			return notThere(key)
		}
		if get.reveal {
			shown.Value = secrets[0].Reveal()
		}
	}
	o, err := a.OutputOptions()
	if err != nil {
		return err
	}
	if o.Format == output.FormatJSON {
		return cmdutil.ClosedPipe(output.Settings(o, []output.Setting{shown}))
	}
	return a.PrintText(shown.Value + "\n")
}

// secretsOf is what a setting that is a secret has in force: one, or none.
func secretsOf(a *cmdutil.App, key config.Key) ([]webhook.Secret, error) {
	if key.Name == config.WebhookSecret {
		return a.GivenSecrets()
	}
	if s, _, ok := a.Cfg.APIKey(); ok {
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
	return cmdutil.Failed(nil, key.Name+" is not set", hint)
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
