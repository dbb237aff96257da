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
2 usage or configuration error`,
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
	secret, err := givenSecret(a, o.secretFile)
	if err != nil {
		return err
	}
	body, err := readBody(a, args, "vidiking sign payload.json")
	if err != nil {
		return err
	}
	return output.ClosedPipe(output.Signature(out, output.Signed{
		Value: signature.Sign(secret, body, signature.Style(o.style)), Secret: secret, BodyBytes: int64(len(body)),
	}))
}

func oneBody(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return cmdutil.Usage(cmdutil.CommandName(cmd)+" takes one file", "see "+cmd.CommandPath()+" --help")
	}
	return nil
}

// readBody reads the body from a file or stdin. If stdin is a terminal, it returns an error instead of waiting for input.
func readBody(a *cmdutil.App, args []string, example string) ([]byte, error) {
	name := "-"
	switch {
	case len(args) == 1:
		name = args[0]
	case a.Env.StdinTerminal:
		return nil, cmdutil.Usage("a file is needed", "for example: "+example, "or pipe the body from another command")
	}
	body, _, err := cmdutil.ReadBody(a, name, "name a file, or - for stdin: "+example)
	return body, err
}

// givenSecret returns the secret in the file, or the one in use. It does not generate one, because the sender would not have it.
func givenSecret(a *cmdutil.App, file string) (webhook.Secret, error) {
	if file != "" {
		s, err := config.ReadSecret(cmdutil.Path(a, file), file)
		var wrong *config.ValueError
		if err != nil && !errors.As(err, &wrong) {
			return s, cmdutil.Failed(err, "cannot read "+file+": "+output.PathReason(err), "the file must contain only the secret: --secret-file secret.txt")
		}
		return s, err
	}
	given, err := cmdutil.ExistingSecrets(a)
	if err != nil {
		return webhook.Secret{}, err
	}
	if len(given) == 0 {
		return webhook.Secret{}, cmdutil.Usage("no secret is configured", "set VIDIKING_WEBHOOK_SECRET, or read it from a file: --secret-file FILE")
	}
	return given[0], nil
}
