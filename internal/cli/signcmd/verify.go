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

// verifyOptions are the flags of verify.
type verifyOptions struct {
	headers    []string
	secretFile string
}

// NewVerifyCommand returns the verify command.
func NewVerifyCommand(a *cmdutil.App) *cobra.Command {
	o := &verifyOptions{}
	cmd := &cobra.Command{
		Use:   "verify [FILE|-] --header VALUE",
		Short: "Verify the signature of a body, and explain a mismatch",
		Long: `Verify a body against the signature that came with it. If they do not match, verify tries the common causes and explains how to fix
the one it finds: another secret, another algorithm or encoding, a re-encoded body, or an extra line feed.

The body comes from a file or stdin. verify uses its exact bytes: it does not parse, trim or encode them.`,
		Example: `  vidiking verify body.json --header 'sha256=79202b24…'
  vidiking verify body.json --header 'X-Vidiking-Signature: sha256=79202b24…'
  vidiking webhooks show last --raw | vidiking verify --header 'sha256=79202b24…'
  vidiking verify body.json --header "$SIGNATURE" --secret-file secret.txt -o json`,
		Args: oneBody,
		Annotations: cmdutil.Manual{
			Environment: "VIDIKING_WEBHOOK_SECRET",
			Exits: `0 the signature is valid
1 the body or the secret could not be read
2 usage or configuration error
3 the signature is not valid`,
			SeeAlso: "sign, webhooks show",
		}.Annotations(),
		ValidArgsFunction: cmdutil.CompleteOneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("header") {
				return cmdutil.Usage("verify needs a signature", "give the value of the header: vidiking verify body.json --header 'sha256=…'")
			}
			return runVerify(cmd.Context(), a, args, *o)
		},
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

func (o *verifyOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.VarP(cmdutil.Repeated(&o.headers), "header", "H", "signature header: its `VALUE`, with or without the name (repeatable)")
	f.StringVar(&o.secretFile, "secret-file", "", "read the secret from `FILE` instead of the environment or configuration")
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
	body, err := readBody(a, args, "vidiking verify body.json --header 'sha256=…'")
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
	err = output.ClosedPipe(output.Verification(out, v))
	if v.Verdict != webhook.VerdictValid && (err == nil || output.IsClosedPipe(err)) {
		return cmdutil.ErrSilent{Code: output.ExitHandler}
	}
	return err
}

// secretsToVerifyWith returns the secret to verify with, followed by all other known secrets, because one of them may be the right one.
func secretsToVerifyWith(a *cmdutil.App, file string) ([]signature.KnownSecret, error) {
	secret, err := givenSecret(a, file)
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

// signatureHeader parses header lines. A value may have its name in front, for example if it was copied from a log.
func signatureHeader(values []string) webhook.Header {
	const nameChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	var h webhook.Header
	for _, v := range values {
		f := webhook.Field{Name: webhook.SignatureHeader, Value: v}
		name, value, ok := strings.Cut(v, ":")
		isOwn := strings.EqualFold(name, webhook.SignatureHeader)
		if ok && name != "" && strings.Trim(name, nameChars) == "" && (isOwn || strings.HasPrefix(value, " ")) {
			f = webhook.Field{Name: name, Value: strings.Trim(value, " \t")} // HTTP ignores this white space too
		}
		h = append(h, f)
	}
	return h
}
