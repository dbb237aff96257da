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

// showOptions is what the flags of `show` say.
type showOptions struct {
	raw, curl bool
	of        cmdutil.Scope // of `last`
}

func newShowCommand(a *cmdutil.App) *cobra.Command {
	o := &showOptions{}
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show a delivery: its headers, payload and attempts",
		Long: `Shows a delivery: its verdict, each attempt with the handler's answer, its headers and its payload. An id may be cut short, with
or without dlv_; last is the newest of your project.

With --curl it prints a command for sh, dash, bash, zsh or ksh that sends it again with curl: the exact bytes, the real signature, to
the handler that got it last. The command writes no file.`,
		Example: `  vidiking webhooks show last
  vidiking webhooks show dlv_8kx4m2
  vidiking webhooks show 8kx4 --raw | openssl dgst -sha256 -hmac "$VIDIKING_WEBHOOK_SECRET"
  vidiking webhooks show last --curl | sh`,
		Args: oneID,
		Annotations: cmdutil.Manual{
			Exits: `0 done
1 no delivery, or several, have that id
2 it was called or configured wrongly`,
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
	o.of.AddFlag(cmd, cmdutil.ScopeOfLast)
	cmd.Flags().BoolVar(&o.raw, "raw", false, "print the body alone, byte for byte as it arrived")
	cmd.Flags().BoolVar(&o.curl, "curl", false, "print it as a curl command")
}

func oneID(cmd *cobra.Command, args []string) error {
	switch len(args) {
	case 1:
		return nil
	case 0:
		return cmdutil.Usage("which delivery?", "the newest: "+cmd.CommandPath()+" last", "all of them: vidiking webhooks list")
	default:
		return cmdutil.Usage(cmdutil.CalledAs(cmd)+" takes one id", "see "+cmd.CommandPath()+" --help")
	}
}

func runShow(ctx context.Context, a *cmdutil.App, typed string, show showOptions) error {
	if show.raw && show.curl {
		return cmdutil.Usage("--raw and --curl are both given", "leave one of them out")
	}
	r, err := cmdutil.OpenReader(ctx, a)
	if err != nil {
		return cmdutil.NoLogAs(typed, err)
	}
	defer func() { _ = r.Close() }()
	project, err := show.of.Project(a)
	if err != nil {
		return err
	}
	found, err := r.Resolve(ctx, typed, project)
	if err != nil {
		return err
	}
	d, err := r.Get(ctx, found.ID)
	if err != nil {
		return err
	}
	switch {
	case show.raw:
		_, err := a.W.Stdout.Write(d.Body)
		return cmdutil.ClosedPipe(err)
	case show.curl:
		return showCurl(a, d)
	}
	o, err := a.OutputOptions()
	if err != nil {
		return err
	}
	p := output.New(o)
	shown := output.DeliveryDetails{Delivery: d}
	if shown.ReplayTree, err = r.ReplayTree(ctx, d.ID); err != nil {
		return err
	}
	diagnosis := cmdutil.Diagnose(ctx, a, d, signature.DefaultWork)
	if shown.Findings = diagnosis.Findings; !diagnosis.IsCertain() {
		shown.Tried = diagnosis.Tried
	}
	p.Show(shown)
	return cmdutil.ClosedPipe(p.Err())
}

// showCurl prints a delivery as a command. What was sent nowhere yet goes where a replay would.
func showCurl(a *cmdutil.App, d webhook.Delivery) error {
	to, err := cmdutil.NewDestination(a, cmdutil.SendFlags{})
	if err != nil {
		return err
	}
	return a.PrintText(recording.Curl(d, to.Handler(d.Event)))
}
