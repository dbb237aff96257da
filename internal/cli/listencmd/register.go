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

// registerOptions are --register and the flags that belong to it.
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
		return cmdutil.Usage("--restore-url needs --register", "vidiking listen --register --restore-url "+o.restoreURL)
	case o.yes:
		return cmdutil.Usage("--yes needs --register", "vidiking listen --register --yes")
	}
	return nil
}

// registration is the change that --register makes to the account.
type registration struct {
	app     *cmdutil.App
	state   account.State
	options listen.RegistrarOptions
}

// newRegistrar checks the flags and the credentials, and then asks for consent. It does not change the account.
func newRegistrar(ctx context.Context, a *cmdutil.App, o *listenOptions) (*listen.Registrar, error) {
	api, err := cmdutil.APIOptions(a)
	if err != nil {
		return nil, err
	}
	r := &registration{app: a, options: listen.RegistrarOptions{
		Now: a.Env.Now, Explain: func(err error) *output.Failure { return cmdutil.ExplainAccount(a, err) },
	}}
	if r.options.Store, err = cmdutil.AccountStore(a); err != nil {
		return nil, err
	}
	r.options.Claim = account.Registration{Account: cmdutil.AccountOf(api), PID: os.Getpid(), Sandbox: api.Sandbox}
	if r.state, err = r.options.Store.State(r.options.Claim.Account); err != nil {
		return nil, cmdutil.ExplainAccount(a, err)
	}
	if err := r.complete(o, api.Base); err != nil {
		return nil, err
	}
	client, err := vidiking.New(api)
	if err != nil {
		return nil, err
	}
	if err := r.confirm(ctx, o.account); err != nil {
		return nil, err
	}
	r.options.API, r.options.Claim.API = client, client
	return listen.NewRegistrar(ctx, r.options), nil
}

// complete determines the events to register and the webhook to restore at the end.
func (r *registration) complete(o *listenOptions, base vidiking.Base) (err error) {
	if o.isLocal() && !base.IsLocal() {
		return cmdutil.Usage("--register needs a URL that Vidiking can reach, but only this machine can reach this listen",
			"open a tunnel: --tunnel "+listen.ProviderSSH)
	}
	r.options.Base = r.state.Base()
	events := "" // configured events only limit what is forwarded here
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
			return cmdutil.Usage("--restore-url must also restore the account's signing secret, which is unknown", "set VIDIKING_WEBHOOK_SECRET, or run: vidiking config set webhook-secret")
		}
		r.options.Base = &vidiking.Webhook{URL: url, Events: r.options.Events, Secret: secret}
	}
	r.options.Claim.Base = r.options.Base
	return nil
}

// confirm prints the webhook that is replaced, with the consequences, and asks for consent.
func (r *registration) confirm(ctx context.Context, flags registerOptions) error {
	a, base := r.app, r.options.Base
	if o := r.state.Override; o != nil && o.Active().Live {
		r.options.Claim.Replaces = o.Active().ID
	}
	if !a.Env.StdinTerminal {
		switch {
		case base == nil:
			return cmdutil.Usage("the registered webhook is unknown here, so it could not be restored", "if you know its URL, add: --restore-url URL --yes")
		case !flags.yes:
			return cmdutil.Usage("--register replaces the account's webhook, "+base.URL+", while this runs", "without a terminal, confirm with --yes")
		}
	}
	lines := r.consequences()
	if flags.yes && base != nil {
		lines = r.replaced()
	}
	for _, l := range lines {
		a.Stderr().Print(l)
	}
	if flags.yes {
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
		return []string{"A listen that died left its URL registered in your account:", "  " + top.Webhook.URL}
	}
	since := r.app.Env.WhenMinutes(top.Since)
	return []string{
		fmt.Sprintf("Another listen (process %d) has had its URL registered in your account since %s:", top.PID, since),
		"  " + top.Webhook.URL,
		"This listen replaces it, and restores it at the end if the other still runs.",
	}
}

func (r *registration) consequences() []string {
	lines := r.replaced()
	base := r.options.Base
	switch {
	case base == nil:
		return append(lines,
			"The webhook registered in your account is unknown here, so it can't be restored.",
			"When this listen ends, Vidiking will keep sending to a URL that is gone.",
			"If you know the registered URL, add: --restore-url URL")
	case len(lines) == 0:
		lines = []string{"This listen's URL temporarily replaces your account's webhook."}
	}
	return append(lines,
		"Production deliveries come here while it runs. Afterwards they go again to",
		"  "+base.URL,
		`To receive the events of a single job instead, set that job's "callback".`)
}
