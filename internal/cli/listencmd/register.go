package listencmd

import (
	"context"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/cli/configcmd"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// registerOptions is what the flags of `listen` say about the account.
type registerOptions struct {
	register   bool
	restoreURL string
	yes        bool
}

// registrar has a listen's URL in the account for as long as the listen runs. A nil one does nothing.
type registrar struct {
	app   *cmdutil.App
	api   *vidiking.Client
	book  *account.Store
	claim account.Registration
	state account.State

	say func(output.Notice)

	mu   sync.Mutex
	want vidiking.Webhook // what should be registered by now
	held *account.Lease

	wake   chan struct{} // want was changed
	ctx    context.Context
	cancel context.CancelFunc // ends what is under way
	loop   sync.WaitGroup
}

// newRegistrar checks what `listen --register` needs, in this order: the arguments, the credentials, the user's consent. Nothing is
// changed yet.
func newRegistrar(ctx context.Context, a *cmdutil.App, o *listenOptions) (*registrar, error) {
	if !o.account.register {
		return nil, o.account.checkUnused()
	}
	options, err := cmdutil.APIOptions(a)
	if err != nil {
		return nil, err
	}
	r := &registrar{app: a, wake: make(chan struct{}, 1)}
	if r.book, err = cmdutil.Book(a); err != nil {
		return nil, err
	}
	r.claim = account.Registration{Account: cmdutil.AccountOf(options), PID: os.Getpid(), Sandbox: options.Sandbox}
	if r.state, err = r.book.State(r.claim.Account); err != nil {
		return nil, cmdutil.ExplainBook(a, err)
	}
	if err := r.complete(o, options.Base); err != nil {
		return nil, err
	}
	if r.api, err = vidiking.New(options); err != nil {
		return nil, err
	}
	if err := r.ask(ctx, o.account); err != nil {
		r.api.Close()
		return nil, err
	}
	r.claim.API = r.api
	r.ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return r, nil
}

func (o registerOptions) checkUnused() error {
	if o.restoreURL != "" {
		return cmdutil.Usage("--restore-url goes with --register", "vidiking listen --register --restore-url "+o.restoreURL)
	}
	if o.yes {
		return cmdutil.Usage("--yes goes with --register", "vidiking listen --register --yes")
	}
	return nil
}

// complete says which events are registered, and what is put back.
func (r *registrar) complete(o *listenOptions, base vidiking.Base) (err error) {
	if o.isLocal() && !base.IsLocal() {
		return cmdutil.Usage("--register puts a URL into your account that Vidiking can reach, and this listen has none",
			"it is reached from this machine only: --tunnel "+o.tunnelName())
	}
	asked := "" // what the configuration forwards says nothing of what others of the account's events are for
	if r.app.Cfg.Source(config.Events) == config.SourceFlag("events") {
		asked = strings.Join(o.events, ",")
	}
	if r.want.Events, err = configcmd.EventsToRegister(asked, r.state); err != nil {
		return err
	}
	if o.account.restoreURL == "" {
		return nil
	}
	if err := configcmd.CheckWebhookURL("--restore-url", o.account.restoreURL, base); err != nil {
		return err
	}
	if known := r.state.Base(); known != nil && known.URL == o.account.restoreURL {
		r.claim.Base = known
		return nil
	}
	secret, _, ok := r.app.Cfg.Secret()
	if !ok {
		return cmdutil.Usage("--restore-url puts the account's signing secret back, too, and it is not known", "set VIDIKING_WEBHOOK_SECRET, or: vidiking config set webhook-secret")
	}
	r.claim.Base = &vidiking.Webhook{URL: o.account.restoreURL, Events: r.want.Events, Secret: secret}
	return nil
}

// base is what is put back at the end; nil where that is not known.
func (r *registrar) base() *vidiking.Webhook {
	if r.claim.Base != nil {
		return r.claim.Base
	}
	return r.state.Base()
}

// register puts the URL into the account; what happens to it later is told to say. An interrupt ends it, and what was there is there
// again.
func (r *registrar) register(ctx context.Context, session, url string, secret webhook.Secret, say func(output.Notice)) error {
	if r == nil {
		return nil
	}
	r.say = say
	r.want.URL, r.want.Secret = url, secret
	r.claim.ID, r.claim.Webhook = session, r.want
	held, err := r.book.Register(ctx, r.claim)
	if err != nil {
		f := cmdutil.ExplainBook(r.app, err)
		if left, lookErr := r.book.Stale(); lookErr == nil && len(left) > 0 {
			f.Hints = append(f.Hints, "what was there may have to be put back: vidiking config restore-webhook")
		}
		return f
	}
	r.held = held
	r.loop.Go(r.follow)
	return nil
}

// Sign has Vidiking sign with another secret from now on.
func (r *registrar) Sign(s webhook.Secret) {
	r.change(func(w *vidiking.Webhook) { w.Secret = s })
}

// change has something else registered from now on. It does not wait for that.
func (r *registrar) change(edit func(*vidiking.Webhook)) {
	if r == nil {
		return
	}
	r.mu.Lock()
	edit(&r.want)
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// follow registers every change, and tries again for as long as it fails: meanwhile deliveries go where nobody is.
func (r *registrar) follow() {
	pause := time.Duration(0)
	for {
		var again <-chan time.Time
		var timer *time.Timer
		if pause > 0 {
			timer = time.NewTimer(pause)
			again = timer.C
		}
		select {
		case <-r.wake:
		case <-again:
		case <-r.ctx.Done():
		}
		if timer != nil {
			timer.Stop()
		}
		if r.ctx.Err() != nil {
			return
		}
		pause = r.changeNow(pause)
	}
}

const (
	firstChangePause = 5 * time.Second
	longChangePause  = time.Minute // the window of Vidiking's rate limit
)

// changeNow registers what should be, and returns the pause after which to try again; 0 where it worked.
func (r *registrar) changeNow(failedFor time.Duration) time.Duration {
	r.mu.Lock()
	w := r.want
	r.mu.Unlock()
	err := r.held.Update(r.ctx, w)
	switch {
	case r.ctx.Err() != nil:
		return 0
	case err == nil:
		r.say(output.Notice{Code: "registered", At: r.app.W.Now(), Good: true, Message: "Vidiking sends to " + w.URL + " now, signed with " + w.Secret.String() + "."})
		return 0
	case failedFor == 0:
		r.say(output.Notice{
			Code: "not_registered", At: r.app.W.Now(), Message: "Vidiking does not send to " + w.URL + " yet: " + cmdutil.ExplainBook(r.app, err).What + ".",
			Details: []string{"Trying again."},
		})
		return firstChangePause
	}
	return min(2*failedFor, longChangePause)
}

// ready is what the ready block says of it; empty where nothing is registered.
func (r *registrar) ready() (events, restores string) {
	if r == nil {
		return "", ""
	}
	events = account.ShortEvents(r.want.Events)
	if base := r.base(); base != nil {
		return events, base.URL
	}
	return events, ""
}
