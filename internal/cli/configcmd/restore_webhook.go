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

// restoreOptions has the values of the flags of `config restore-webhook`.
type restoreOptions struct {
	anyKey bool // the API key may differ from the one that registered the webhook
}

func newRestoreWebhookCommand(a *cmdutil.App) *cobra.Command {
	o := &restoreOptions{}
	cmd := &cobra.Command{
		Use:   "restore-webhook",
		Short: "Restore the webhook that a killed listen replaced",
		Long: `Restores the account's webhook after a listen --register replaced it and was killed before it could restore it. Every command reminds you
of that. If there is nothing to restore, it prints a note and changes nothing.`,
		Example: "  vidiking config restore-webhook",
		Args:    cmdutil.NoArgs,
		Annotations: cmdutil.Manual{
			Environment: "VIDIKING_API_KEY, VIDIKING_API_URL, HTTPS_PROXY, NO_PROXY",
			Exits: `0 the webhook was restored, or there was nothing to restore
1 the API is unreachable or refused; the listen is still running; or the previous webhook is unknown
2 it was registered with another API key, and --yes is missing
4 the API key is missing or refused`,
			SeeAlso: "listen, config set-webhook",
		}.Annotations(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runRestoreWebhook(cmd.Context(), a, *o) },
	}
	return cmdutil.WithFlags(a, cmd, func(cmd *cobra.Command) {
		cmd.Flags().BoolVarP(&o.anyKey, "yes", "y", false, "restore it even if it was registered with another API key")
	})
}

func runRestoreWebhook(ctx context.Context, a *cmdutil.App, o restoreOptions) error {
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	book, err := cmdutil.AccountStore(a)
	if err != nil {
		return err
	}
	left, err := book.Stale()
	if err != nil {
		return cmdutil.ExplainAccount(a, err)
	}
	if len(left) == 0 {
		return printNothingToRestore(a, book)
	}
	for _, override := range left {
		w, err := restore(ctx, a, book, override, o)
		if err != nil {
			return err
		}
		if err := output.Webhook(out, w); err != nil {
			return output.ClosedPipe(err)
		}
	}
	return nil
}

// printNothingToRestore prints that there is nothing to restore, or which running listen will restore the webhook.
func printNothingToRestore(a *cmdutil.App, book *account.Store) error {
	api, err := cmdutil.APIOptions(a)
	if err != nil {
		return err
	}
	s, err := book.State(cmdutil.AccountOf(api))
	if err != nil {
		return cmdutil.ExplainAccount(a, err)
	}
	if s.Override != nil {
		return cmdutil.ExplainAccount(a, &account.TakenError{Holder: s.Override.Active()})
	}
	a.Stderr().Print("Nothing to restore.")
	return nil
}

// restore restores the webhook that a dead listen replaced, at the same API.
func restore(ctx context.Context, a *cmdutil.App, book *account.Store, left account.Override, o restoreOptions) (output.AccountWebhook, error) {
	options, err := optionsOf(a, left)
	if err != nil {
		return output.AccountWebhook{}, err
	}
	acct := account.Account{API: left.API, Key: options.Key}
	if options.Key.IsSet() && !left.BelongsTo(acct) && !o.anyKey {
		return output.AccountWebhook{}, cmdutil.Usage("it was registered with another API key, "+left.Key+"; the current one is "+options.Key.String(),
			"use that key; if you have only rotated it: vidiking config restore-webhook --yes")
	}
	api, err := vidiking.New(options)
	if err != nil {
		return output.AccountWebhook{}, err
	}
	done, err := book.Restore(ctx, left, acct, api)
	if err != nil {
		return output.AccountWebhook{}, notRestored(a, err)
	}
	w := cmdutil.OutputWebhook(*done.Restored, options)
	w.Done, w.SetAt, w.Replaced = "Restored", a.Env.Now(), left.Active().Webhook.URL
	return w, nil
}

// optionsOf returns the API at which a webhook was registered, even if the settings have changed. It sends the same key only to this API,
// and another key only to the API in the settings.
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
			"use that key and --api-url "+left.API)
	}
	options.Base, err = vidiking.ParseBase(left.API)
	return options, err
}

func notRestored(a *cmdutil.App, err error) error {
	var unknown *account.UnknownBaseError
	if errors.As(err, &unknown) {
		return cmdutil.Failed(err, unknown.Error()+", so it cannot be restored", "set the webhook again: vidiking config set-webhook --url URL")
	}
	return cmdutil.ExplainAccount(a, err)
}

// WarnUnrestored warns the user before a command if a killed listen left its URL in the account. It skips commands that handle this
// themselves. Without such a listen it costs one stat.
func WarnUnrestored(a *cmdutil.App, cmd *cobra.Command) {
	switch cmd.Name() {
	case "restore-webhook", "set-webhook", "listen", "doctor":
		return
	}
	book, err := cmdutil.AccountStore(a)
	if err != nil || !book.HasStale() {
		return // the command reports what is wrong with the configuration
	}
	self := output.Options{Self: a.Self()}
	warn := func(what, hint string) {
		a.Stderr().Warning(what, []string{self.Command(hint)})
	}
	left, err := book.Stale()
	if err != nil {
		f := cmdutil.ExplainAccount(a, err)
		warn(f.What, "that file has the webhook to restore: set the webhook again, then remove the file")
	}
	for _, o := range left {
		what := "a listen that was killed left its URL in your account: " + o.Active().Webhook.URL
		if o.Base == nil {
			warn(what, "set the webhook again: vidiking config set-webhook --url URL")
			continue
		}
		warn(what, "restore "+o.Base.URL+": vidiking config restore-webhook")
	}
}
