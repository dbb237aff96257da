package watchcmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/tui"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// watchOptions are the flags of watch.
type watchOptions struct {
	filter string // the initial filter
	send   cmdutil.SendFlags
}

// NewWatchCommand returns the watch command.
func NewWatchCommand(a *cmdutil.App) *cobra.Command {
	o := &watchOptions{}
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Watch, inspect and replay deliveries on a live screen",
		Long: `Show the delivery log on a full screen: a live list, and the details of the selected delivery. Filter, compare, replay, edit and
trigger deliveries; press ? to see the keys. watch works with or without a running listen, and shows the state of the one that
runs. Deliveries that you send go through it, or directly to your handler if none runs.`,
		Example: `  vidiking watch
  vidiking watch --filter 'status:failed since:1h'
  vidiking watch --to localhost:4000`,
		Args: cmdutil.NoArgs,
		Annotations: cmdutil.Manual{
			Environment: "VIDIKING_WEBHOOK_SECRET, VISUAL, EDITOR",
			Exits: `0 you quit the screen
1 the delivery log cannot be read
2 usage or configuration error, or there is no terminal`,
			SeeAlso: "listen, webhooks list, formatting",
		}.Annotations(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if reason := NoScreen(a); reason != "" {
				return cmdutil.Usage("watch needs a terminal, but "+reason, "print lines instead: vidiking webhooks list --follow")
			}
			if _, err := filter.Parse(o.filter, a.Env.Now(), a.Env.Location); err != nil {
				return err
			}
			if err := o.send.Read(a, cmd.Flags()); err != nil {
				return err
			}
			return runWatch(cmd.Context(), a, o)
		},
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

func (o *watchOptions) AddFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.filter, "filter", "", "start with this `FILTER`, such as status:failed (vidiking help filter)")
	_ = cmd.RegisterFlagCompletionFunc("filter", cmdutil.CompleteFilter)
	o.send.AddFlags(cmd)
}

func runWatch(ctx context.Context, a *cmdutil.App, o *watchOptions) error {
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	dir, err := a.DataDir()
	if err != nil {
		return err
	}
	if err := checkLog(ctx, a); err != nil {
		return err
	}
	log, closeLog, err := OpenScreenLog(a, dir, nil)
	if err != nil {
		return err
	}
	defer closeLog()
	options := ScreenOptions(a, out, log)
	options.Filter = o.filter
	options.State = func(ctx context.Context) view.State { return watchedState(ctx, a, dir, log) }
	options.Actions = &ScreenActions{App: a, DescribeTarget: NewDescribeTarget(a, o.send), Deliver: NewDeliver(a, o.send)}
	if err := tui.New(options).Run(ctx); err != nil {
		return ScreenFailed(a, err)
	}
	return nil
}

// checkLog checks that the log can be read, if there is one.
func checkLog(ctx context.Context, a *cmdutil.App) error {
	r, err := cmdutil.OpenReader(ctx, a)
	switch {
	case errors.Is(err, store.ErrNoLog):
		return nil
	case err != nil:
		return err
	}
	return r.Close()
}

// NewDescribeTarget returns a function that names the current target of replays, or of new deliveries if there are no replays. Without a
// running listen, it considers only the target that determined a delivery's status.
func NewDescribeTarget(a *cmdutil.App, o cmdutil.SendFlags) func(replayed []webhook.Summary) string {
	return func(replayed []webhook.Summary) string {
		f, err := cmdutil.NewResolver(a, o)
		if err != nil {
			return "the handler"
		}
		if len(replayed) == 0 {
			replayed = []webhook.Summary{{}}
		}
		where := ""
		for _, s := range replayed {
			d := webhook.Delivery{Summary: s}
			if s.Target != "" {
				d.History = []webhook.Attempt{{Target: s.Target}}
			}
			to, err := f.ForReplay(d)
			switch {
			case err != nil:
				return "the handler"
			case where == "":
				where = relay.ShortRoutes(to.Routes)
			case where != relay.ShortRoutes(to.Routes):
				return "their own targets"
			}
		}
		return where
	}
}

