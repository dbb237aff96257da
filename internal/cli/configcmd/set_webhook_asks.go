package configcmd

import (
	"context"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
)

// ask prints what is replaced and asks for confirmation.
func (o *setWebhookOptions) ask(ctx context.Context, a *cmdutil.App) error {
	if o.state.Override != nil && o.state.Override.Active().Live {
		return cmdutil.ExplainAccount(a, &account.TakenError{Holder: o.state.Override.Active()})
	}
	if o.yes {
		return nil
	}
	if !a.Env.StdinTerminal {
		what := "this replaces the account's webhook"
		if o.state.Saved != nil {
			what += ", " + o.state.Saved.Webhook.URL
		}
		return cmdutil.Usage(what, "without a terminal, confirm with --yes")
	}
	for _, l := range o.before(a) {
		a.Stderr().Print(l)
	}
	ok, err := cmdutil.Confirm(ctx, a, "Send them to "+o.webhook.URL+" instead?")
	if err == nil && !ok {
		err = cmdutil.Declined(a)
	}
	return err
}

// before describes the webhook that is registered now, as far as it is known.
func (o *setWebhookOptions) before(a *cmdutil.App) []string {
	known, over := o.state.Saved, o.state.Override
	switch {
	case over != nil:
		return []string{"A listen that was killed left its URL in your account:", "  " + over.Active().Webhook.URL}
	case known == nil:
		return []string{"The webhook that is registered now is unknown here."}
	case known.Uncertain != nil:
		return []string{
			"One of these is registered now; the last change got no response:",
			"  " + known.Webhook.URL, "  " + known.Uncertain.URL,
		}
	}
	at := known.At.In(a.Env.Location).Format("2006-01-02 15:04")
	return []string{"Since " + at + ", Vidiking sends your account's events to", "  " + known.Webhook.URL}
}
