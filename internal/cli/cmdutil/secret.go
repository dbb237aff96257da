package cmdutil

import (
	"context"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// KnownSecret is the signing secret in use, and how it came to be.
type KnownSecret struct {
	webhook.Secret

	Made    bool // by the program itself, so that the account signs with another
	JustNow bool // in this run
}

// PrintSecret prints the secret and nothing else, for $(…).
func PrintSecret(a *App) error {
	s, err := a.Secret()
	if err != nil {
		return err
	}
	return a.PrintText(s.Reveal() + "\n")
}

// PrintSecretCommand is how the user's shell takes over the secret.
func PrintSecretCommand(a *App) string {
	if a.W.GOOS == "windows" {
		return "$env:VIDIKING_WEBHOOK_SECRET = vidiking listen --print-secret"
	}
	return "export VIDIKING_WEBHOOK_SECRET=$(vidiking listen --print-secret)"
}

// NeedsSecret reports whether a handler of the project probably does not have the secret yet: the program made it, and no handler has
// accepted a delivery so far.
func NeedsSecret(ctx context.Context, a *App, log *store.Reader, project string) bool {
	if _, _, given := a.Cfg.Secret(); given {
		return false
	}
	dir, err := a.Cfg.DataDir()
	if err != nil {
		return false
	}
	if _, made, err := config.GeneratedSecret(dir); err != nil || !made {
		return false
	}
	accepted, err := log.Count(ctx, store.Query{Filter: filter.WithStatus(webhook.StatusDelivered), Project: project, Limit: 1})
	return err == nil && accepted == 0
}