// watchedState returns the state of the listen that a command in this directory would use.
func watchedState(ctx context.Context, a *cmdutil.App, dir string, log *ScreenLog) view.State {
	live, err := session.Live(dir)
	if err != nil { // the sessions cannot be read, so the last state stays
		if last := log.state.Load(); last != nil {
			return *last
		}
		return view.State{}
	}
	state := stateOf(ctx, a, live, log)
	log.state.Store(&state)
	return state
}

// stateOf returns the state of one of the running sessions.
func stateOf(ctx context.Context, a *cmdutil.App, live []session.Info, log *ScreenLog) view.State {
	s, ok := cmdutil.Choose(a, live)
	if !ok {
		return view.State{}
	}
	state := view.State{
		Listening: true, URL: cmp.Or(s.PublicURL, s.URL), TunnelName: s.Tunnel, Targets: targetsOf(s.Forward),
		Timeout: time.Duration(s.TimeoutMS) * time.Millisecond, Verify: s.Secret,
	}
	state.Tunnel, state.TunnelState = TunnelState(a, s)
	seen := log.HandlersSeen(ctx, s.ID)
	for i, t := range state.Targets {
		state.Targets[i].Health = seen[t.URL].Health
	}
	return state
}

// TunnelState returns the health of a session's tunnel and describes it in a word or two.
func TunnelState(a *cmdutil.App, s session.Info) (view.Health, string) {
	switch s.State {
	case session.StateReady:
		return view.HealthUp, "ready"
	case session.StateReconnecting:
		if s.Since.IsZero() {
			return view.HealthDown, "down"
		}
		return view.HealthDown, "down " + display.Period(a.Env.Now().Sub(s.Since).Truncate(time.Second))
	default:
		return view.HealthDown, display.Clean(s.State)
	}
}

// targetsOf returns the targets of a session.
func targetsOf(forward string) (all []view.Target) {
	routes, err := cmdutil.ParseRoutes(forward)
	if err != nil {
		return []view.Target{{URL: forward, Name: forward}}
	}
	for _, r := range routes {
		all = append(all, view.Target{URL: r.Target.String(), Name: r.Target.Short(), Events: r.Events})
	}
	return all
}

// seenRows is the number of newest deliveries of a session that show the health of its handlers.
const seenRows = 100

// HandlersSeen returns the health of a session's handlers by target, according to the latest delivery to each. It queries the log only if
// the log has changed.
func (l *ScreenLog) HandlersSeen(ctx context.Context, id string) map[string]view.Seen {
	cursor, err := l.counts.LastSeq(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil || cursor == l.handlers.cursor && id == l.handlers.session {
		return l.handlers.seen
	}
	rows, err := l.counts.List(ctx, store.Query{
		Session: id, Limit: seenRows,
		Filter: filter.WithStatus(webhook.StatusDelivered, webhook.StatusRefused, webhook.StatusUnreachable, webhook.StatusTimedOut),
	})
	if err != nil {
		return l.handlers.seen
	}
	l.handlers = handlersState{cursor: cursor, session: id, seen: map[string]view.Seen{}}
	for _, s := range rows { // oldest first, so the latest remains
		health := view.HealthUp
		if s.Status == webhook.StatusUnreachable {
			health = view.HealthDown
		}
		l.handlers.seen[s.Target] = view.Seen{Health: health, At: s.ReceivedAt}
	}
	return l.handlers.seen
}

// NoScreen returns the reason why a screen is impossible; empty if it is possible.
func NoScreen(a *cmdutil.App) string {
	switch {
	case !a.Env.StdoutTerminal:
		return "stdout is not one"
	case !a.Env.StdinTerminal:
		return "stdin is not one"
	case a.Env.Getenv("TERM") == "dumb":
		return "TERM is dumb"
	case a.Flags.Output == string(output.FormatJSON):
		return "-o json is set"
	default:
		return ""
	}
}

// ScreenFailed returns the error of a command whose screen panicked. The terminal is already restored.
func ScreenFailed(a *cmdutil.App, err error) error {
	var bug *tui.PanicError
	if !errors.As(err, &bug) {
		return err
	}
	if a.Flags.Verbose {
		_, _ = fmt.Fprintln(a.Env.Stderr, display.CleanLines(strings.TrimSpace(string(bug.Stack))))
	}
	return cmdutil.Failed(err, bug.Error(), "report it with the output of --verbose: https://github.com/vidiking/vidiking-cli/issues")
}
