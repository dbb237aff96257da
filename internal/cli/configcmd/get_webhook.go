package configcmd

import (
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// runGetWebhook shows the webhook that was registered from here. Vidiking's API has no request for it.
func runGetWebhook(a *cmdutil.App, get getOptions) error {
	api, err := cmdutil.APIOptions(a)
	if err != nil {
		return err
	}
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	book, err := cmdutil.AccountStore(a)
	if err != nil {
		return err
	}
	s, err := book.State(cmdutil.AccountOf(api))
	if err != nil {
		return cmdutil.ExplainAccount(a, err)
	}
	if s.Saved == nil && s.Override == nil {
		return cmdutil.Failed(nil, "no webhook was set from here with this API key", "see Vidiking's dashboard, or set one: vidiking config set-webhook --url URL")
	}
	var set vidiking.Webhook
	var w output.AccountWebhook
	if known := s.Saved; known != nil {
		set = known.Webhook
		w = cmdutil.OutputWebhook(set, api)
		w.SetAt = known.At
		if known.Uncertain != nil && known.Uncertain.URL != w.URL {
			w.Unconfirmed = known.Uncertain.URL
		}
	}
	if s.Override != nil {
		top := s.Override.Active()
		if s.Saved == nil {
			set = top.Webhook
			w = cmdutil.OutputWebhook(set, api)
			w.SetAt = top.Since
		}
		w.Listen = top.Webhook.URL
	}
	if get.reveal {
		w.Secret = set.Secret.Reveal()
	}
	return output.ClosedPipe(output.Webhook(out, w))
}
