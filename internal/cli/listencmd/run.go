package listencmd

import (
	"context"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/cli/configcmd"
	"github.com/vidiking/vidiking-cli/internal/cli/emulatorcmd"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/listen"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/tunnel"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// run runs a session with the options.
func (o *listenOptions) run(ctx context.Context, a *cmdutil.App) error {
	if err := o.account.checkUnused(); err != nil {
		return err
	}
	dir, err := a.DataDir()
	if err != nil {
		return err
	}
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	s := &listen.Options{
		Ingress: o.ingress, Handler: o.handler, Provider: o.provider, Run: o.handlerRun, Command: o.commandOptions(), Wait: o.waitOptions(a),
		View: o.viewOptions(a, out), Secrets: o.secretOptions(a), Log: logOptions(a, dir), Account: o.accountOptions(a), System: system(a),
	}
	if o.emulator {
		s.Emulator = func(ctx context.Context, url string, secret webhook.Secret, sender webhook.Field) (*listen.Emulator, error) {
			return emulatorcmd.Embed(ctx, a, url, secret, sender)
		}
	}
	if o.readyFile != "" {
		s.Ready = listen.ReadyFile{Path: cmdutil.Path(a, o.readyFile), Name: o.readyFile}
	}
	if o.jsonFile != "" {
		s.JSONFile = listen.JSONFile{Path: cmdutil.Path(a, o.jsonFile), Name: o.jsonFile}
	}
	return listen.Run(ctx, s)
}

func (o *listenOptions) commandOptions() listen.CommandOptions {
	return listen.CommandOptions{
		Args: o.command, AllowFailures: o.allowFailures,
		Env: func(url string, secret webhook.Secret, dataDir string) []string {
			return []string{cmdutil.EnvURL + "=" + url, config.EnvSecret + "=" + secret.Reveal(), config.EnvDataDir + "=" + dataDir}
		},
	}
}

func (o *listenOptions) waitOptions(a *cmdutil.App) listen.SessionWaitOptions {
	w := listen.SessionWaitOptions{WaitOptions: o.wait.WaitOptions}
	if o.wait.junit != "" {
		w.CreateReport = func() (*atomicfile.File, error) { return cmdutil.CreateReport(a, o.wait.junit) }
	}
	return w
}

func (o *listenOptions) viewOptions(a *cmdutil.App, out output.Options) listen.ViewOptions {
	v := listen.ViewOptions{
		Output: out, Filter: o.filter, FilterText: o.filterText, TUI: o.tui, Screen: o.screenOptions(a),
		Warn: func(p output.Printer, registered []string) { o.warn(a, p, registered) },
	}
	if n, ok := cmdutil.ProjectNotice(a.Cfg); ok {
		v.Notices = append(v.Notices, n)
	}
	if o.concurrency.Files > 0 && o.concurrencyGiven {
		v.Notices = append(v.Notices, o.concurrency.Notice())
	}
	return v
}

// warn prints warnings about the configuration, and about unknown events in --events, --forward, --wait-for and --register.
func (o *listenOptions) warn(a *cmdutil.App, p output.Printer, registered []string) {
	a.PrintWarnings(p)
	cmdutil.WarnUnknownEvents(p, "events", o.handler.Events)
	for _, r := range o.handler.Routes {
		cmdutil.WarnUnknownEvents(p, "forward", r.Events)
	}
	cmdutil.WarnUnknownEvents(p, "wait-for", o.wait.Events)
	cmdutil.WarnUnknownEvents(p, "register", registered)
}

func (o *listenOptions) secretOptions(a *cmdutil.App) listen.SecretOptions {
	return listen.SecretOptions{
		Load: func() (listen.Secret, error) {
			s, err := cmdutil.Secret(a)
			return listen.Secret{Secret: s.Secret, Generated: s.Generated, IsNew: s.IsNew}, err
		},
		Follow: func(first webhook.Secret, changed func(webhook.Secret)) (func() []webhook.Secret, error) {
			follower, err := cmdutil.FollowSecret(a, first, changed)
			if err != nil {
				return nil, err
			}
			return follower.Secrets, nil
		},
		Missing: func(ctx context.Context, log *store.Reader, project string) bool {
			return cmdutil.NeedsSecret(ctx, a, log, project)
		},
		Command:   cmdutil.PrintSecretCommand(a),
		Explainer: cmdutil.Explainer(a),
		Diagnose: func(ctx context.Context, d webhook.Delivery, work int64) signature.Diagnosis {
			return o.diagnose(ctx, a, d, work)
		},
	}
}

// diagnose determines why the signature of a rejected delivery is invalid. It reads the configuration again, because its secrets may have changed.
func (o *listenOptions) diagnose(ctx context.Context, a *cmdutil.App, d webhook.Delivery, work int64) signature.Diagnosis {
	fresh := &cmdutil.App{Env: a.Env, Flags: a.Flags}
	cfg, err := fresh.Config()
	if err != nil {
		return signature.Diagnosis{}
	}
	_ = cfg.Override(config.Forward, o.handler.Text) // for a command in the diagnosis; the routes have been checked
	return cmdutil.Diagnose(ctx, fresh, d, work)
}

func logOptions(a *cmdutil.App, dir string) listen.LogOptions {
	return listen.LogOptions{
		Dir: dir,
		Open: func(ctx context.Context, onError func(error)) (log *store.Log, err error) {
			err = cmdutil.ShowMigration(a, dir, func() (err error) {
				log, err = store.Open(ctx, dir, store.Options{Now: a.Env.Now, OnError: onError})
				return err
			})
			if err != nil {
				return nil, cmdutil.ExplainLog(a, err)
			}
			return log, nil
		},
		Locate: func(live []session.Info) session.Location { return cmdutil.Here(a, live) },
	}
}

func (o *listenOptions) accountOptions(a *cmdutil.App) listen.AccountOptions {
	return listen.AccountOptions{
		Register:  o.account.register,
		Registrar: func(ctx context.Context) (*listen.Registrar, error) { return newRegistrar(ctx, a, o) },
		Recover:   func(ctx context.Context, notify func(output.Notice)) { configcmd.Recover(ctx, a, notify) },
	}
}

func system(a *cmdutil.App) listen.System {
	return listen.System{
		Stdin: a.Env.Stdin, Stdout: a.Env.Stdout, Stderr: a.Env.Stderr, StdinTerminal: a.Env.StdinTerminal, StderrTerminal: a.Env.StderrTerminal,
		Verbose: a.Flags.Verbose, Errors: a.Stderr(), Now: a.Env.Now, Random: a.Env.Random, Interrupts: a.TakeInterrupts, Explain: func(err error) *output.Failure { return cmdutil.Explain(a, err) },
		Proxies: tunnel.EnvironmentProxies(a.Env.LookupEnv),
	}
}
