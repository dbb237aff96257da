package listencmd

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/cli/configcmd"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/listen"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// registerOptions are the flags of `listen` about the account.
type registerOptions struct {
	register   bool
	restoreURL string
	yes        bool
}

// checkUnused refuses flags that have no effect without --register.
func (o registerOptions) checkUnused() error {
	switch {
	case o.register:
		return nil
	case o.restoreURL != "":
		return cmdutil.Usage("--restore-url goes with --register", "vidiking listen --register --restore-url "+o.restoreURL)
	case o.yes:
		return cmdutil.Usage("--yes goes with --register", "vidiking listen --register --yes")
	}
	return nil
}

// registration is what --register would do to the account.
type registration struct {
	app     *cmdutil.App
	state   account.State
	options listen.RegistrarOptions
}

// newRegistrar checks the arguments and the credentials, and asks for the user's consent, in this order. It doesn't change the account yet.
func newRegistrar(ctx context.Context, a *cmdutil.App, o *listenOptions) (*listen.Registrar, error) {
	api, err := cmdutil.APIOptions(a)
	if err != nil {
		return nil, err
	}
	r := &registration{app: a, options: listen.RegistrarOptions{
		Now: a.W.Now, Explain: func(err error) *output.Failure { return cmdutil.ExplainBook(a, err) },
	}}
	if r.options.Store, err = cmdutil.Book(a); err != nil {
		return nil, err
	}
	r.options.Claim = account.Registration{Account: cmdutil.AccountOf(api), PID: os.Getpid(), Sandbox: api.Sandbox}
	if r.state, err = r.options.Store.State(r.options.Claim.Account); err != nil {
		return nil, cmdutil.ExplainBook(a, err)
	}
	if err := r.complete(o, api.Base); err != nil {
		return nil, err
	}
	client, err := vidiking.New(api)
	if err != nil {
		return nil, err
	}
	if err := r.ask(ctx, o.account.yes); err != nil {
		client.Close()
		return nil, err
	}
	r.options.API, r.options.Claim.API = client, client
	return listen.NewRegistrar(ctx, r.options), nil
}

// complete finds out which events to register, and which webhook to restore at the end.
func (r *registration) complete(o *listenOptions, base vidiking.Base) (err error) {
	if o.isLocal() && !base.IsLocal() {
		return cmdutil.Usage("--register puts a URL into your account that Vidiking can reach, and this listen has none",
			"it is reached from this machine only: --tunnel "+listen.ProviderSSH)
	}
	r.options.Base = r.state.Base()
	events := "" // the configured events don't say what the account's other events are for
	if r.app.Cfg.Source(config.Events) == config.SourceFlag("events") {
		events = strings.Join(o.handler.Events, ",")
	}
	if r.options.Events, err = configcmd.EventsToRegister(events, r.state); err != nil {
		return err
	}
	url := o.account.restoreURL
	if url == "" {
		return nil
	}
	if err := configcmd.CheckWebhookURL("--restore-url", url, base); err != nil {
		return err
	}
	if r.options.Base == nil || r.options.Base.URL != url {
		secret, _, ok := r.app.Cfg.Secret()
		if !ok {
			return cmdutil.Usage("--restore-url puts the account's signing secret back, too, and it is not known", "set VIDIKING_WEBHOOK_SECRET, or: vidiking config set webhook-secret")
		}
		r.options.Base = &vidiking.Webhook{URL: url, Events: r.options.Events, Secret: secret}
	}
	r.options.Claim.Base = r.options.Base
	return nil
}

// ask prints what is replaced and what follows from it, and asks for consent.
func (r *registration) ask(ctx context.Context, yes bool) error {
	a, base := r.app, r.options.Base
	if o := r.state.Override; o != nil && o.Active().Live {
		r.options.Claim.Replaces = o.Active().ID
	}
	if !a.W.StdinTerminal {
		switch {
		case base == nil:
			return cmdutil.Usage("what is registered now is not known here, so it could not be put back", "where you know what it is, add: --restore-url URL --yes")
		case !yes:
			return cmdutil.Usage("--register replaces the account's webhook, "+base.URL+", while this runs", "without a terminal to ask at, say so: --yes")
		}
	}
	lines := r.consequences()
	if yes && base != nil {
		lines = r.replaced()
	}
	for _, l := range lines {
		a.Stderr().Print(l)
	}
	if yes {
		return nil
	}
	ok, err := cmdutil.Confirm(ctx, a, "Register?")
	if err == nil && !ok {
		err = cmdutil.Declined(a)
	}
	return err
}

// replaced describes the session whose registration this one replaces, if there is one.
func (r *registration) replaced() []string {
	override := r.state.Override
	if override == nil {
		return nil
	}
	top := override.Active()
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

func (r *registration) consequences() []string {
	lines := r.replaced()
	base := r.options.Base
	switch {
	case base == nil:
		return append(lines,
			"What is registered in your account now is not known here, so it can't be put",
			"back: when this ends, Vidiking goes on sending to a URL that is gone.",
			"Where you know what it is, add: --restore-url URL")
	case len(lines) == 0:
		lines = []string{"This listen's URL takes the place of your account's webhook, for a while."}
	}
	return append(lines,
		"Production deliveries come here while this runs. When it ends, they go again to",
		"  "+base.URL,
		`A gentler way is a job's own "callback": only that job's deliveries come here.`)
}
