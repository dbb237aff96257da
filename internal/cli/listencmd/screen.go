package listencmd

import (
	"context"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/cli/watchcmd"
	"github.com/vidiking/vidiking-cli/internal/listen"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/tui"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// screenOptions returns the options of the screen for --tui. It is the same screen as that of watch.
func (o *listenOptions) screenOptions(a *cmdutil.App) listen.ScreenOptions {
	return listen.ScreenOptions{
		Unavailable: watchcmd.NoScreen(a),
		OpenLog: func(own *store.Reader) (listen.ScreenLog, func(), error) {
			dir, err := a.DataDir()
			if err != nil {
				return nil, nil, err
			}
			return watchcmd.OpenScreenLog(a, dir, own)
		},
		Options:     func(out output.Options, log view.Log) tui.Options { return watchcmd.ScreenOptions(a, out, log) },
		Actions:     func(s listen.SessionSender) view.Actions { return o.screenActions(a, s) },
		TunnelState: func(i session.Info) (view.Health, string) { return watchcmd.TunnelState(a, i) },
		Explain:     func(err error) *output.Failure { return cmdutil.Explain(a, watchcmd.ScreenFailed(a, err)) },
		Command:     output.Options{Self: a.Self()}.Command,
	}
}

// screenActions sends deliveries of the session's project through the session. Replays of other deliveries go where watch sends them.
func (o *listenOptions) screenActions(a *cmdutil.App, s listen.SessionSender) view.Actions {
	return &watchcmd.ScreenActions{
		App: a,
		DescribeTarget: func(replayed []webhook.Summary) string {
			if slices.ContainsFunc(replayed, func(d webhook.Summary) bool { return !s.Owns(d) }) {
				return watchcmd.NewDescribeTarget(a, cmdutil.SendFlags{})(replayed)
			}
			return o.handler.Short
		},
		Deliver: func(ctx context.Context, in watchcmd.Sendable) (webhook.Summary, error) {
			if in.Replayed != nil && !s.Owns(in.Replayed.Summary) {
				return watchcmd.NewDeliver(a, cmdutil.SendFlags{Timeout: o.handler.Timeout, Insecure: o.handler.Insecure})(ctx, in)
			}
			out, err := s.Deliver(ctx, in.Arrival)
			return watchcmd.OutcomeSummary(out), err
		},
	}
}
