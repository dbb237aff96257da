package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/cli/listencmd"
	"github.com/vidiking/vidiking-cli/internal/cli/webhookscmd"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// welcome is what `vidiking` alone says: what to do now, by what runs, what is in the log and what is configured already.
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
		return cmdutil.ClosedPipe(output.Welcome(o, unreadable(a, err)))
	case len(live) > 0:
		s, _ := cmdutil.Choose(a, live)
		return cmdutil.ClosedPipe(output.Welcome(o, whileListening(ctx, a, s)))
	}
	return cmdutil.ClosedPipe(output.Welcome(o, atRest(ctx, a)))
}

// whileListening is what to do beside a listen.
func whileListening(ctx context.Context, a *cmdutil.App, s session.Info) output.WelcomeText {
	text := output.WelcomeText{
		Listening:   s.State == session.StateReady,
		TunnelDown:  s.State != session.StateReady,
		Lines:       []string{listening(a, s)},
		Suggestions: firstSteps(),
	}
	n, err := countAll(ctx, a)
	switch {
	case errors.Is(err, store.ErrNoLog):
		return text
	case err != nil:
		text.Lines = append(text.Lines, "  The delivery log can't be read: "+a.Explain(err).What)
		return text
	}
	text.Lines = append(append(text.Lines, "  "+n.String()), secretLines(a, n)...)
	if n.Failed > 0 {
		text.Suggestions = stepsAfterFailure(n)
	}
	return text
}

// unreadable is what to do if it cannot be known what runs and what is in the log.
func unreadable(a *cmdutil.App, err error) output.WelcomeText {
	return output.WelcomeText{
		TunnelDown: true, Lines: []string{"The delivery log can't be read: " + a.Explain(err).What},
		Suggestions: []output.Suggestion{{Command: "vidiking doctor", Text: "check everything, and see what to do"}},
	}
}

// atRest is what to do where no listen runs.
func atRest(ctx context.Context, a *cmdutil.App) output.WelcomeText {
	listen := stepsToListen(a)
	n, err := countAll(ctx, a)
	if err != nil && !errors.Is(err, store.ErrNoLog) {
		return unreadable(a, err)
	}
	if n.All == 0 {
		if a.Cfg.Source(config.Forward) == config.SourceDefault && len(listen) == 1 {
			listen = append([]output.Suggestion{{Command: "vidiking demo", Text: "see it work, no account needed"}}, listen...)
		}
		return output.WelcomeText{
			Lines: []string{"Vidiking's webhooks on your own machine: receive, look, send again."}, Suggestions: append(listen, firstSteps()...),
		}
	}
	text := output.WelcomeText{TunnelDown: true, Lines: append([]string{"No listen runs", "  " + n.String()}, secretLines(a, n)...), Suggestions: append(listen, firstSteps()...)}
	if n.Failed > 0 {
		text.Suggestions = append(listen, stepsAfterFailure(n)...)
	}
	return text
}

// stepsToListen are the ways to listen that what is configured allows.
func stepsToListen(a *cmdutil.App) []output.Suggestion {
	steps := []output.Suggestion{{Command: "vidiking listen --forward localhost:3000", Text: "receive, pass to your handler"}}
	if a.Cfg.Source(config.Forward) != config.SourceDefault {
		steps[0] = output.Suggestion{Command: "vidiking listen", Text: "receive, pass to your handlers"}
		if routes, err := cmdutil.ParseRoutes(a.Cfg.String(config.Forward)); err == nil && len(routes) == 1 {
			steps[0].Text = "receive, pass to " + cmdutil.ShortRoutes(routes)
		}
	}
	if _, _, ok := a.Cfg.APIKey(); ok {
		if way, err := listencmd.ChooseWay(a, a.Cfg); err == nil && way.Open != nil {
			steps = append(steps, output.Suggestion{Command: "vidiking listen --register", Text: "have your account's events come here"})
		}
	}
	return steps
}

func firstSteps() []output.Suggestion {
	return []output.Suggestion{
		{Command: "vidiking trigger render.complete", Text: "send a sample event"},
		{Command: "vidiking webhooks list", Text: "look at what came"},
		{Command: "vidiking replay last", Text: "send the last one again"},
	}
}

func stepsAfterFailure(n webhookscmd.Counts) []output.Suggestion {
	return []output.Suggestion{
		{Command: "vidiking webhooks list --failed", Text: "what was not delivered"},
		{Command: n.Replay(), Text: "send that again"},
	}
}

// listening says since when a session listens, and where, or what is the matter with it.
func listening(a *cmdutil.App, s session.Info) string {
	switch {
	case s.State == session.StateConnecting:
		return fmt.Sprintf("Listening since %s at %s; the tunnel is being opened", cmdutil.WhenToTheMinute(a, s.StartedAt), s.URL)
	case s.State == session.StateReconnecting:
		return fmt.Sprintf("Listening since %s; the tunnel is down since %s: %s", cmdutil.WhenToTheMinute(a, s.StartedAt), cmdutil.WhenToTheMinute(a, s.Since), s.PublicURL)
	case s.PublicURL != "":
		return fmt.Sprintf("Listening since %s at %s", cmdutil.WhenToTheMinute(a, s.StartedAt), s.PublicURL)
	}
	return fmt.Sprintf("Listening since %s at %s", cmdutil.WhenToTheMinute(a, s.StartedAt), s.URL)
}

// countAll counts the deliveries of the log, as `webhooks list` does.
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

// secretLines says how the handler gets the secret, until one has accepted a delivery.
func secretLines(a *cmdutil.App, n webhookscmd.Counts) []string {
	if !n.NeedsSecret {
		return nil
	}
	return []string{"  Your handler needs the secret: " + output.Options{Self: a.Self()}.Command(cmdutil.PrintSecretCommand(a))}
}
