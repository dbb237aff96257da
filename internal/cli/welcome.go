package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// welcome is what `vidiking` alone says: what to do now, by what runs already.
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
	if err != nil || len(live) == 0 {
		return closedPipe(output.Welcome(o, output.WelcomeText{
			Lines: []string{"Vidiking's webhooks on your own machine: receive, look, send again."},
			Steps: []output.Step{
				{Command: "vidiking demo", Say: "see it work, no account needed"},
				{Command: "vidiking listen --forward localhost:3000", Say: "receive, pass to your handler"},
				{Command: "vidiking trigger render.complete", Say: "send a sample event"},
				{Command: "vidiking webhooks list", Say: "look at what came"},
				{Command: "vidiking replay last", Say: "send the last one again"},
			},
		}))
	}
	s, _ := a.choose(live)
	text := output.WelcomeText{
		Up:    s.State == session.StateReady,
		Down:  s.State != session.StateReady,
		Lines: []string{a.listening(s)},
		Steps: []output.Step{
			{Command: "vidiking trigger render.complete", Say: "send a sample event"},
			{Command: "vidiking webhooks list", Say: "look at what came"},
			{Command: "vidiking replay last", Say: "send the last one again"},
		},
	}
	if counts, failed, err := a.sessionCounts(ctx, s.ID); err == nil {
		text.Lines = append(text.Lines, "  "+counts)
		if failed > 0 {
			text.Steps = []output.Step{
				{Command: "vidiking webhooks list --failed", Say: "what was not delivered"},
				{Command: "vidiking replay --failed", Say: "send that again"},
			}
		}
	}
	return closedPipe(output.Welcome(o, text))
}

// listening says since when a session listens, and where, or what is the matter with it.
func (a *app) listening(s session.Info) string {
	clock := func(t time.Time) string { return t.In(a.w.Location).Format("15:04") }
	switch {
	case s.State == session.StateConnecting:
		return fmt.Sprintf("Listening since %s at %s; the tunnel is being opened", clock(s.StartedAt), s.URL)
	case s.State == session.StateReconnecting:
		return fmt.Sprintf("Listening since %s; the tunnel is down since %s: %s", clock(s.StartedAt), clock(s.Since), s.PublicURL)
	case s.PublicURL != "":
		return fmt.Sprintf("Listening since %s at %s", clock(s.StartedAt), s.PublicURL)
	}
	return fmt.Sprintf("Listening since %s at %s", clock(s.StartedAt), s.URL)
}

// sessionCounts says how many deliveries a session had, and how many of them are still not delivered.
func (a *app) sessionCounts(ctx context.Context, id string) (string, int, error) {
	r, err := a.openReader(ctx)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = r.Close() }()
	all, err := r.Count(ctx, store.Query{Session: id})
	if err != nil {
		return "", 0, err
	}
	failed, err := r.Count(ctx, store.Query{Session: id, Filter: filter.Failed()})
	text := display.Deliveries(all)
	if failed > 0 {
		text += fmt.Sprintf(", %s still not delivered", display.Count(failed))
	}
	return text, failed, err
}
