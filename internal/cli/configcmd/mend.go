package configcmd

import (
	"context"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// Mend restores the webhooks that listens replaced and did not restore because they were killed. Their users agreed to that when they started
// them. If it cannot, it prints what to do.
func Mend(ctx context.Context, a *cmdutil.App, say func(output.Notice)) {
	book, err := cmdutil.Book(a)
	if err != nil || !book.HasStale() {
		return
	}
	left, err := book.Stale()
	if err != nil {
		sayNotMended(a, say, "Cannot tell which webhook to restore in your account: "+cmdutil.ExplainBook(a, err).What+".", "vidiking config set-webhook --url URL")
		return
	}
	for _, override := range left {
		gone := override.Active().Webhook.URL
		before := "A listen that was killed left its URL in your account: " + gone
		options, err := optionsOf(a, override)
		acct := account.Account{API: override.API, Key: options.Key}
		if err != nil || !options.Key.IsSet() || !override.BelongsTo(acct) {
			sayNotMended(a, say, before, "vidiking config restore-webhook")
			continue
		}
		if err := mendOne(ctx, a, book, override, options, say); err != nil && ctx.Err() == nil {
			f := a.Explain(notRestored(a, err))
			sayNotMended(a, say, before+" (not restored: "+f.What+")", "vidiking config restore-webhook")
		}
	}
}

func mendOne(ctx context.Context, a *cmdutil.App, book *account.Store, left account.Override, options vidiking.Options, say func(output.Notice)) error {
	api, err := vidiking.New(options)
	if err != nil {
		return err
	}
	defer api.Close()
	out, err := book.Restore(ctx, left, account.Account{API: left.API, Key: options.Key}, api)
	if err == nil && out.Restored != nil {
		say(output.Notice{
			Code: "restored", At: a.W.Now(), Good: true,
			Message: "Vidiking sends to " + out.Restored.URL + " again: a listen that was killed had left its URL there.",
		})
	}
	return err
}

func sayNotMended(a *cmdutil.App, say func(output.Notice), what, command string) {
	say(output.Notice{Code: "left_registered", At: a.W.Now(), Message: what, Hint: command, Details: []string{"To fix it: " + command}})
}
