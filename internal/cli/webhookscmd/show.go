package webhookscmd

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// showOptions are the flags of `show`.
type showOptions struct {
	raw, rawResponse, curl bool
	scope                  cmdutil.Scope // for `last`
}

func newShowCommand(a *cmdutil.App) *cobra.Command {
	o := &showOptions{}
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show a delivery: its headers, payload and attempts",
		Long: `Show a delivery: its verdict, each attempt with the handler's response, its headers and its payload. Any unique prefix of an id works,
with or without dlv_; last is the newest delivery of your project.

With --curl, print a curl command that resends the delivery with the exact bytes and the original signature to the handler that last
received it. The command works in sh, dash, bash, zsh and ksh, and writes no file.

A response that is an HTML page is shown as text, and a compressed one is decompressed; --raw-response prints its bytes.`,
		Example: `  vidiking webhooks show last
  vidiking webhooks show dlv_8kx4m2
  vidiking webhooks show 8kx4 --raw | openssl dgst -sha256 -hmac "$VIDIKING_WEBHOOK_SECRET"
  vidiking webhooks show last --curl | sh`,
		Args: oneID,
		Annotations: cmdutil.Manual{
			Exits: `0 done
1 the id matches no delivery, or several
2 usage or configuration error`,
			SeeAlso: "webhooks list, webhooks diff, replay, verify",
		}.Annotations(),
		ValidArgsFunction: cmdutil.CompleteIDs(a, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runShow(cmd.Context(), a, args[0], *o)
		},
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

func (o *showOptions) AddFlags(cmd *cobra.Command) {
	o.scope.AddFlag(cmd, cmdutil.ScopeOfLast)
	cmd.Flags().BoolVar(&o.raw, "raw", false, "print only the body, byte for byte as received")
	cmd.Flags().BoolVar(&o.rawResponse, "raw-response", false, "print only the handler's response, byte for byte as received")
	cmd.Flags().BoolVar(&o.curl, "curl", false, "print a curl command that resends the delivery")
}

func oneID(cmd *cobra.Command, args []string) error {
	switch len(args) {
	case 1:
		return nil
	case 0:
		return cmdutil.Usage(cmdutil.CommandName(cmd)+" needs an id", "show the newest: "+cmd.CommandPath()+" last", "list deliveries: vidiking webhooks list")
	default:
		return cmdutil.Usage(cmdutil.CommandName(cmd)+" takes one id", "see "+cmd.CommandPath()+" --help")
	}
}

func runShow(ctx context.Context, a *cmdutil.App, typed string, show showOptions) error {
	if err := show.check(); err != nil {
		return err
	}
	r, err := cmdutil.OpenReader(ctx, a)
	if err != nil {
		return cmdutil.NotFoundWithoutLog(typed, err)
	}
	defer func() { _ = r.Close() }()
	project, err := show.scope.Project(a)
	if err != nil {
		return err
	}
	d, err := find(ctx, r, typed, project)
	if err != nil {
		return err
	}
	switch {
	case show.raw:
		_, err := a.Env.Stdout.Write(d.Body)
		return output.ClosedPipe(err)
	case show.rawResponse:
		_, err := a.Env.Stdout.Write(webhook.Deciding(d.History).Response)
		return output.ClosedPipe(err)
	case show.curl:
		return showCurl(a, d)
	}
	o, err := a.OutputOptions()
	if err != nil {
		return err
	}
	p := output.New(o)
	details := output.DeliveryDetails{Delivery: d}
	if details.ReplayTree, err = r.ReplayTree(ctx, d.ID); err != nil {
		return err
	}
	diagnosis := cmdutil.Diagnose(ctx, a, d, signature.DefaultWork)
	if details.Findings = diagnosis.Findings; !diagnosis.IsCertain() {
		details.Tried = diagnosis.Tried
	}
	if h, ok := cmdutil.Explainer(a).Delivery(ctx, d, o.Style); ok && d.Status != webhook.StatusRejected {
		details.Hint = &h
	}
	p.Show(details)
	return output.ClosedPipe(p.Err())
}

// check rejects flags that each print something else.
func (o *showOptions) check() error {
	var given []string
	for _, f := range []struct {
		name string
		set  bool
	}{{"--raw", o.raw}, {"--raw-response", o.rawResponse}, {"--curl", o.curl}} {
		if f.set {
			given = append(given, f.name)
		}
	}
	if len(given) < 2 {
		return nil
	}
	return cmdutil.Usage("cannot combine "+given[0]+" with "+given[1], "use either of them")
}

// showCurl prints a delivery as a curl command. If the delivery was never sent, the command uses the target of a replay.
func showCurl(a *cmdutil.App, d webhook.Delivery) error {
	to, err := cmdutil.NewDestination(a, cmdutil.SendFlags{})
	if err != nil {
		return err
	}
	return a.PrintText(recording.Curl(d, to.Handler(d.Event)))
}
