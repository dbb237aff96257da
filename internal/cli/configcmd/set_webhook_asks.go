package configcmd

import (
	"context"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
)

// ask says what is replaced and asks for it.
func (o *setWebhookOptions) ask(ctx context.Context, a *cmdutil.App) error {
	if o.state.Override != nil && o.state.Override.Active().Live {
		return cmdutil.ExplainBook(a, &account.TakenError{Holder: o.state.Override.Active()})
	}
	if o.yes {
		return nil
	}
	if !a.W.StdinTerminal {
		what := "this replaces the account's webhook"
		if o.state.Saved != nil {
			what += ", " + o.state.Saved.Webhook.URL
		}
		return cmdutil.Usage(what, "without a terminal to ask at, say so: --yes")
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

// before says what is known of what is registered now.
func (o *setWebhookOptions) before(a *cmdutil.App) []string {
	known, over := o.state.Saved, o.state.Override
	switch {
	case over != nil:
		return []string{"A listen that died left its URL in your account:", "  " + over.Active().Webhook.URL}
	case known == nil:
		return []string{"Where Vidiking sends your account's events now is not known here."}
	case known.Uncertain != nil:
		return []string{
			"Vidiking sends your account's events to one of these; the last change had no answer:",
			"  " + known.Webhook.URL, "  " + known.Uncertain.URL,
		}
	}
	at := known.At.In(a.W.Location).Format("2006-01-02 15:04")
	return []string{"Vidiking sends your account's events, since " + at + ", to", "  " + known.Webhook.URL}
}
