package cli

import (
	"context"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// mend puts back what a listen left in the account that died: its user had agreed to that when it began. What it can't put back it says,
// with what to do.
func (a *app) mend(ctx context.Context, say func(output.Notice)) {
	book, err := a.book()
	if err != nil || !book.HasStale() {
		return
	}
	left, err := book.Stale()
	if err != nil {
		a.sayNotMended(say, "What must be put back in your account is not known: "+a.explainBook(err).what+".", "vidiking config set-webhook --url URL")
		return
	}
	for _, override := range left {
		gone := override.Active().Webhook.URL
		before := "A listen died and left its URL in your account: " + gone
		options, err := a.optionsOf(override)
		acct := account.Account{API: override.API, Key: options.Key}
		if err != nil || !options.Key.IsSet() || !override.BelongsTo(acct) {
			a.sayNotMended(say, before, "vidiking config restore-webhook")
			continue
		}
		if err := a.mendOne(ctx, book, override, options, say); err != nil && ctx.Err() == nil {
			f := a.explain(a.notRestored(err))
			a.sayNotMended(say, before+" (not put back: "+f.what+")", "vidiking config restore-webhook")
		}
	}
}

func (a *app) mendOne(ctx context.Context, book *account.Store, left account.Override, options vidiking.Options, say func(output.Notice)) error {
	api, err := vidiking.New(options)
	if err != nil {
		return err
	}
	defer api.Close()
	out, err := book.Restore(ctx, left, account.Account{API: left.API, Key: options.Key}, api)
	if err == nil && out.Restored != nil {
		say(output.Notice{
			Code: "restored", At: a.w.Now(), Good: true,
			Message: "Vidiking sends to " + out.Restored.URL + " again: a listen had died and left its own URL there.",
		})
	}
	return err
}

func (a *app) sayNotMended(say func(output.Notice), what, command string) {
	say(output.Notice{Code: "left_registered", At: a.w.Now(), Message: what, Hint: command, Details: []string{"Mend it: " + command}})
}
