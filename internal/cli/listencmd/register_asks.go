package listencmd

import (
	"context"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
)

// ask says what is replaced and what becomes of it, and asks for that.
func (r *registrar) ask(ctx context.Context, o registerOptions) error {
	a := r.app
	if o := r.state.Override; o != nil && o.Active().Live {
		r.claim.Replaces = o.Active().ID
	}
	if !a.W.StdinTerminal {
		switch {
		case r.base() == nil:
			return cmdutil.Usage("what is registered now is not known here, so it could not be put back", "where you know what it is, add: --restore-url URL --yes")
		case !o.yes:
			return cmdutil.Usage("--register replaces the account's webhook, "+r.base().URL+", while this runs", "without a terminal to ask at, say so: --yes")
		}
	}
	said := r.consequences()
	if o.yes && r.base() != nil {
		said = r.takes()
	}
	for _, l := range said {
		a.Stderr().Print(l)
	}
	if o.yes {
		return nil
	}
	ok, err := cmdutil.Confirm(ctx, a, "Register?")
	if err == nil && !ok {
		err = cmdutil.Declined(a)
	}
	return err
}

// takes says from whom this listen takes the account.
func (r *registrar) takes() []string {
	over := r.state.Override
	if over == nil {
		return nil
	}
	top := over.Active()
	if !top.Live {
		return []string{"A listen that died left its URL in your account:", "  " + top.Webhook.URL}
	}
	since := cmdutil.WhenToTheMinute(r.app, top.Since)
	return []string{
		fmt.Sprintf("Another listen (process %d) has its URL in your account, since %s:", top.PID, since),
		"  " + top.Webhook.URL,
		"This one takes its place. If the other still runs when this ends, it gets it back.",
	}
}

func (r *registrar) consequences() []string {
	said := r.takes()
	base := r.base()
	switch {
	case base == nil:
		return append(said,
			"What is registered in your account now is not known here, so it can't be put",
			"back: when this ends, Vidiking goes on sending to a URL that is gone.",
			"Where you know what it is, add: --restore-url URL")
	case len(said) == 0:
		said = []string{"This listen's URL takes the place of your account's webhook, for a while."}
	}
	return append(said,
		"Production deliveries come here while this runs. When it ends, they go again to",
		"  "+base.URL,
		`A gentler way is a job's own "callback": only that job's deliveries come here.`)
}
