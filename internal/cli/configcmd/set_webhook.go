package configcmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// setWebhookOptions contains the flags of `config set-webhook`, and the webhook that they describe.
type setWebhookOptions struct {
	url, events                 string
	secretStdin, generateSecret bool
	dryRun, yes                 bool

	api         vidiking.Options
	account     account.Account
	book        *account.Store
	state       account.State
	webhook     vidiking.Webhook
	secretIsNew bool // the secret differs from the effective one
}

func newSetWebhookCommand(a *cmdutil.App) *cobra.Command {
	o := &setWebhookOptions{}
	cmd := &cobra.Command{
		Use:   "set-webhook",
		Short: "Set the account's webhook at Vidiking",
		Long: `Sets the account's one global webhook, which replaces the previous one, and remembers it, because Vidiking's API cannot report it. To
receive events on this machine only while you develop, use 'listen --register', which restores the previous webhook. To receive the events of a
single job, pass a URL as that job's "callback".

The secret comes from the environment, the configuration, or the flags here. A secret from the flags is saved in the configuration.`,
		Example: `  vidiking config set-webhook --url https://example.com/webhooks/vidiking --events all
  vidiking config set-webhook --url https://example.com/hooks --events 'render.*,wallet.low_balance' --dry-run
  vidiking config set-webhook --generate-secret
  vidiking config set-webhook --url https://example.com/hooks --secret-stdin --yes < secret.txt`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && strings.Contains(args[0], "/") {
				return cmdutil.Usage("config set-webhook takes no arguments, but got "+strconv.Quote(args[0]), "vidiking config set-webhook --url "+args[0])
			}
			return cmdutil.NoArgs(cmd, args)
		},
		Annotations: cmdutil.Manual{
			Environment: "VIDIKING_WEBHOOK_SECRET, VIDIKING_API_KEY, VIDIKING_API_URL, HTTPS_PROXY, NO_PROXY",
			Exits: `0 it is set
1 Vidiking can't be reached, or did not do it
2 it was called or configured wrongly; nothing was sent
4 there is no API key, or Vidiking refused it`,
			SeeAlso: "listen, config restore-webhook, config get",
		}.Annotations(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, f := range []struct{ name, value string }{{"url", o.url}, {"events", o.events}} {
				if f.value == "" && cmd.Flags().Changed(f.name) { // as with an unset variable
					return cmdutil.Usage("--"+f.name+" is empty", "leave it out to keep the previous value")
				}
			}
			return runSetWebhook(cmd.Context(), a, o)
		},
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

func (o *setWebhookOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.url, "url", "", "send events to `URL` (default: the previous one)")
	f.StringVar(&o.events, "events", "", "send only `EVENTS`, for example render.*,ai.failed, or all (default: the previous ones, else all)")
	f.BoolVar(&o.secretStdin, "secret-stdin", false, "read the secret from stdin and save it in the configuration")
	f.BoolVar(&o.generateSecret, "generate-secret", false, "generate a new secret and save it in the configuration")
	f.BoolVar(&o.dryRun, "dry-run", false, "show the request without sending it")
	f.BoolVarP(&o.yes, "yes", "y", false, "replace the registered webhook without asking")
	_ = cmd.RegisterFlagCompletionFunc("events", completeWebhookEvents)
}

// runSetWebhook checks the arguments, then the credentials, then asks.
func runSetWebhook(ctx context.Context, a *cmdutil.App, o *setWebhookOptions) error {
	if err := o.complete(ctx, a); err != nil {
		return err
	}
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	cmdutil.WarnUnknownEvents(output.New(out), "events", o.webhook.Events)
	cmdutil.WarnWrongPath(a, o.webhook.URL)
	if o.dryRun {
		return o.showRequest(a, out)
	}
	api, err := vidiking.New(o.api)
	if err != nil {
		return err
	}
	if err := o.ask(ctx, a); err != nil {
		return err
	}
	if err := o.book.Set(ctx, o.account, api, o.webhook); err != nil {
		return notSet(a, err)
	}
	if err := o.keepSecret(a); err != nil {
		return err
	}
	return output.ClosedPipe(output.Webhook(out, o.done(a)))
}

// complete builds the webhook from the flags, the configuration and the previous webhook.
func (o *setWebhookOptions) complete(ctx context.Context, a *cmdutil.App) (err error) {
	if o.secretStdin && o.generateSecret {
		return cmdutil.Usage("cannot combine --secret-stdin with --generate-secret", "use one of them")
	}
	if o.api, err = cmdutil.APIOptions(a); err != nil {
		return err
	}
	if o.book, err = cmdutil.AccountStore(a); err != nil {
		return err
	}
	o.account = cmdutil.AccountOf(o.api)
	if o.state, err = o.book.State(o.account); err != nil {
		return cmdutil.ExplainAccount(a, err)
	}
	if err := o.completeURL(); err != nil {
		return err
	}
	if o.webhook.Events, err = EventsToRegister(o.events, o.state); err != nil {
		return err
	}
	return o.completeSecret(ctx, a)
}

func (o *setWebhookOptions) completeURL() error {
	o.webhook.URL = o.url
	if known := o.state.Saved; o.url == "" && known != nil && known.Uncertain == nil {
		o.webhook.URL = known.Webhook.URL
	}
	if o.webhook.URL == "" {
		return cmdutil.Usage("config set-webhook needs --url", "vidiking config set-webhook --url https://example.com/webhooks/vidiking --events all")
	}
	return CheckWebhookURL("--url", o.webhook.URL, o.api.Base)
}

