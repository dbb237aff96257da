package listencmd

import (
	"cmp"
	"context"
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/listen"
	"github.com/vidiking/vidiking-cli/internal/relay"
)

// listenOptions are the flags of `listen`, and the settings that they override.
type listenOptions struct {
	ingress  listen.IngressOptions
	handler  listen.HandlerOptions
	provider listen.Provider

	concurrency      cmdutil.Concurrency // to each target
	concurrencyGiven bool
	headers          []string
	retry            bool
	retrySpeed       float64

	command       []string // the arguments after --
	allowFailures bool
	wait          listenWaitOptions
	account       registerOptions

	tui         bool
	printSecret bool
	readyFile   string
	filterText  string
	filter      filter.Filter // of the deliveries that are shown
}

// NewListenCommand returns `listen`.
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

// takeCommand takes the arguments after -- as the command, and refuses other arguments.
func (o *listenOptions) takeCommand(a *cmdutil.App, cmd *cobra.Command, args []string) error {
	if dash := cmd.ArgsLenAtDash(); dash >= 0 {
		args, o.command = args[:dash], args[dash:]
	}
	if len(args) > 0 {
		f := cmdutil.Usage("listen takes no argument, and got "+strconv.Quote(args[0]), "your handler goes behind --forward: vidiking listen --forward localhost:3000")
		if line, ok := a.WithFlag("--forward", args[0]); ok && cmdutil.IsTarget(args[0]) {
			f.Hints, f.AsTyped = []string{line}, true
		}
		return f
	}
	return nil
}

func (o *listenOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.VarP(&cmdutil.Forwards{}, "forward", "f", "your handler, a `TARGET`: a port, host:port or URL (default localhost:3000); with EVENTS= before it, as in 'render.*=localhost:3000', only for these (repeatable)")
	f.String("events", "", "forward only these, `EVENTS` as in render.*,wallet.*; others are answered 200")
	f.String("path", "", "the `PATH` of the URL that takes deliveries, as does everything below it (default that of --forward, else "+config.DefaultPath+")")
	f.Var(cmdutil.OneOf(new(string), listen.Providers()...), "tunnel", "the way in from the internet: ngrok, ssh, or local for this machine only (default auto: ngrok where there is a token, else local)")
	f.String("url", "", "the public `URL` that the tunnel is to have: a domain that you reserved")
	f.String("ssh", "", "take the tunnel ssh, by this `SERVER`: user@host:port (default localhost.run)")
	f.String("addr", "", "the address of this machine that takes deliveries, an `ADDRESS` (default 127.0.0.1:4747, or a free port)")
	f.Var(cmdutil.OneOf(new(string), "strict", "warn", "off"), "verify", "what a signature that is not valid leads to: strict rejects it, warn forwards it all the same, off does not look (default strict)")
	f.Var(cmdutil.OneOf(new(string), "handler", "ack"), "respond", "what the sender is answered: what the handler said, or 200 at once (default handler)")
	f.String("timeout", "", "how long the handler may take, a `DURATION` (default 10s)")
	f.String("max-body", "", "the largest body that is taken, a `SIZE` (default 10MiB)")
	f.String("max-concurrency", "", "send at most `N` deliveries to a target at once, 0 for no limit; others wait in order (default 8)")
	f.VarP(cmdutil.Repeated(&o.headers), "header", "H", "set a header on what the handler gets, '`NAME: VALUE`' (repeatable)")
	f.BoolVar(&o.handler.Insecure, "insecure", false, "don't check the certificate of an https handler")
	f.BoolVar(&o.handler.Ordered, "ordered", false, "send the deliveries of one job one at a time, in the order in which they arrived")
	f.BoolVar(&o.handler.Hold, "hold", false, "Hold deliveries while the handler is down, answer 200, and send them when it is back")
	f.BoolVar(&o.retry, "retry", false, "try again what failed, when Vidiking would: after 30 s, 2 min, 10 min, 1 h and 6 h")
	f.Float64Var(&o.retrySpeed, "retry-speed", 1, "try again so many times as fast, `N`: 60 makes minutes of hours")
	f.BoolVar(&o.tui, "tui", false, "show deliveries on a screen of its own, as watch does, in place of lines")
	f.BoolVar(&o.printSecret, "print-secret", false, "print the signing secret alone, and end")
	f.StringVar(&o.filterText, "filter", "", "show only what this `FILTER` selects, as in status:failed; all of it is forwarded (vidiking help filter)")
	_ = cmd.RegisterFlagCompletionFunc("filter", cmdutil.CompleteFilter)
	f.StringVar(&o.readyFile, "ready-file", "", "write a `FILE` when it is ready, as -o json says it, and remove it at the end")
	_ = cmd.RegisterFlagCompletionFunc("ready-file", cmdutil.CompleteFiles)
	o.wait.AddFlags(cmd)
	f.BoolVar(&o.allowFailures, "allow-failures", false, "with -- COMMAND: end with the command's code also where a delivery was not delivered")
	f.BoolVar(&o.account.register, "register", false, "have Vidiking send the account's events here while this runs, and put back at the end what was registered")
	f.StringVar(&o.account.restoreURL, "restore-url", "", "with --register: what to put back, a `URL` (default what config set-webhook has set)")
	f.BoolVarP(&o.account.yes, "yes", "y", false, "with --register: replace what is registered without a question")
	for flag, values := range map[string][]string{
		"tunnel": listen.Providers(), "verify": {"strict", "warn", "off"}, "respond": {"handler", "ack"},
	} {
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
	_ = cmd.RegisterFlagCompletionFunc("events", cmdutil.CompleteEventPatterns)
	_ = cmd.RegisterFlagCompletionFunc("forward", cmdutil.CompleteForward)
}

// complete takes each setting from its flag, or from the environment, the configuration or its default, and checks it.
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
		return cmdutil.Usage("--retry-speed can't be "+flags.Lookup("retry-speed").Value.String(), "a number above 0; 60 makes minutes of hours: --retry-speed 60")
	}
	if o.allowFailures && len(o.command) == 0 {
		return cmdutil.Usage("--allow-failures is about the code of a command, and there is none", "vidiking listen --allow-failures -- npm test")
	}
	if o.retry {
		o.handler.Retry = &dispatch.Schedule{Speed: o.retrySpeed}
	}
	if flags.Changed("retry-speed") && !o.retry {
		return cmdutil.Usage("--retry-speed is given without --retry", "vidiking listen --retry --retry-speed "+flags.Lookup("retry-speed").Value.String())
	}
	o.ingress.VerifyGiven = cfg.Source(config.Verify) != config.SourceDefault
	if o.filter, err = filter.Parse(o.filterText, a.W.Now(), a.W.Location); err != nil {
		return err
	}
	given, err := cmdutil.ParseHeaders(o.headers)
	if err != nil || o.printSecret {
		return err
	}
	o.handler.Header, o.handler.Host = given.Fields, given.Host
	o.provider, err = listen.ChooseProvider(cmdutil.Machine(a), cfg)
	return err
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
	return cmdutil.Usage("the path of --forward is not a pattern, and "+strconv.Quote(path)+" is one",
		"the path and query that a delivery calls below --path are appended: --forward "+target.Host()+above,
		"if it is a path all the same, give the path of listen, too: --path "+config.DefaultPath)
}

// isLocal reports whether only this machine can reach the session.
func (o *listenOptions) isLocal() bool { return o.provider.Open == nil }
