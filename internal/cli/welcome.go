package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/cli/webhookscmd"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/listen"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// welcome prints suggested next steps for `vidiking` without a command. They depend on running sessions, the log and the configuration.
func welcome(ctx context.Context, a *cmdutil.App) error {
	o, err := a.OutputOptions()
	if err != nil {
		return err
	}
	dir, err := a.DataDir()
	if err != nil {
		return err
	}
	live, err := session.Live(dir)
	switch {
	case err != nil:
		return output.ClosedPipe(output.Welcome(o, unreadable(a, err)))
	case len(live) > 0:
		s, _ := cmdutil.Choose(a, live)
		return output.ClosedPipe(output.Welcome(o, whileListening(ctx, a, s)))
	}
	return output.ClosedPipe(output.Welcome(o, notListening(ctx, a)))
}

// whileListening suggests what to do while a listen runs.
func whileListening(ctx context.Context, a *cmdutil.App, s session.Info) output.WelcomeText {
	text := output.WelcomeText{
		Listening:   s.State == session.StateReady,
		TunnelDown:  s.State != session.StateReady,
		Lines:       []string{listening(a, s)},
		Suggestions: firstSteps(),
		Status:      output.Status{Listening: true, URL: cmp.Or(s.PublicURL, s.URL), Tunnel: s.State, Since: s.StartedAt},
	}
	n, err := countAll(ctx, a)
	switch {
	case errors.Is(err, store.ErrNoLog):
		return text
	case err != nil:
		text.Status.Problem = "Cannot read the delivery log: " + cmdutil.Explain(a, err).What
		text.Lines = append(text.Lines, "  "+text.Status.Problem)
		return text
	}
	setCounts(&text.Status, n)
	text.Lines = append(append(text.Lines, "  "+n.String()), secretLines(a, n)...)
	if n.Failed > 0 {
		text.Suggestions = stepsAfterFailure(n)
	}
	return text
}

// unreadable suggests what to do if the sessions or the log cannot be read.
func unreadable(a *cmdutil.App, err error) output.WelcomeText {
	problem := "Cannot read the delivery log: " + cmdutil.Explain(a, err).What
	return output.WelcomeText{
		TunnelDown: true, Lines: []string{problem}, Status: output.Status{Problem: problem},
		Suggestions: []output.Suggestion{{Command: "vidiking doctor", Text: "check your setup"}},
	}
}

// setCounts adds the number of deliveries to a status.
func setCounts(s *output.Status, n webhookscmd.Counts) {
	s.Deliveries, s.Undelivered, s.NeedsSecret = &n.All, &n.Failed, n.NeedsSecret
}

// notListening suggests what to do if no listen runs.
func notListening(ctx context.Context, a *cmdutil.App) output.WelcomeText {
	listen := stepsToListen(a)
	n, err := countAll(ctx, a)
	if err != nil && !errors.Is(err, store.ErrNoLog) {
		return unreadable(a, err)
	}
	if n.All == 0 {
		if a.Cfg.Source(config.Forward) == config.SourceDefault && len(listen) == 1 {
			listen = append([]output.Suggestion{{Command: "vidiking demo", Text: "see how it works (no account needed)"}}, listen...)
		}
		return output.WelcomeText{
			Lines: []string{"Receive, inspect and replay Vidiking webhooks on your own machine."}, Suggestions: append(listen, firstSteps()...),
		}
	}
	text := output.WelcomeText{TunnelDown: true, Lines: append([]string{"No listen is running", "  " + n.String()}, secretLines(a, n)...), Suggestions: append(listen, firstSteps()...)}
	if n.Failed > 0 {
		text.Suggestions = append(listen, stepsAfterFailure(n)...)
	}
	setCounts(&text.Status, n)
	return text
}

// stepsToListen suggests how to listen, given the configuration.
func stepsToListen(a *cmdutil.App) []output.Suggestion {
	steps := []output.Suggestion{{Command: "vidiking listen --forward localhost:3000", Text: "receive webhooks and forward them"}}
	if a.Cfg.Source(config.Forward) != config.SourceDefault {
		steps[0] = output.Suggestion{Command: "vidiking listen", Text: "receive webhooks and forward them"}
		if routes, err := cmdutil.ParseRoutes(a.Cfg.String(config.Forward)); err == nil && len(routes) == 1 {
			steps[0].Text = "receive webhooks and forward them to " + relay.ShortRoutes(routes)
		}
	}
	if _, _, ok := a.Cfg.APIKey(); ok {
		if p, err := listen.ChooseProvider(cmdutil.Machine(a), a.Cfg); err == nil && p.Open != nil {
			steps = append(steps, output.Suggestion{Command: "vidiking listen --register", Text: "receive your account's events"})
		}
	}
	return steps
}

func firstSteps() []output.Suggestion {
	return []output.Suggestion{
		{Command: "vidiking trigger render.complete", Text: "send a sample event"},
		{Command: "vidiking webhooks list", Text: "list recent deliveries"},
		{Command: "vidiking replay last", Text: "replay the last delivery"},
	}
}

func stepsAfterFailure(n webhookscmd.Counts) []output.Suggestion {
	return []output.Suggestion{
		{Command: "vidiking webhooks list --failed", Text: "show undelivered deliveries"},
		{Command: n.Replay(), Text: "replay them"},
	}
}

// listening describes a running listen: its start, its URL and the state of its tunnel.
func listening(a *cmdutil.App, s session.Info) string {
	switch {
	case s.State == session.StateConnecting:
		return fmt.Sprintf("Listening since %s on %s (opening the tunnel)", a.Env.WhenMinutes(s.StartedAt), s.URL)
	case s.State == session.StateReconnecting:
		return fmt.Sprintf("Listening since %s; the tunnel has been down since %s: %s", a.Env.WhenMinutes(s.StartedAt), a.Env.WhenMinutes(s.Since), s.PublicURL)
	case s.PublicURL != "":
		return fmt.Sprintf("Listening since %s on %s", a.Env.WhenMinutes(s.StartedAt), s.PublicURL)
	}
	return fmt.Sprintf("Listening since %s on %s", a.Env.WhenMinutes(s.StartedAt), s.URL)
}

// countAll counts the deliveries in the log in the same way as `webhooks list`.
func countAll(ctx context.Context, a *cmdutil.App) (webhookscmd.Counts, error) {
	r, err := cmdutil.OpenReader(ctx, a)
	if err != nil {
		return webhookscmd.Counts{}, err
	}
	defer func() { _ = r.Close() }()
	n, err := webhookscmd.Count(ctx, a, r, store.Query{}, -1)
	if err != nil {
		return n, err
	}
	project, err := cmdutil.Project(a)
	n.NeedsSecret = err == nil && cmdutil.NeedsSecret(ctx, a, r, project)
	return n, err
}

// secretLines explains how to give the handler the secret, unless a handler has already accepted a delivery.
func secretLines(a *cmdutil.App, n webhookscmd.Counts) []string {
	if !n.NeedsSecret {
		return nil
	}
	return []string{"  Your handler needs the secret: " + output.Options{Self: a.Self()}.Command(cmdutil.PrintSecretCommand(a))}
}