// CheckWebhookURL checks the URL of a flag.
func CheckWebhookURL(flag, text string, base vidiking.Base) error {
	err := account.CheckURL(text, account.URLOptions{LocalAPI: base.IsLocal()})
	var wrong *account.URLError
	if errors.As(err, &wrong) {
		return cmdutil.Usage(flag+" "+wrong.Msg, cmdutil.Lines(wrong.Hint)...)
	}
	return err
}

// EventsToRegister returns the given events, or the previous ones, or all.
func EventsToRegister(asked string, s account.State) ([]string, error) {
	base := s.Base()
	switch {
	case asked == "" && base != nil && len(base.Events) > 0:
		return base.Events, nil
	case asked == "":
		asked = account.AllEvents
	}
	events, err := account.ParseEvents(asked)
	var wrong *account.EventError
	if errors.As(err, &wrong) {
		hint := "name the events, because Vidiking takes names; documented events: vidiking trigger --list"
		if wrong.Closest != "" {
			hint = "did you mean '" + wrong.Closest + "'? Documented events: vidiking trigger --list"
		}
		return nil, cmdutil.Usage(fmt.Sprintf("no documented event matches %q", wrong.Name), hint)
	}
	return events, err
}

func (o *setWebhookOptions) completeSecret(ctx context.Context, a *cmdutil.App) (err error) {
	given, _, ok := a.Cfg.Secret()
	switch {
	case o.generateSecret && o.dryRun:
		o.secretIsNew = true // it is generated when it is sent
	case o.generateSecret:
		o.secretIsNew = true
		o.webhook.Secret, err = webhook.NewSecret(a.Env.Random)
	case o.secretStdin:
		o.secretIsNew = true
		o.webhook.Secret, err = secretFromStdin(ctx, a)
	case ok:
		o.webhook.Secret = given
	default:
		return cmdutil.Usage("no signing secret to register",
			"generate one: --generate-secret; or pass your own: --secret-stdin, VIDIKING_WEBHOOK_SECRET")
	}
	return err
}

func secretFromStdin(ctx context.Context, a *cmdutil.App) (webhook.Secret, error) {
	key, err := config.FindKey(config.WebhookSecret)
	if err != nil {
		return webhook.Secret{}, err
	}
	text, err := readSecret(ctx, a, key)
	if err != nil {
		return webhook.Secret{}, err
	}
	if err := key.Check(text); err != nil {
		return webhook.Secret{}, err
	}
	return webhook.SecretFrom(text), nil
}

// showRequest shows the request that would be sent.
func (o *setWebhookOptions) showRequest(a *cmdutil.App, out output.Options) error {
	w := o.webhook
	if !w.Secret.IsSet() {
		w.Secret = webhook.SecretFrom("whsec_") // shown masked: it would be generated
	}
	r, err := vidiking.PreviewWebhook(o.api, w)
	if err != nil {
		return err
	}
	if err := output.DryRun(out, output.Request{Method: r.Method, URL: r.URL, Header: r.Header, Body: r.Body}); err != nil {
		return output.ClosedPipe(err)
	}
	said := "Nothing was sent."
	if !o.api.Key.IsSet() {
		said += " Sending it needs an API key: vidiking config set api-key"
	}
	a.Stderr().Print(said)
	return nil
}

// keepSecret saves the secret that Vidiking signs with, because listen needs it to verify deliveries.
func (o *setWebhookOptions) keepSecret(a *cmdutil.App) error {
	if !o.secretIsNew {
		return nil
	}
	if err := a.Cfg.Set(config.WebhookSecret, o.webhook.Secret.Reveal()); err != nil {
		f := cmdutil.Explain(a, err)
		f.What = "the webhook is set, but cannot save its secret: " + f.What
		f.Hints = append(f.Hints, "the secret is in "+a.Cfg.ShortPath(o.book.Files()[0]))
		return f
	}
	if s, source, ok := a.Cfg.Secret(); ok && s != o.webhook.Secret {
		a.Stderr().Warning(fmt.Sprintf("%s overrides the secret that was just saved", cmdutil.SourceName(source)),
			[]string{"remove it, otherwise listen rejects deliveries from now on"})
	}
	return nil
}

// done returns the webhook that was set, for display.
func (o *setWebhookOptions) done(a *cmdutil.App) output.AccountWebhook {
	w := cmdutil.OutputWebhook(o.webhook, o.api)
	w.Done, w.SetAt = "Set", a.Env.Now()
	if known := o.state.Saved; known != nil && known.Uncertain == nil && known.Webhook.URL != w.URL {
		w.Replaced = known.Webhook.URL
	}
	if o.generateSecret {
		w.SecretNote = " (generated just now)"
		w.Next = []output.Suggestion{{Text: "Your handler needs the secret:", Command: "vidiking config get webhook-secret --reveal"}}
	}
	return w
}

// notSet explains why the webhook could not be set, and whether it may have been set anyway.
func notSet(a *cmdutil.App, err error) error {
	f := cmdutil.ExplainAccount(a, err)
	if vidiking.OutcomeUnknown(err) {
		f.Hints = append(f.Hints, "it may have been set; to be sure, set it again")
	}
	return f
}

// completeWebhookEvents completes events, patterns and "all".
func completeWebhookEvents(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	out, directive := cmdutil.CompleteEventPatterns(cmd, args, typed)
	if typed == "" || slices.Contains([]string{"a", "al", "all"}, typed) {
		out = append(out, cmdutil.Describe(account.AllEvents, "every event"))
	}
	return out, directive
}
