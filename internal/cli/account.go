package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// book is what is remembered of the account's webhook.
func (a *app) book() (*account.Store, error) {
	cfg, err := a.config()
	if err != nil {
		return nil, err
	}
	file, err := cfg.WebhookFile()
	if err != nil {
		return nil, err
	}
	return account.New(file, a.w.Now), nil
}

func accountOf(o vidiking.Options) account.Account {
	return account.Account{API: o.Base.String(), Key: o.Key}
}

// explainBook explains what kept the account's webhook from being looked at or changed.
func (a *app) explainBook(err error) *failure {
	var file *account.FileError
	var taken *account.TakenError
	switch {
	case errors.As(err, &file):
		f := failed(err, a.cfg.ShortPath(file.Path)+" "+file.Msg)
		if file.Err != nil {
			f.what += ": " + file.Err.Error()
		}
		if file.Err == nil {
			f.hint = []string{"it says what was registered with Vidiking: update vidiking, or move that file away and set the webhook again"}
		}
		if errors.Is(file.Err, os.ErrPermission) {
			f.hint = []string{"what is changed at Vidiking is kept beside the configuration, so that it can be put back: --config FILE"}
		}
		return f
	case errors.As(err, &taken):
		return failed(err, fmt.Sprintf("a listen has its own URL in the account until it ends: %s (process %d)", taken.Holder.Webhook.URL, taken.Holder.PID),
			"end it first: it puts back what was there")
	case errors.Is(err, account.ErrBusy):
		return failed(err, err.Error(), "try again in a moment")
	}
	return a.explain(err)
}

func shownWebhook(w vidiking.Webhook, api vidiking.Options) output.AccountWebhook {
	return output.AccountWebhook{
		URL: w.URL, Events: w.Events, EventsText: account.ShortEvents(w.Events), Secret: w.Secret.String(), API: api.Base.String(), Sandbox: api.Sandbox,
	}
}
