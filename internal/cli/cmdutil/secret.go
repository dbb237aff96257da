package cmdutil

import (
	"context"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// KnownSecret is the signing secret in use and its origin.
type KnownSecret struct {
	webhook.Secret

	Generated bool // vidiking generated it, so the account signs with another one
	IsNew     bool // generated in this run
}

// Secret returns the configured secret, else the generated one. If there is neither, it generates a secret.
func Secret(a *App) (KnownSecret, error) {
	cfg, err := a.Config()
	if err != nil {
		return KnownSecret{}, err
	}
	if s, _, ok := cfg.Secret(); ok {
		return KnownSecret{Secret: s}, nil
	}
	dir, err := cfg.DataDir()
	if err != nil {
		return KnownSecret{}, err
	}
	s, isNew, err := config.EnsureSecret(dir, a.Env.Random)
	if err != nil {
		f := Explain(a, err)
		f.Hints = append(f.Hints, "set VIDIKING_WEBHOOK_SECRET, or use another directory: --data-dir DIR")
		return KnownSecret{}, f
	}
	return KnownSecret{Secret: s, Generated: true, IsNew: isNew}, nil
}

// ExistingSecrets returns the secret that Secret would return, or none if Secret would have to generate one.
func ExistingSecrets(a *App) ([]webhook.Secret, error) {
	cfg, err := a.Config()
	if err != nil {
		return nil, err
	}
	if s, _, ok := cfg.Secret(); ok {
		return []webhook.Secret{s}, nil
	}
	dir, err := cfg.DataDir()
	if err != nil {
		return nil, err
	}
	s, ok, err := config.GeneratedSecret(dir)
	if err != nil || !ok {
		return nil, err
	}
	return []webhook.Secret{s}, nil
}

// PrintSecret prints the secret and nothing else, for use in $(…).
func PrintSecret(a *App) error {
	s, err := Secret(a)
	if err != nil {
		return err
	}
	return a.PrintText(s.Reveal() + "\n")
}

// PrintSecretCommand returns the shell command that exports the secret.
func PrintSecretCommand(a *App) string {
	if a.Env.GOOS == "windows" {
		return "$env:VIDIKING_WEBHOOK_SECRET = vidiking listen --print-secret"
	}
	return "export VIDIKING_WEBHOOK_SECRET=$(vidiking listen --print-secret)"
}

// NeedsSecret reports whether the handler of a project probably doesn't have the secret yet: the secret was generated, and no delivery of
// the project has been delivered so far.
func NeedsSecret(ctx context.Context, a *App, log *store.Reader, project string) bool {
	if _, _, given := a.Cfg.Secret(); given {
		return false
	}
	dir, err := a.Cfg.DataDir()
	if err != nil {
		return false
	}
	if _, generated, err := config.GeneratedSecret(dir); err != nil || !generated {
		return false
	}
	delivered, err := log.Count(ctx, store.Query{Filter: filter.WithStatus(webhook.StatusDelivered), Project: project, Limit: 1})
	return err == nil && delivered == 0
}
