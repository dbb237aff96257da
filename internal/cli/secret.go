package cli

import (
	"context"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// knownSecret is the signing secret in use, and how it came to be.
type knownSecret struct {
	webhook.Secret

	made    bool // by the program itself, so that the account signs with another
	justNow bool // in this run
}

// secret returns the secret that was given, else the one that the program made before, else makes one.
func (a *app) secret() (knownSecret, error) {
	cfg, err := a.config()
	if err != nil {
		return knownSecret{}, err
	}
	if s, _, ok := cfg.Secret(); ok {
		return knownSecret{Secret: s}, nil
	}
	dir, err := cfg.DataDir()
	if err != nil {
		return knownSecret{}, err
	}
	s, justNow, err := config.EnsureSecret(dir, a.w.Random)
	if err != nil {
		f := a.explain(err)
		f.hint = append(f.hint, "set VIDIKING_WEBHOOK_SECRET, or use another directory: --data-dir DIR")
		return knownSecret{}, f
	}
	return knownSecret{Secret: s, made: true, justNow: justNow}, nil
}

// printSecret prints the secret and nothing else, for $(…).
func (a *app) printSecret() error {
	s, err := a.secret()
	if err != nil {
		return err
	}
	return a.printText(s.Reveal() + "\n")
}

// printSecretCommand is how the user's shell takes over the secret.
func (a *app) printSecretCommand() string {
	if a.w.GOOS == "windows" {
		return "$env:VIDIKING_WEBHOOK_SECRET = vidiking listen --print-secret"
	}
	return "export VIDIKING_WEBHOOK_SECRET=$(vidiking listen --print-secret)"
}

// needsSecret reports whether a handler of the project probably does not have the secret yet: the program made it, and no handler has
// accepted a delivery so far.
func (a *app) needsSecret(ctx context.Context, log *store.Reader, project string) bool {
	if _, _, given := a.cfg.Secret(); given {
		return false
	}
	dir, err := a.cfg.DataDir()
	if err != nil {
		return false
	}
	if _, made, err := config.GeneratedSecret(dir); err != nil || !made {
		return false
	}
	accepted, err := log.Count(ctx, store.Query{Filter: filter.WithStatus(webhook.StatusDelivered), Project: project, Limit: 1})
	return err == nil && accepted == 0
}

// givenSecrets is the secret that secret returns, and none where it would make one.
func (a *app) givenSecrets() ([]webhook.Secret, error) {
	cfg, err := a.config()
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
	if s, ok, err := config.GeneratedSecret(dir); err != nil || ok {
		return []webhook.Secret{s}, err
	}
	return nil, nil
}
