package cli

import (
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// webhookKey is what `config get` takes beside the settings: what is registered with Vidiking.
const webhookKey = "webhook"

// runGetWebhook shows what was registered from here. Vidiking's API can't tell.
func (a *app) runGetWebhook(get getOptions) error {
	api, err := a.apiOptions()
	if err != nil {
		return err
	}
	out, err := a.outputOptions()
	if err != nil {
		return err
	}
	book, err := a.book()
	if err != nil {
		return err
	}
	s, err := book.State(accountOf(api))
	if err != nil {
		return a.explainBook(err)
	}
	if s.Saved == nil && s.Override == nil {
		return failed(nil, "no webhook was set from here with this API key", "Vidiking's dashboard shows what is registered; set one: vidiking config set-webhook --url URL")
	}
	var set vidiking.Webhook
	var w output.AccountWebhook
	if known := s.Saved; known != nil {
		set = known.Webhook
		w = shownWebhook(set, api)
		w.SetAt = known.At
		if known.Uncertain != nil && known.Uncertain.URL != w.URL {
			w.Unconfirmed = known.Uncertain.URL
		}
	}
	if s.Override != nil {
		top := s.Override.Active()
		if s.Saved == nil {
			set = top.Webhook
			w = shownWebhook(set, api)
			w.SetAt = top.Since
		}
		w.Listen = top.Webhook.URL
	}
	if get.reveal {
		w.Secret = set.Secret.Reveal()
	}
	return closedPipe(output.Webhook(out, w))
}
