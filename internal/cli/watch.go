package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/tui"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// watchOptions is what the flags of `watch` say.
type watchOptions struct {
	filter string // what is shown first
	send   sendOptions
}

func (a *app) watch() *cobra.Command {
	o := &watchOptions{}
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Watch deliveries live on a screen, look into them, send them again",
		Long: `Shows the delivery log on a screen of its own: a list that follows what comes, and everything about the delivery under the
cursor. It can filter, compare, send again, edit and trigger; ? says with which keys. It needs no listen, and shows the one that
runs. What it sends goes through a running listen, else straight to your handler.`,
		Example: `  vidiking watch
  vidiking watch --filter 'status:failed since:1h'
  vidiking watch --to localhost:4000`,
		Args: noArgs,
		Annotations: manual{
			environment: "VIDIKING_WEBHOOK_SECRET, VISUAL, EDITOR",
			exits: `0 you left it
1 the delivery log can't be read
2 it was called wrongly, or there is no terminal`,
			seeAlso: "listen, webhooks list, formatting",
		}.annotations(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if why := a.noScreen(); why != "" {
				return usage("watch needs a terminal, and "+why, "lines instead of a screen: vidiking webhooks list --follow")
			}
			if _, err := filter.Parse(o.filter, a.w.Now(), a.w.Location); err != nil {
				return err
			}
			if err := o.send.read(a, cmd.Flags()); err != nil {
				return err
			}
			return a.runWatch(cmd.Context(), o)
		},
	}
	return a.withFlags(cmd, o.addFlags)
}

func (o *watchOptions) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.filter, "filter", "", "begin with this `FILTER`, as in status:failed (vidiking help filter)")
	_ = cmd.RegisterFlagCompletionFunc("filter", completeFilter)
	o.send.addFlags(cmd)
}

func (a *app) runWatch(ctx context.Context, o *watchOptions) error {
	out, err := a.outputOptions()
	if err != nil {
		return err
	}
	dir, err := a.dataDir()
	if err != nil {
		return err
	}
	if err := a.checkLog(ctx); err != nil {
		return err
	}
	log, closeLog, err := a.screenLog(dir, nil)
	if err != nil {
		return err
	}
	defer closeLog()
	options := a.screenOptions(out, log)
	options.Filter = o.filter
	options.State = func(ctx context.Context) view.State { return a.watchedState(ctx, dir, log) }
	options.Actions = &screenActions{app: a, where: a.whereTo(o.send), deliver: a.delivering(o.send)}
	if err := tui.New(options).Run(ctx); err != nil {
		return a.screenFailed(err)
	}
	return nil
}

// checkLog looks whether the log can be read, if there is one.
func (a *app) checkLog(ctx context.Context) error {
	r, err := a.openReader(ctx)
	switch {
	case errors.Is(err, store.ErrNoLog):
		return nil
	case err != nil:
		return err
	}
	return r.Close()
}

// whereTo says where replays of deliveries would go now, or new ones if there are none. Of a delivery without a running listen it knows
// only the target that decided its status.
func (a *app) whereTo(o sendOptions) func(replayed []webhook.Summary) string {
	return func(replayed []webhook.Summary) string {
		f, err := a.destinations(o)
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
			to, err := f.ofReplay(d)
			switch {
			case err != nil:
				return "the handler"
			case where == "":
				where = shortRoutes(to.routes)
			case where != shortRoutes(to.routes):
				return "their own targets"
			}
		}
		return where
	}
}

// watchedState is the state of the listen that a command started here would use.
func (a *app) watchedState(ctx context.Context, dir string, log *screenLog) view.State {
	live, err := session.Live(dir)
	if err != nil { // nothing is known of any change
		if last := log.state.Load(); last != nil {
			return *last
		}
		return view.State{}
	}
	state := a.stateOf(ctx, live, log)
	log.state.Store(&state)
	return state
}

// stateOf is the state of one of the sessions that are alive.
func (a *app) stateOf(ctx context.Context, live []session.Info, log *screenLog) view.State {
	s, ok := a.choose(live)
	if !ok {
		return view.State{}
	}
	state := view.State{
		Listening: true, URL: cmp.Or(s.PublicURL, s.URL), TunnelName: s.Tunnel, Forward: shortForward(s.Forward),
		Timeout: time.Duration(s.TimeoutMS) * time.Millisecond, Verify: s.Secret,
	}
	state.Tunnel, state.TunnelState = a.wayOf(s)
	state.Handler, _ = log.handlerSeen(ctx, s.ID)
	return state
}

// wayOf is how a session's way in is, in a word or two.
func (a *app) wayOf(s session.Info) (view.Health, string) {
	switch s.State {
	case session.StateReady:
		return view.HealthUp, "ready"
	case session.StateReconnecting:
		if s.Since.IsZero() {
			return view.HealthDown, "down"
		}
		return view.HealthDown, "down " + display.Period(a.w.Now().Sub(s.Since).Truncate(time.Second))
	default:
		return view.HealthDown, display.Clean(s.State)
	}
}

// shortForward names the targets of a session as rows do.
func shortForward(forward string) string {
	routes, err := parseRoutes(forward)
	if err != nil {
		return forward
	}
	return shortRoutes(routes)
}

// handlerSeen tells by the latest attempt of a session whether its handler answers, and when that was. While nothing changes the log
// is not looked through again.
func (l *screenLog) handlerSeen(ctx context.Context, id string) (view.Health, time.Time) {
	cursor, err := l.counts.Cursor(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil || cursor == l.seen.cursor && id == l.seen.session {
		return l.seen.health, l.seen.at
	}
	rows, err := l.counts.List(ctx, store.Query{
		Session: id, Limit: 1,
		Filter: filter.WithStatus(webhook.StatusDelivered, webhook.StatusRefused, webhook.StatusUnreachable, webhook.StatusTimedOut),
	})
	if err != nil {
		return l.seen.health, l.seen.at
	}
	l.seen = handlerSight{cursor: cursor, session: id}
	if len(rows) > 0 {
		l.seen.at, l.seen.health = rows[0].ReceivedAt, view.HealthUp
		if rows[0].Status == webhook.StatusUnreachable {
			l.seen.health = view.HealthDown
		}
	}
	return l.seen.health, l.seen.at
}

// handlerSight is what was seen of a session's handler when the log was at a cursor.
type handlerSight struct {
	cursor  int64
	session string
	health  view.Health
	at      time.Time
}

// noScreen says why there can be no screen; empty where there can.
func (a *app) noScreen() string {
	switch {
	case !a.w.StdoutTerminal:
		return "stdout is none"
	case !a.w.StdinTerminal:
		return "stdin is none"
	case a.w.env("TERM") == "dumb":
		return "TERM is dumb"
	case a.flags.output == string(output.FormatJSON):
		return "-o json is for programs"
	default:
		return ""
	}
}

// screenFailed is how a command ends whose screen a bug ended. The terminal is as it was before.
func (a *app) screenFailed(err error) error {
	var bug *tui.PanicError
	if !errors.As(err, &bug) {
		return err
	}
	if a.flags.verbose {
		_, _ = fmt.Fprintln(a.w.Stderr, display.CleanLines(strings.TrimSpace(string(bug.Stack))))
	}
	return failed(err, bug.Error(), "please report it, with what --verbose shows: https://github.com/vidiking/vidiking-cli/issues")
}
