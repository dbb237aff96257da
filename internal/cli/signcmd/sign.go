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

// signOptions is what the flags of `sign` say.
type signOptions struct {
	style      string
	secretFile string
}

// NewSignCommand returns `sign`.
func NewSignCommand(a *cmdutil.App) *cobra.Command {
	o := &signOptions{style: string(signature.StylePrefixed)}
	cmd := &cobra.Command{
		Use:   "sign [FILE|-]",
		Short: "Sign a body as Vidiking does, and print the signature",
		Long: `Prints the value of X-Vidiking-Signature for a body: the HMAC-SHA256 of its bytes, in hex, keyed with your webhook secret. The body
comes from a file or stdin, and is signed as it is: nothing is parsed, trimmed or encoded.`,
		Example: `  vidiking sign payload.json
  vidiking sign payload.json --signature-style bare
  vidiking trigger render.complete --dry-run | vidiking sign
  vidiking sign payload.json --secret-file secret.txt`,
		Args: oneBody,
		Annotations: cmdutil.Manual{
			Environment: "VIDIKING_WEBHOOK_SECRET",
			Exits: `0 done
1 the body or the secret could not be read
2 it was called or configured wrongly`,
			SeeAlso: "verify, trigger",
		}.Annotations(),
		ValidArgsFunction: cmdutil.CompleteOneFile,
		RunE:              func(_ *cobra.Command, args []string) error { return runSign(a, args, *o) },
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

func (o *signOptions) AddFlags(cmd *cobra.Command) {
	cmd.Flags().Var(cmdutil.OneOf(&o.style, "prefixed", "bare"), "signature-style", "the signature header: sha256=<hex>, or the hex alone")
	cmd.Flags().StringVar(&o.secretFile, "secret-file", "", "take the secret from this `FILE`, not from environment and configuration")
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

// bodyOf reads the body that a command was given: a file, or stdin, unless that is a terminal where nobody knows that it is read.
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

// secretToCheckWith is the secret of a file, else the one in use. It makes none: what nobody else has signs nothing of use.
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
