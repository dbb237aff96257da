package configcmd

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// restoreOptions is what the flags of `config restore-webhook` say.
type restoreOptions struct {
	anyKey bool // the key may be another than the one that registered
}

func newRestoreWebhookCommand(a *cmdutil.App) *cobra.Command {
	o := &restoreOptions{}
	cmd := &cobra.Command{
		Use:   "restore-webhook",
		Short: "Put back the webhook that a killed listen replaced",
		Long: `Puts back the account's webhook where a listen --register replaced it and could not put it back: it was killed, or the power went.
Any command says so. Where there is nothing to put back, it says that, and does nothing.`,
		Example: "  vidiking config restore-webhook",
		Args:    cmdutil.NoArgs,
		Annotations: cmdutil.Manual{
			Environment: "VIDIKING_API_KEY, VIDIKING_API_URL, HTTPS_PROXY, NO_PROXY",
			Exits: `0 it is put back, or there was nothing to put back
1 Vidiking can't be reached, or did not do it; or the listen still runs; or what was there before is not known
2 it was registered with another API key, and there is no --yes
4 there is no API key, or Vidiking refused it`,
			SeeAlso: "listen, config set-webhook",
		}.Annotations(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runRestoreWebhook(cmd.Context(), a, *o) },
	}
	return cmdutil.WithFlags(a, cmd, func(cmd *cobra.Command) {
		cmd.Flags().BoolVarP(&o.anyKey, "yes", "y", false, "also where it was registered with another API key")
	})
}

func runRestoreWebhook(ctx context.Context, a *cmdutil.App, o restoreOptions) error {
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	book, err := cmdutil.Book(a)
	if err != nil {
		return err
	}
	left, err := book.Stale()
	if err != nil {
		return cmdutil.ExplainBook(a, err)
	}
	if len(left) == 0 {
		return nothingLeft(a, book)
	}
	for _, override := range left {
		w, err := restore(ctx, a, book, override, o)
		if err != nil {
			return err
		}
		if err := output.Webhook(out, w); err != nil {
			return cmdutil.ClosedPipe(err)
		}
	}
	return nil
}

// nothingLeft says that there is nothing to put back, or who will.
func nothingLeft(a *cmdutil.App, book *account.Store) error {
	api, err := cmdutil.APIOptions(a)
	if err != nil {
		return err
	}
	s, err := book.State(cmdutil.AccountOf(api))
	if err != nil {
		return cmdutil.ExplainBook(a, err)
	}
	if s.Override != nil {
		return cmdutil.ExplainBook(a, &account.TakenError{Holder: s.Override.Active()})
	}
	a.Stderr().Print("There is nothing to put back.")
	return nil
}

// restore puts back what one dead listen left, at the API where it was left.
func restore(ctx context.Context, a *cmdutil.App, book *account.Store, left account.Override, o restoreOptions) (output.AccountWebhook, error) {
	options, err := optionsOf(a, left)
	if err != nil {
		return output.AccountWebhook{}, err
	}
	acct := account.Account{API: left.API, Key: options.Key}
	if options.Key.IsSet() && !left.BelongsTo(acct) && !o.anyKey {
		return output.AccountWebhook{}, cmdutil.Usage("it was registered with another API key, "+left.Key+"; the one now is "+options.Key.String(),
			"give that key; if it was only exchanged for a new one: vidiking config restore-webhook --yes")
	}
	api, err := vidiking.New(options)
	if err != nil {
		return output.AccountWebhook{}, err
	}
	defer api.Close()
	done, err := book.Restore(ctx, left, acct, api)
	if err != nil {
		return output.AccountWebhook{}, notRestored(a, err)
	}
	w := cmdutil.ShownWebhook(*done.Restored, options)
	w.Done, w.SetAt, w.Replaced = "Put back", a.W.Now(), left.Active().Webhook.URL
	return w, nil
}

// optionsOf is the API that an override was registered at, whatever the settings say now. The key goes where it went before, and where
// it is another one, only where the settings send it.
func optionsOf(a *cmdutil.App, left account.Override) (vidiking.Options, error) {
	options, err := cmdutil.APIOptions(a)
	if err != nil {
		return options, err
	}
	options.Sandbox = left.Active().Sandbox
	there := account.Account{API: left.API, Key: options.Key}
	if left.API == options.Base.String() {
		return options, nil
	}
	if options.Key.IsSet() && !left.BelongsTo(there) {
		return options, cmdutil.Usage("it was registered at "+left.API+", with another API key, "+left.Key,
			"give that key, and --api-url "+left.API)
	}
	options.Base, err = vidiking.ParseBase(left.API)
	return options, err
}

func notRestored(a *cmdutil.App, err error) error {
	var unknown *account.UnknownBaseError
	if errors.As(err, &unknown) {
		return cmdutil.Failed(err, unknown.Error()+", so it can't be put back", "set what it should be: vidiking config set-webhook --url URL")
	}
	return cmdutil.ExplainBook(a, err)
}

// SayLeft says, before any other command than those that mend it, that a listen died and left its URL in the account. It costs one
// stat where none did.
func SayLeft(a *cmdutil.App, cmd *cobra.Command) {
	switch cmd.Name() {
	case "restore-webhook", "set-webhook", "listen", "doctor":
		return
	}
	book, err := cmdutil.Book(a)
	if err != nil || !book.HasStale() {
		return // what is wrong with the configuration is for the command to say
	}
	self := output.Options{Self: a.Self()}
	warn := func(what, hint string) {
		a.Stderr().Warning(what, []string{self.Command(hint)})
	}
	left, err := book.Stale()
	if err != nil {
		f := cmdutil.ExplainBook(a, err)
		warn(f.What, "it says what must be put back at Vidiking: set the webhook again, then remove that file")
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
