package listencmd

import (
	"cmp"
	"context"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/listen"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/retry"
)

// listenOptions are the flags of listen and the settings that they override.
type listenOptions struct {
	ingress  listen.IngressOptions
	handler  listen.HandlerOptions
	provider listen.Provider

	concurrency      cmdutil.Concurrency // to each target
	concurrencyGiven bool
	headers          []string
	retry            bool
	retrySpeed       float64

	handlerRun    listen.RunOptions // --run
	command       []string          // the arguments after --
	allowFailures bool
	wait          listenWaitOptions
	account       registerOptions

	emulator    bool
	tui         bool
	printSecret bool
	readyFile   string
	jsonFile    string
	filterText  string
	filter      filter.Filter // of the deliveries that are shown
}

// NewListenCommand returns the listen command.
func NewListenCommand(a *cmdutil.App) *cobra.Command {
	o := &listenOptions{}
	cmd := listenHelp()
	cmd.Args = func(cmd *cobra.Command, args []string) error { return o.takeCommand(a, cmd, args) }
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		return cmdutil.CompleteCommand(a, cmd, args, typed)
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := o.complete(cmd.Context(), a, cmd.Flags()); err != nil {
			return err
		}
		if o.printSecret {
			return cmdutil.PrintSecret(a)
		}
		return o.run(cmd.Context(), a)
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

// defaultRunTimeout suits handlers that compile first. Playwright's webServer waits as long.
const defaultRunTimeout = time.Minute

// takeCommand stores the arguments after -- as the command, and refuses other arguments.
func (o *listenOptions) takeCommand(a *cmdutil.App, cmd *cobra.Command, args []string) error {
	if dash := cmd.ArgsLenAtDash(); dash >= 0 {
		args, o.command = args[:dash], args[dash:]
	}
	if len(args) > 0 {
		f := cmdutil.Usage("listen takes no arguments, but got "+strconv.Quote(args[0]), "name your handler with --forward: vidiking listen --forward localhost:3000")
		if line, ok := a.WithFlag("--forward", args[0]); ok && cmdutil.IsTarget(args[0]) {
			f.Hints, f.AsTyped = []string{line}, true
		}
		return f
	}
	return nil
}

func (o *listenOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.VarP(&cmdutil.Forwards{}, "forward", "f", "forward to the handler at `TARGET`: a port, host:port or URL (default localhost:3000); for certain events only: 'render.*=localhost:3000' (repeatable)")
	f.StringVar(&o.handlerRun.Command, "run", "", "start your handler with this shell `COMMAND`, and end it with listen")
	_ = cmd.RegisterFlagCompletionFunc("run", cobra.NoFileCompletions)
	f.DurationVar(&o.handlerRun.Timeout, "run-timeout", defaultRunTimeout, "time limit for the handler of --run to accept connections before the COMMAND after -- starts, a `DURATION` (default 60s)")
	f.String("events", "", "forward only these `EVENTS`, such as render.*,wallet.*; others get 200")
	f.String("path", "", "accept deliveries at this URL `PATH` and below it (default: the path of --forward, or "+config.DefaultPath+")")
	f.Var(cmdutil.OneOf(new(string), listen.Providers()...), "tunnel", "tunnel provider: ngrok, ssh, or local for this machine only (default auto: ngrok if there is a token, otherwise local)")
	f.String("url", "", "public `URL` of the tunnel: a domain that you reserved")
	f.String("ssh", "", "open an SSH tunnel through `SERVER`, user@host:port (default localhost.run)")
	f.String("addr", "", "accept deliveries at this local `ADDRESS` (default 127.0.0.1:4747, or a free port)")
	f.Var(cmdutil.OneOf(new(string), "strict", "warn", "off"), "verify", "reject deliveries without a valid signature (strict), forward them with a warning (warn), or don't verify (off) (default strict)")
	f.Var(cmdutil.OneOf(new(string), "handler", "ack"), "respond", "respond to the sender with the handler's response, or with 200 as soon as the delivery is recorded (ack) (default handler)")
	f.String("timeout", "", "time limit for the handler, a `DURATION` (default 10s)")
	f.String("max-body", "", "largest body to accept, a `SIZE` (default 10MiB)")
	f.String("max-concurrency", "", "send at most `N` deliveries to a target at a time; others wait in order (default 8; 0: no limit)")
	f.VarP(cmdutil.Repeated(&o.headers), "header", "H", "set a header on forwarded deliveries, '`NAME: VALUE`' (repeatable)")
	f.BoolVar(&o.handler.Insecure, "insecure", false, "skip the certificate check of an https handler")
	f.BoolVar(&o.handler.Ordered, "ordered", false, "send the deliveries of a job one at a time, in order of arrival")
	f.BoolVar(&o.handler.Hold, "hold", false, "hold deliveries while the handler is down, respond with 200, and send them when it is back")
	f.BoolVar(&o.retry, "retry", false, "retry failed deliveries when Vidiking would: after 30 s, 2 min, 10 min, 1 h and 6 h")
	f.Float64Var(&o.retrySpeed, "retry-speed", 1, "retry `N` times as fast; 60 turns hours into minutes")
	f.BoolVar(&o.emulator, "emulator", false, "also run an emulator of Vidiking's API, whose webhooks arrive here")
	f.BoolVar(&o.tui, "tui", false, "show deliveries on a full screen, like watch")
	f.BoolVar(&o.printSecret, "print-secret", false, "print the signing secret and exit")
	f.StringVar(&o.filterText, "filter", "", "show only deliveries that match this `FILTER`, such as status:failed; all are forwarded; with --wait-for, only these count (vidiking help filter)")
	_ = cmd.RegisterFlagCompletionFunc("filter", cmdutil.CompleteFilter)
	f.StringVar(&o.readyFile, "ready-file", "", "write the ready block as JSON to `FILE` when listen is ready, and remove it at the end")
	_ = cmd.RegisterFlagCompletionFunc("ready-file", cmdutil.CompleteFiles)
	f.StringVar(&o.jsonFile, "json-file", "", "also write the JSON stream of -o json to `FILE`")
	_ = cmd.RegisterFlagCompletionFunc("json-file", cmdutil.CompleteFiles)
	o.wait.AddFlags(cmd)
	f.BoolVar(&o.allowFailures, "allow-failures", false, "exit with the code of the COMMAND after --, even if a delivery was not delivered")
	f.BoolVar(&o.account.register, "register", false, "register this listen's URL as your account's webhook, and restore the previous one at the end")
	f.StringVar(&o.account.restoreURL, "restore-url", "", "restore this webhook `URL` at the end (with --register; default: the one set with config set-webhook)")
	f.BoolVarP(&o.account.yes, "yes", "y", false, "replace the registered webhook without asking (with --register)")
	for flag, values := range map[string][]string{
		"tunnel": listen.Providers(), "verify": {"strict", "warn", "off"}, "respond": {"handler", "ack"},
	} {
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
	_ = cmd.RegisterFlagCompletionFunc("events", cmdutil.CompleteEventPatterns)
	_ = cmd.RegisterFlagCompletionFunc("forward", cmdutil.CompleteForward)
}

// complete reads each setting from its flag, the environment, the configuration or its default, and checks it.
func (o *listenOptions) complete(ctx context.Context, a *cmdutil.App, flags *pflag.FlagSet) error {
	cfg, err := a.Settings(flags)
	if err != nil {
		return err
	}
	if err := o.completeRoutes(ctx, cfg); err != nil {
		return err
	}
	if err := o.completePath(a, cfg); err != nil {
		return err
	}
	o.handler.Events = cfg.Strings(config.Events)
	if err := o.wait.complete(flags); err != nil {
		return err
	}
	if err := o.checkAwaited(); err != nil {
		return err
	}
	o.ingress.Addr, o.ingress.AddrGiven = cfg.String(config.Addr), cfg.Source(config.Addr) != config.SourceDefault
	o.handler.Timeout, o.ingress.MaxBody = cfg.Duration(config.Timeout), cfg.Bytes(config.MaxBody)
	o.limitSends(cfg, cmdutil.OpenFileLimit())
	o.ingress.Verify, o.ingress.Respond = relay.Verify(cfg.String(config.Verify)), relay.Respond(cfg.String(config.Respond))
	if !(o.retrySpeed > 0) || math.IsInf(o.retrySpeed, 1) {
		return cmdutil.Usage("invalid --retry-speed "+flags.Lookup("retry-speed").Value.String(), "use a number greater than 0; 60 turns hours into minutes: --retry-speed 60")
	}
	if o.allowFailures && len(o.command) == 0 {
		return cmdutil.Usage("--allow-failures needs a command after --", "vidiking listen --allow-failures -- npm test")
	}
	if o.emulator && o.account.register {
		return cmdutil.Usage("cannot combine --emulator with --register", "leave one of them out: the emulator sends its webhooks here anyway")
	}
	if err := o.checkRun(flags); err != nil {
		return err
	}
	if o.retry {
		o.handler.Retry = &retry.Schedule{Speed: o.retrySpeed}
	}
	if flags.Changed("retry-speed") && !o.retry {
		return cmdutil.Usage("--retry-speed needs --retry", "vidiking listen --retry --retry-speed "+flags.Lookup("retry-speed").Value.String())
	}
	o.ingress.VerifyGiven = cfg.Source(config.Verify) != config.SourceDefault
	if o.filter, err = filter.Parse(o.filterText, a.Env.Now(), a.Env.Location); err != nil {
		return err
	}
	if len(o.wait.Events) > 0 {
		o.wait.Filter, o.wait.FilterText = o.filter, o.filterText
	}
	given, err := cmdutil.ParseHeaders(o.headers)
	if err != nil || o.printSecret {
		return err
	}
	o.handler.Header, o.handler.Host = given.Fields, given.Host
	o.provider, err = listen.ChooseProvider(cmdutil.Machine(a), cfg)
	return err
}

// checkRun refuses flags that --run cannot be combined with, and --run-timeout if nothing waits for the handler.
func (o *listenOptions) checkRun(flags *pflag.FlagSet) error {
	switch {
	case flags.Changed("run") && strings.TrimSpace(o.handlerRun.Command) == "":
		return cmdutil.Usage("--run needs a command", "vidiking listen --run 'npm start'")
	case o.handlerRun.Command != "" && o.tui:
		return cmdutil.Usage("--tui has no room for the output of --run", "open the screen in another terminal: vidiking watch")
	case flags.Changed("run-timeout") && (o.handlerRun.Command == "" || len(o.command) == 0):
		return cmdutil.Usage("--run-timeout needs --run and a command after --", "vidiking listen --run 'npm start' --run-timeout 2m -- npm test")
	case o.handlerRun.Timeout <= 0:
		return cmdutil.Usage("--run-timeout must be longer than 0s", "for example: --run-timeout 2m")
	}
	return nil
}

// completeRoutes parses the routes, and checks that a project file may name them.
func (o *listenOptions) completeRoutes(ctx context.Context, cfg *config.Config) error {
	routes, err := cmdutil.ParseRoutes(cfg.String(config.Forward))
	if err != nil {
		return err
	}
	if err := cmdutil.TrustProject(ctx, cfg, routes); err != nil {
		return err
	}
	h := &o.handler
	h.Routes, h.Text, h.Short = routes, cmdutil.FormatRoutes(routes), relay.ShortRoutes(routes)
	h.FromProject = cfg.IsFromProject(config.Forward)
	return nil
}

// completePath sets the ingress path: the given one, or the path of the first target.
func (o *listenOptions) completePath(a *cmdutil.App, cfg *config.Config) error {
	o.ingress.Path = cfg.String(config.Path)
	if cfg.Source(config.Path) == config.SourceDefault {
		o.ingress.Path = o.handler.Routes[0].Target.Path()
		return checkForwardPath(o.handler.Routes[0].Target)
	}
	given := o.ingress.Path
	if o.ingress.Path = cmp.Or(strings.TrimSuffix(given, "/*"), "/"); o.ingress.Path != given {
		a.Stderr().Warning("--path "+given+" is the same as --path "+o.ingress.Path+": everything below it is accepted", nil)
	}
	return nil
}

// checkForwardPath refuses a target whose path looks like a router's pattern. It would become the ingress path literally.
func checkForwardPath(target dispatch.Target) error {
	path, err := url.PathUnescape(target.Path())
	if err != nil {
		return err
	}
	above, pattern := config.PathPattern(path)
	if pattern == "" && !strings.HasSuffix(path, "/*") {
		return nil
	}
	return cmdutil.Usage("the path of --forward can't be a pattern such as "+strconv.Quote(path),
		"name the path without the pattern, because listen appends the rest of the path: --forward "+target.Host()+above,
		"or if it is a literal path, set --path as well: --path "+config.DefaultPath)
}

// isLocal reports whether only this machine can reach the session.
func (o *listenOptions) isLocal() bool { return o.provider.Open == nil }
