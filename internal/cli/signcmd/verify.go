package signcmd

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// verifyOptions is what the flags of `verify` say.
type verifyOptions struct {
	headers    []string
	secretFile string
}

// NewVerifyCommand returns `verify`.
func NewVerifyCommand(a *cmdutil.App) *cobra.Command {
	o := &verifyOptions{}
	cmd := &cobra.Command{
		Use:   "verify [FILE|-] --header VALUE",
		Short: "Check a body's signature, and say why it does not match",
		Long: `Checks a body against the signature that came with it. Where it does not match, it tries what goes wrong in practice, and says what
it was and how to mend it: another secret, another algorithm or encoding, a body that was written again, a line feed too many.

The body comes from a file or stdin, and is checked as it is: nothing is parsed, trimmed or encoded.`,
		Example: `  vidiking verify body.json --header 'sha256=79202b24…'
  vidiking verify body.json --header 'X-Vidiking-Signature: sha256=79202b24…'
  vidiking webhooks show last --raw | vidiking verify --header 'sha256=79202b24…'
  vidiking verify body.json --header "$SIGNATURE" --secret-file secret.txt -o json`,
		Args: oneBody,
		Annotations: cmdutil.Manual{
			Environment: "VIDIKING_WEBHOOK_SECRET",
			Exits: `0 the signature is valid
1 the body or the secret could not be read
2 it was called or configured wrongly
3 the signature is not valid`,
			SeeAlso: "sign, webhooks show",
		}.Annotations(),
		ValidArgsFunction: cmdutil.CompleteOneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("header") {
				return cmdutil.Usage("which signature?", "give the header's value: vidiking verify body.json --header 'sha256=…'")
			}
			return runVerify(cmd.Context(), a, args, *o)
		},
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

func (o *verifyOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.VarP(cmdutil.Repeated(&o.headers), "header", "H", "the signature header, its `VALUE` with or without its name (repeatable)")
	f.StringVar(&o.secretFile, "secret-file", "", "take the secret from this `FILE`, not from environment and configuration")
	_ = cmd.RegisterFlagCompletionFunc("secret-file", cmdutil.CompleteFiles)
}

func runVerify(ctx context.Context, a *cmdutil.App, args []string, o verifyOptions) error {
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	known, err := secretsToVerifyWith(a, o.secretFile)
	if err != nil {
		return err
	}
	body, err := bodyOf(a, args, "vidiking verify body.json --header 'sha256=…'")
	if err != nil {
		return err
	}
	c := signature.Case{Header: signatureHeader(o.headers), Body: body, Secrets: known}
	v := output.Verified{BodyBytes: int64(len(body))}
	v.Verdict, v.Secret = signature.Verify([]webhook.Secret{known[0].Secret}, c.Header, body)
	if v.Verdict != webhook.VerdictValid {
		d := signature.Diagnose(ctx, c)
		if v.Findings = d.Findings; !d.IsCertain() {
			v.Tried = d.Tried
		}
	}
	err = cmdutil.ClosedPipe(output.Verification(out, v))
	if v.Verdict != webhook.VerdictValid && (err == nil || cmdutil.IsClosedPipe(err)) {
		return cmdutil.ErrHandler()
	}
	return err
}

// secretsToVerifyWith is the secret to check with, first, then every other one that is known, since it may be the one that was meant.
func secretsToVerifyWith(a *cmdutil.App, file string) ([]signature.KnownSecret, error) {
	secret, err := secretToCheckWith(a, file)
	if err != nil {
		return nil, err
	}
	known, err := cmdutil.KnownSecrets(a)
	if err != nil {
		return nil, err
	}
	all := []signature.KnownSecret{{Secret: secret, InUse: true}}
	for _, k := range known {
		if k.Secret != secret {
			all = append(all, signature.KnownSecret{Secret: k.Secret, Name: k.Name})
		}
	}
	return all, nil
}

// signatureHeader makes header lines of values that may have a name before them, as when they were copied from a log or a terminal.
func signatureHeader(values []string) webhook.Header {
	const inName = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	var h webhook.Header
	for _, v := range values {
		f := webhook.Field{Name: webhook.SignatureHeader, Value: v}
		name, value, ok := strings.Cut(v, ":")
		isOwn := strings.EqualFold(name, webhook.SignatureHeader)
		if ok && name != "" && strings.Trim(name, inName) == "" && (isOwn || strings.HasPrefix(value, " ")) {
			f = webhook.Field{Name: name, Value: strings.Trim(value, " \t")} // as HTTP takes it off
		}
		h = append(h, f)
	}
	return h
}
