package cmdutil

import (
	"errors"
	"fmt"
	"os"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// AccountStore returns the store that remembers the webhook registered with Vidiking.
func AccountStore(a *App) (*account.Store, error) {
	cfg, err := a.Config()
	if err != nil {
		return nil, err
	}
	file, err := cfg.WebhookFile()
	if err != nil {
		return nil, err
	}
	return account.New(file, a.Env.Now), nil
}

// AccountOf returns the account that the API options belong to.
func AccountOf(o vidiking.Options) account.Account {
	return account.Account{API: o.Base.String(), Key: o.Key}
}

// ExplainAccount explains why the account's webhook could not be read or changed.
func ExplainAccount(a *App, err error) *Failure {
	var file *account.FileError
	var taken *account.TakenError
	switch {
	case errors.As(err, &file):
		f := Failed(err, fmt.Sprintf("cannot %s %s: %v", file.Op, a.Cfg.ShortPath(file.Path), file.Err))
		if errors.Is(err, account.ErrNewerFile) || errors.Is(err, account.ErrDamagedFile) {
			f.Hints = []string{"this file records the webhook registered with Vidiking: update vidiking, or move the file away and set the webhook again"}
		}
		if errors.Is(file.Err, os.ErrPermission) {
			f.Hints = []string{"vidiking records the previous webhook next to the configuration, to restore it later; use another one: --config FILE"}
		}
		return f
	case errors.As(err, &taken):
		return Failed(err, fmt.Sprintf("a running listen has registered its own URL: %s (process %d)", taken.Holder.Webhook.URL, taken.Holder.PID),
			"stop it first; it restores the previous webhook")
	case errors.Is(err, account.ErrBusy):
		return Failed(err, err.Error(), "try again in a moment")
	}
	return Explain(a, err)
}

// OutputWebhook returns a registered webhook in its output form.
func OutputWebhook(w vidiking.Webhook, api vidiking.Options) output.AccountWebhook {
	return output.AccountWebhook{
		URL: w.URL, Events: w.Events, EventsText: account.ShortEvents(w.Events), Secret: w.Secret.String(), API: api.Base.String(), Sandbox: api.Sandbox,
	}
}
