package configcmd

import (
	"context"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// Mend puts back what a listen left in the account that died: its user had agreed to that when it began. What it can't put back it says,
// with what to do.
func Mend(ctx context.Context, a *cmdutil.App, say func(output.Notice)) {
	book, err := cmdutil.Book(a)
	if err != nil || !book.HasStale() {
		return
	}
	left, err := book.Stale()
	if err != nil {
		sayNotMended(a, say, "What must be put back in your account is not known: "+cmdutil.ExplainBook(a, err).What+".", "vidiking config set-webhook --url URL")
		return
	}
	for _, override := range left {
		gone := override.Active().Webhook.URL
		before := "A listen died and left its URL in your account: " + gone
		options, err := optionsOf(a, override)
		acct := account.Account{API: override.API, Key: options.Key}
		if err != nil || !options.Key.IsSet() || !override.BelongsTo(acct) {
			sayNotMended(a, say, before, "vidiking config restore-webhook")
			continue
		}
		if err := mendOne(ctx, a, book, override, options, say); err != nil && ctx.Err() == nil {
			f := a.Explain(notRestored(a, err))
			sayNotMended(a, say, before+" (not put back: "+f.What+")", "vidiking config restore-webhook")
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
			Message: "Vidiking sends to " + out.Restored.URL + " again: a listen had died and left its own URL there.",
		})
	}
	return err
}

func sayNotMended(a *cmdutil.App, say func(output.Notice), what, command string) {
	say(output.Notice{Code: "left_registered", At: a.W.Now(), Message: what, Hint: command, Details: []string{"Mend it: " + command}})
}
