package signcmd

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// signOptions are the flags of sign.
type signOptions struct {
	style      string
	secretFile string
}

// NewSignCommand returns the sign command.
func NewSignCommand(a *cmdutil.App) *cobra.Command {
	o := &signOptions{style: string(signature.StylePrefixed)}
	cmd := &cobra.Command{
		Use:   "sign [FILE|-]",
		Short: "Print the signature of a body",
		Long: `Print the value of X-Vidiking-Signature for a body: the HMAC-SHA256 of its bytes, in hex, keyed with your webhook secret. The body
comes from a file or stdin. sign uses its exact bytes: it does not parse, trim or encode them.`,
		Example: `  vidiking sign payload.json
  vidiking sign payload.json --signature-style bare
  vidiking trigger render.complete --dry-run | vidiking sign
  vidiking sign payload.json --secret-file secret.txt`,
		Args: oneBody,
		Annotations: cmdutil.Manual{
			Environment: "VIDIKING_WEBHOOK_SECRET",
			Exits: `0 done
1 the body or the secret could not be read
2 wrong usage or configuration`,
			SeeAlso: "verify, trigger",
		}.Annotations(),
		ValidArgsFunction: cmdutil.CompleteOneFile,
		RunE:              func(_ *cobra.Command, args []string) error { return runSign(a, args, *o) },
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

func (o *signOptions) AddFlags(cmd *cobra.Command) {
	cmd.Flags().Var(cmdutil.OneOf(&o.style, "prefixed", "bare"), "signature-style", "form of the signature: sha256=<hex>, or the hex alone")
	cmd.Flags().StringVar(&o.secretFile, "secret-file", "", "read the secret from `FILE` instead of the environment or configuration")
	_ = cmd.RegisterFlagCompletionFunc("secret-file", cmdutil.CompleteFiles)
	_ = cmd.RegisterFlagCompletionFunc("signature-style", cobra.FixedCompletions([]string{"prefixed", "bare"}, cobra.ShellCompDirectiveNoFileComp))
}

func runSign(a *cmdutil.App, args []string, o signOptions) error {
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	secret, err := secretToCheckWith(a, o.secretFile)
	if err != nil {
		return err
	}
	body, err := bodyOf(a, args, "vidiking sign payload.json")
	if err != nil {
		return err
	}
	return cmdutil.ClosedPipe(output.Signature(out, output.Signed{
		Value: signature.Sign(secret, body, signature.Style(o.style)), Secret: secret, BodyBytes: int64(len(body)),
	}))
}

func oneBody(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return cmdutil.Usage(cmdutil.CalledAs(cmd)+" takes one file", "see "+cmd.CommandPath()+" --help")
	}
	return nil
}

// bodyOf reads the body from a file or stdin. It returns an error if stdin is a terminal, because a user would not expect it to wait there.
func bodyOf(a *cmdutil.App, args []string, example string) ([]byte, error) {
	name := "-"
	switch {
	case len(args) == 1:
		name = args[0]
	case a.W.StdinTerminal:
		return nil, cmdutil.Usage("which body?", example, "or from another command, through a pipe")
	}
	body, _, err := cmdutil.ReadBody(a, name, "give a file, or - for stdin: "+example)
	return body, err
}

// secretToCheckWith returns the secret in the file, or the one in use. It does not generate one, because nobody else would have it.
func secretToCheckWith(a *cmdutil.App, file string) (webhook.Secret, error) {
	if file != "" {
		s, err := config.ReadSecret(cmdutil.Path(a, file), file)
		var wrong *config.ValueError
		if err != nil && !errors.As(err, &wrong) {
			return s, cmdutil.Failed(err, "can't read "+file+": "+cmdutil.PathReason(err), "the file holds the secret alone: --secret-file secret.txt")
		}
		return s, err
	}
	given, err := a.GivenSecrets()
	if err != nil {
		return webhook.Secret{}, err
	}
	if len(given) == 0 {
		return webhook.Secret{}, cmdutil.Usage("there is no secret", "set VIDIKING_WEBHOOK_SECRET, or give it in a file: --secret-file FILE")
	}
	return given[0], nil
}
