package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// showOptions is what the flags of `show` say.
type showOptions struct {
	raw, curl bool
	of        scope // of `last`
}

func (a *app) show() *cobra.Command {
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
		Annotations: manual{
			exits: `0 done
1 no delivery, or several, have that id
2 it was called or configured wrongly`,
			seeAlso: "webhooks list, webhooks diff, replay, verify",
		}.annotations(),
		ValidArgsFunction: a.completeIDs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runShow(cmd.Context(), args[0], *o)
		},
	}
	return a.withFlags(cmd, o.addFlags)
}

func (o *showOptions) addFlags(cmd *cobra.Command) {
	o.of.addFlag(cmd, scopeOfLast)
	cmd.Flags().BoolVar(&o.raw, "raw", false, "print the body alone, byte for byte as it arrived")
	cmd.Flags().BoolVar(&o.curl, "curl", false, "print it as a curl command")
}

func oneID(cmd *cobra.Command, args []string) error {
	switch len(args) {
	case 1:
		return nil
	case 0:
		return usage("which delivery?", "the newest: "+cmd.CommandPath()+" last", "all of them: vidiking webhooks list")
	default:
		return usage(calledAs(cmd)+" takes one id", "see "+cmd.CommandPath()+" --help")
	}
}

func (a *app) runShow(ctx context.Context, typed string, show showOptions) error {
	if show.raw && show.curl {
		return usage("--raw and --curl are both given", "leave one of them out")
	}
	r, err := a.openReader(ctx)
	if err != nil {
		return noLogAs(typed, err)
	}
	defer func() { _ = r.Close() }()
	project, err := show.of.project(a)
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
		_, err := a.w.Stdout.Write(d.Body)
		return closedPipe(err)
	case show.curl:
		return a.showCurl(d)
	}
	o, err := a.outputOptions()
	if err != nil {
		return err
	}
	p := output.New(o)
	shown := output.DeliveryDetails{Delivery: d}
	if shown.ReplayTree, err = r.Family(ctx, d.ID); err != nil {
		return err
	}
	diagnosis := a.diagnose(ctx, d, signature.DefaultWork)
	if shown.Findings = diagnosis.Findings; !diagnosis.IsCertain() {
		shown.Tried = diagnosis.Tried
	}
	p.Show(shown)
	return closedPipe(p.Err())
}

// showCurl prints a delivery as a command. What was sent nowhere yet goes where a replay would.
func (a *app) showCurl(d webhook.Delivery) error {
	to, err := a.destination(sendOptions{})
	if err != nil {
		return err
	}
	return a.printText(recording.Curl(d, to.handler(d.Event)))
}

// noLogAs says of a log that isn't there that it does not have the delivery.
func noLogAs(typed string, err error) error {
	if errors.Is(err, store.ErrNoLog) {
		return &store.NotFoundError{Typed: typed}
	}
	return err
}
