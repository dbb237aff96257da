package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// restoreOptions is what the flags of `config restore-webhook` say.
type restoreOptions struct {
	anyKey bool // the key may be another than the one that registered
}

func (a *app) configRestoreWebhook() *cobra.Command {
	o := &restoreOptions{}
	cmd := &cobra.Command{
		Use:   "restore-webhook",
		Short: "Put back the webhook that a killed listen replaced",
		Long: `Puts back the account's webhook where a listen --register replaced it and could not put it back: it was killed, or the power went.
Any command says so. Where there is nothing to put back, it says that, and does nothing.`,
		Example: "  vidiking config restore-webhook",
		Args:    noArgs,
		Annotations: manual{
			environment: "VIDIKING_API_KEY, VIDIKING_API_URL, HTTPS_PROXY, NO_PROXY",
			exits: `0 it is put back, or there was nothing to put back
1 Vidiking can't be reached, or did not do it; or the listen still runs; or what was there before is not known
2 it was registered with another API key, and there is no --yes
4 there is no API key, or Vidiking refused it`,
			seeAlso: "listen, config set-webhook",
		}.annotations(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runRestoreWebhook(cmd.Context(), *o) },
	}
	return a.withFlags(cmd, func(cmd *cobra.Command) {
		cmd.Flags().BoolVarP(&o.anyKey, "yes", "y", false, "also where it was registered with another API key")
	})
}

func (a *app) runRestoreWebhook(ctx context.Context, o restoreOptions) error {
	out, err := a.outputOptions()
	if err != nil {
		return err
	}
	book, err := a.book()
	if err != nil {
		return err
	}
	left, err := book.Stale()
	if err != nil {
		return a.explainBook(err)
	}
	if len(left) == 0 {
		return a.nothingLeft(book)
	}
	for _, override := range left {
		w, err := a.restore(ctx, book, override, o)
		if err != nil {
			return err
		}
		if err := output.Webhook(out, w); err != nil {
			return closedPipe(err)
		}
	}
	return nil
}

// nothingLeft says that there is nothing to put back, or who will.
func (a *app) nothingLeft(book *account.Store) error {
	api, err := a.apiOptions()
	if err != nil {
		return err
	}
	s, err := book.State(accountOf(api))
	if err != nil {
		return a.explainBook(err)
	}
	if s.Override != nil {
		return a.explainBook(&account.TakenError{Holder: s.Override.Active()})
	}
	a.stderr().Print("There is nothing to put back.")
	return nil
}

// restore puts back what one dead listen left, at the API where it was left.
func (a *app) restore(ctx context.Context, book *account.Store, left account.Override, o restoreOptions) (output.AccountWebhook, error) {
	options, err := a.optionsOf(left)
	if err != nil {
		return output.AccountWebhook{}, err
	}
	acct := account.Account{API: left.API, Key: options.Key}
	if options.Key.IsSet() && !left.BelongsTo(acct) && !o.anyKey {
		return output.AccountWebhook{}, usage("it was registered with another API key, "+left.Key+"; the one now is "+options.Key.String(),
			"give that key; if it was only exchanged for a new one: vidiking config restore-webhook --yes")
	}
	api, err := vidiking.New(options)
	if err != nil {
		return output.AccountWebhook{}, err
	}
	defer api.Close()
	done, err := book.Restore(ctx, left, acct, api)
	if err != nil {
		return output.AccountWebhook{}, a.notRestored(err)
	}
	w := shownWebhook(*done.Restored, options)
	w.Done, w.SetAt, w.Replaced = "Put back", a.w.Now(), left.Active().Webhook.URL
	return w, nil
}

// optionsOf is the API that an override was registered at, whatever the settings say now. The key goes where it went before, and where
// it is another one, only where the settings send it.
func (a *app) optionsOf(left account.Override) (vidiking.Options, error) {
	options, err := a.apiOptions()
	if err != nil {
		return options, err
	}
	options.Sandbox = left.Active().Sandbox
	there := account.Account{API: left.API, Key: options.Key}
	if left.API == options.Base.String() {
		return options, nil
	}
	if options.Key.IsSet() && !left.BelongsTo(there) {
		return options, usage("it was registered at "+left.API+", with another API key, "+left.Key,
			"give that key, and --api-url "+left.API)
	}
	options.Base, err = vidiking.ParseBase(left.API)
	return options, err
}

func (a *app) notRestored(err error) error {
	var unknown *account.UnknownBaseError
	if errors.As(err, &unknown) {
		return failed(err, unknown.Error()+", so it can't be put back", "set what it should be: vidiking config set-webhook --url URL")
	}
	return a.explainBook(err)
}

// sayLeft says, before any other command than those that mend it, that a listen died and left its URL in the account. It costs one
// stat where none did.
func (a *app) sayLeft(cmd *cobra.Command) {
	switch cmd.Name() {
	case "restore-webhook", "set-webhook", "listen", "doctor":
		return
	}
	book, err := a.book()
	if err != nil || !book.HasStale() {
		return // what is wrong with the configuration is for the command to say
	}
	self := output.Options{Self: a.self()}
	warn := func(what, hint string) {
		a.stderr().Warning(what, []string{self.Command(hint)})
	}
	left, err := book.Stale()
	if err != nil {
		f := a.explainBook(err)
		warn(f.what, "it says what must be put back at Vidiking: set the webhook again, then remove that file")
	}
	for _, o := range left {
		what := "a listen died and left its URL in your account: " + o.Active().Webhook.URL
		if o.Base == nil {
			warn(what, "set what it should be: vidiking config set-webhook --url URL")
			continue
		}
		warn(what, "put "+o.Base.URL+" back: vidiking config restore-webhook")
	}
}
