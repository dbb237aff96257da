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
	"github.com/vidiking/vidiking-cli/internal/relay"
)

// listenOptions is what the flags of `listen` and the settings beside them say.
type listenOptions struct {
	path             string
	way              way
	addr             string
	addrGiven        bool
	events           []string
	verify           relay.Verify
	verifyGiven      bool
	lenient          bool // what is not signed right gets through, since the account's secret is not known
	respond          relay.Respond
	timeout          time.Duration
	maxBody          int64
	concurrency      cmdutil.Concurrency // to each target
	concurrencyGiven bool
	connections      int // how many senders on this machine may be connected at once
	headers          []string
	insecure         bool
	ordered          bool
	hold             bool
	retry            bool
	retrySpeed       float64
	printSecret      bool
	tui              bool
	readyFile        string
	filterText       string
	filter           filter.Filter // what is shown
	command          []string      // what stands behind --

	allowFailures bool
	wait          listenWaitOptions
	account       registerOptions

	routes  []relay.Route
	project bool                 // a project file names them
	given   cmdutil.GivenHeaders // of headers
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
		return runListen(cmd.Context(), a, o)
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

// takeCommand takes what stands behind -- for the command, and refuses other arguments.
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
	f.String("path", "", "the `PATH` of the URL that takes deliveries, as does everything below it (default that of --forward, else "+cmdutil.DefaultPath+")")
	f.Var(cmdutil.OneOf(new(string), ways()...), "tunnel", "the way in from the internet: ngrok, ssh, or local for this machine only (default auto: ngrok where there is a token, else local)")
	f.String("url", "", "the public `URL` that the tunnel is to have: a domain that you reserved")
	f.String("ssh", "", "take the tunnel ssh, by this `SERVER`: user@host:port (default localhost.run)")
	f.String("addr", "", "the address of this machine that takes deliveries, an `ADDRESS` (default 127.0.0.1:4747, or a free port)")
	f.Var(cmdutil.OneOf(new(string), "strict", "warn", "off"), "verify", "what a signature that is not valid leads to: strict rejects it, warn forwards it all the same, off does not look (default strict)")
	f.Var(cmdutil.OneOf(new(string), "handler", "ack"), "respond", "what the sender is answered: what the handler said, or 200 at once (default handler)")
	f.String("timeout", "", "how long the handler may take, a `DURATION` (default 10s)")
	f.String("max-body", "", "the largest body that is taken, a `SIZE` (default 10MiB)")
	f.String("max-concurrency", "", "send at most `N` deliveries to a target at once, 0 for no limit; others wait in order (default 8)")
	f.VarP(cmdutil.Repeated(&o.headers), "header", "H", "set a header on what the handler gets, '`NAME: VALUE`' (repeatable)")
	f.BoolVar(&o.insecure, "insecure", false, "don't check the certificate of an https handler")
	f.BoolVar(&o.ordered, "ordered", false, "send the deliveries of one job one at a time, in the order in which they arrived")
	f.BoolVar(&o.hold, "hold", false, "Hold deliveries while the handler is down, answer 200, and send them when it is back")
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
		"tunnel": ways(), "verify": {"strict", "warn", "off"}, "respond": {"handler", "ack"},
	} {
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
	_ = cmd.RegisterFlagCompletionFunc("events", cmdutil.CompleteEventPatterns)
	_ = cmd.RegisterFlagCompletionFunc("forward", cmdutil.CompleteForward)
}

// complete takes each setting from its flag, else from environment, file and default, and checks it.
func (o *listenOptions) complete(ctx context.Context, a *cmdutil.App, flags *pflag.FlagSet) error {
	cfg, err := a.Settings(flags)
	if err != nil {
		return err
	}
	if o.routes, err = cmdutil.ParseRoutes(cfg.String(config.Forward)); err != nil {
		return err
	}
	if err := cmdutil.TrustProject(ctx, cfg, o.routes); err != nil {
		return err
	}
	o.project = cfg.IsFromProject(config.Forward)
	if err := o.completePath(a, cfg); err != nil {
		return err
	}
	o.events = cfg.Strings(config.Events)
	if err := o.wait.complete(flags); err != nil {
		return err
	}
	if err := o.checkAwaited(); err != nil {
		return err
	}
	o.addr, o.addrGiven = cfg.String(config.Addr), cfg.Source(config.Addr) != config.SourceDefault
	o.timeout, o.maxBody = cfg.Duration(config.Timeout), cfg.Bytes(config.MaxBody)
	o.limitSends(cfg, cmdutil.OpenFileLimit())
	o.verify, o.respond = relay.Verify(cfg.String(config.Verify)), relay.Respond(cfg.String(config.Respond))
	if !(o.retrySpeed > 0) || math.IsInf(o.retrySpeed, 1) {
		return cmdutil.Usage("--retry-speed can't be "+flags.Lookup("retry-speed").Value.String(), "a number above 0; 60 makes minutes of hours: --retry-speed 60")
	}
	if o.allowFailures && len(o.command) == 0 {
		return cmdutil.Usage("--allow-failures is about the code of a command, and there is none", "vidiking listen --allow-failures -- npm test")
	}
	if flags.Changed("retry-speed") && !o.retry {
		return cmdutil.Usage("--retry-speed is given without --retry", "vidiking listen --retry --retry-speed "+flags.Lookup("retry-speed").Value.String())
	}
	o.verifyGiven = cfg.Source(config.Verify) != config.SourceDefault
	if o.filter, err = filter.Parse(o.filterText, a.W.Now(), a.W.Location); err != nil {
		return err
	}
	if o.given, err = cmdutil.ParseHeaders(o.headers); err != nil || o.printSecret {
		return err
	}
	o.way, err = ChooseWay(a, cfg)
	return err
}

// completePath finds the ingress path: the one that is given, or that of the first target.
func (o *listenOptions) completePath(a *cmdutil.App, cfg *config.Config) error {
	o.path = cfg.String(config.Path)
	if cfg.Source(config.Path) == config.SourceDefault {
		o.path = o.routes[0].Target.Path()
		return checkForwardPath(o.routes[0].Target)
	}
	given := o.path
	if o.path = cmp.Or(strings.TrimSuffix(given, "/*"), "/"); o.path != given {
		a.Stderr().Warning("--path "+given+" is the same as --path "+o.path+": everything below it is accepted", nil)
	}
	return nil
}

// checkForwardPath refuses a target whose path looks like a router's pattern, and would be the ingress path word for word.
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
		"if it is a path all the same, give the path of listen, too: --path "+cmdutil.DefaultPath)
}

// isLocal reports whether nothing but this machine reaches the listen.
func (o *listenOptions) isLocal() bool { return o.way.Open == nil }

// tunnelName is a tunnel that could be opened in the place of none.
func (o *listenOptions) tunnelName() string { return waySSH }

// trust settles what a signature that is not valid leads to, where nobody said: a secret that the program made itself is not the
// account's, so that over a tunnel nothing that Vidiking signs would get through; unless it is what the listen registers.
func (o *listenOptions) trust(s cmdutil.KnownSecret) {
	if s.Made && !o.isLocal() && !o.verifyGiven && !o.account.register {
		o.verify, o.lenient = relay.VerifyWarn, true
	}
}

// schedule is when what failed is tried again; nil for never.
func (o *listenOptions) schedule() *dispatch.Schedule {
	if !o.retry {
		return nil
	}
	return &dispatch.Schedule{Speed: o.retrySpeed}
}
