package configcmd

import (
	"context"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// Recover restores the webhooks that killed listens replaced. Their users agreed to this when they started them. If Recover cannot restore
// one, it prints what to do.
func Recover(ctx context.Context, a *cmdutil.App, notify func(output.Notice)) {
	book, err := cmdutil.AccountStore(a)
	if err != nil || !book.HasStale() {
		return
	}
	left, err := book.Stale()
	if err != nil {
		notifyNotRecovered(a, notify, "Cannot tell which webhook to restore in your account: "+cmdutil.ExplainAccount(a, err).What+".", "vidiking config set-webhook --url URL")
		return
	}
	for _, override := range left {
		gone := override.Active().Webhook.URL
		before := "A listen that was killed left its URL in your account: " + gone
		options, err := optionsOf(a, override)
		acct := account.Account{API: override.API, Key: options.Key}
		if err != nil || !options.Key.IsSet() || !override.BelongsTo(acct) {
			notifyNotRecovered(a, notify, before, "vidiking config restore-webhook")
			continue
		}
		if err := recoverOne(ctx, a, book, override, options, notify); err != nil && ctx.Err() == nil {
			f := cmdutil.Explain(a, notRestored(a, err))
			notifyNotRecovered(a, notify, before+" (not restored: "+f.What+")", "vidiking config restore-webhook")
		}
	}
}

func recoverOne(ctx context.Context, a *cmdutil.App, book *account.Store, left account.Override, options vidiking.Options, notify func(output.Notice)) error {
	api, err := vidiking.New(options)
	if err != nil {
		return err
	}
	out, err := book.Restore(ctx, left, account.Account{API: left.API, Key: options.Key}, api)
	if err == nil && out.Restored != nil {
		notify(output.Notice{
			Code: "restored", At: a.Env.Now(), Good: true,
			Message: "Vidiking sends to " + out.Restored.URL + " again: a listen that was killed had left its URL there.",
		})
	}
	return err
}

func notifyNotRecovered(a *cmdutil.App, notify func(output.Notice), what, command string) {
	notify(output.Notice{Code: "left_registered", At: a.Env.Now(), Message: what, Hint: command, Details: []string{"To fix it: " + command}})
}
