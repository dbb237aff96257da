package cmdutil

import (
	"errors"
	"fmt"
	"os"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// Book is what is remembered of the account's webhook.
func Book(a *App) (*account.Store, error) {
	cfg, err := a.Config()
	if err != nil {
		return nil, err
	}
	file, err := cfg.WebhookFile()
	if err != nil {
		return nil, err
	}
	return account.New(file, a.W.Now), nil
}

// AccountOf returns the file that remembers what was registered with Vidiking.
func AccountOf(o vidiking.Options) account.Account {
	return account.Account{API: o.Base.String(), Key: o.Key}
}

// ExplainBook explains what kept the account's webhook from being looked at or changed.
func ExplainBook(a *App, err error) *Failure {
	var file *account.FileError
	var taken *account.TakenError
	switch {
	case errors.As(err, &file):
		f := Failed(err, fmt.Sprintf("cannot %s %s: %v", file.Op, a.Cfg.ShortPath(file.Path), file.Err))
		if errors.Is(err, account.ErrNewerFile) || errors.Is(err, account.ErrDamagedFile) {
			f.Hints = []string{"it says what was registered with Vidiking: update vidiking, or move that file away and set the webhook again"}
		}
		if errors.Is(file.Err, os.ErrPermission) {
			f.Hints = []string{"what is changed at Vidiking is kept beside the configuration, so that it can be put back: --config FILE"}
		}
		return f
	case errors.As(err, &taken):
		return Failed(err, fmt.Sprintf("a listen has its own URL in the account until it ends: %s (process %d)", taken.Holder.Webhook.URL, taken.Holder.PID),
			"end it first: it puts back what was there")
	case errors.Is(err, account.ErrBusy):
		return Failed(err, err.Error(), "try again in a moment")
	}
	return a.Explain(err)
}

// ShownWebhook returns a registered webhook as it is shown.
func ShownWebhook(w vidiking.Webhook, api vidiking.Options) output.AccountWebhook {
	return output.AccountWebhook{
		URL: w.URL, Events: w.Events, EventsText: account.ShortEvents(w.Events), Secret: w.Secret.String(), API: api.Base.String(), Sandbox: api.Sandbox,
	}
}
