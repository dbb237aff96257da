package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// welcome is what `vidiking` alone says: what to do now, by what runs, what is in the log and what is configured already.
func (a *app) welcome(ctx context.Context) error {
	o, err := a.outputOptions()
	if err != nil {
		return err
	}
	dir, err := a.dataDir()
	if err != nil {
		return err
	}
	live, err := session.Live(dir)
	switch {
	case err != nil:
		return closedPipe(output.Welcome(o, a.unreadable(err)))
	case len(live) > 0:
		s, _ := a.choose(live)
		return closedPipe(output.Welcome(o, a.whileListening(ctx, s)))
	}
	return closedPipe(output.Welcome(o, a.atRest(ctx)))
}

// whileListening is what to do beside a listen.
func (a *app) whileListening(ctx context.Context, s session.Info) output.WelcomeText {
	text := output.WelcomeText{
		Listening:   s.State == session.StateReady,
		TunnelDown:  s.State != session.StateReady,
		Lines:       []string{a.listening(s)},
		Suggestions: firstSteps(),
	}
	n, err := a.countAll(ctx)
	switch {
	case errors.Is(err, store.ErrNoLog):
		return text
	case err != nil:
		text.Lines = append(text.Lines, "  The delivery log can't be read: "+a.explain(err).what)
		return text
	}
	text.Lines = append(append(text.Lines, "  "+n.String()), a.secretLines(n)...)
	if n.failed > 0 {
		text.Suggestions = stepsAfterFailure(n)
	}
	return text
}

// unreadable is what to do if it cannot be known what runs and what is in the log.
func (a *app) unreadable(err error) output.WelcomeText {
	return output.WelcomeText{
		TunnelDown: true, Lines: []string{"The delivery log can't be read: " + a.explain(err).what},
		Suggestions: []output.Suggestion{{Command: "vidiking doctor", Text: "check everything, and see what to do"}},
	}
}

// atRest is what to do where no listen runs.
func (a *app) atRest(ctx context.Context) output.WelcomeText {
	listen := a.stepsToListen()
	n, err := a.countAll(ctx)
	if err != nil && !errors.Is(err, store.ErrNoLog) {
		return a.unreadable(err)
	}
	if n.all == 0 {
		if a.cfg.Source(config.Forward) == config.SourceDefault && len(listen) == 1 {
			listen = append([]output.Suggestion{{Command: "vidiking demo", Text: "see it work, no account needed"}}, listen...)
		}
		return output.WelcomeText{
			Lines: []string{"Vidiking's webhooks on your own machine: receive, look, send again."}, Suggestions: append(listen, firstSteps()...),
		}
	}
	text := output.WelcomeText{TunnelDown: true, Lines: append([]string{"No listen runs", "  " + n.String()}, a.secretLines(n)...), Suggestions: append(listen, firstSteps()...)}
	if n.failed > 0 {
		text.Suggestions = append(listen, stepsAfterFailure(n)...)
	}
	return text
}

// stepsToListen are the ways to listen that what is configured allows.
func (a *app) stepsToListen() []output.Suggestion {
	steps := []output.Suggestion{{Command: "vidiking listen --forward localhost:3000", Text: "receive, pass to your handler"}}
	if a.cfg.Source(config.Forward) != config.SourceDefault {
		steps[0] = output.Suggestion{Command: "vidiking listen", Text: "receive, pass to your handlers"}
		if routes, err := parseRoutes(a.cfg.String(config.Forward)); err == nil && len(routes) == 1 {
			steps[0].Text = "receive, pass to " + shortRoutes(routes)
		}
	}
	if _, _, ok := a.cfg.APIKey(); ok {
		if way, err := a.chooseWay(a.cfg); err == nil && way.open != nil {
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

func stepsAfterFailure(n counts) []output.Suggestion {
	return []output.Suggestion{
		{Command: "vidiking webhooks list --failed", Text: "what was not delivered"},
		{Command: n.replay(), Text: "send that again"},
	}
}

// listening says since when a session listens, and where, or what is the matter with it.
func (a *app) listening(s session.Info) string {
	switch {
	case s.State == session.StateConnecting:
		return fmt.Sprintf("Listening since %s at %s; the tunnel is being opened", a.whenToTheMinute(s.StartedAt), s.URL)
	case s.State == session.StateReconnecting:
		return fmt.Sprintf("Listening since %s; the tunnel is down since %s: %s", a.whenToTheMinute(s.StartedAt), a.whenToTheMinute(s.Since), s.PublicURL)
	case s.PublicURL != "":
		return fmt.Sprintf("Listening since %s at %s", a.whenToTheMinute(s.StartedAt), s.PublicURL)
	}
	return fmt.Sprintf("Listening since %s at %s", a.whenToTheMinute(s.StartedAt), s.URL)
}

// countAll counts the deliveries of the log, as `webhooks list` does.
func (a *app) countAll(ctx context.Context) (counts, error) {
	r, err := a.openReader(ctx)
	if err != nil {
		return counts{}, err
	}
	defer func() { _ = r.Close() }()
	n, err := a.count(ctx, r, store.Query{}, -1)
	if err != nil {
		return n, err
	}
	project, err := a.project()
	n.needsSecret = err == nil && a.needsSecret(ctx, r, project)
	return n, err
}

// secretLines says how the handler gets the secret, until one has accepted a delivery.
func (a *app) secretLines(n counts) []string {
	if !n.needsSecret {
		return nil
	}
	return []string{"  Your handler needs the secret: " + output.Options{Self: a.self()}.Command(a.printSecretCommand())}
}
