package cmdutil

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/explain"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Explainer returns what explains deliveries in every view. It reads the log and the configuration when it needs them, because both
// change while a view is open.
func Explainer(a *App) *explain.Explainer {
	fresh := func() *App { return &App{Env: a.Env, Flags: a.Flags} }
	return &explain.Explainer{
		OpenLog: func(ctx context.Context) (explain.Log, func(), error) {
			r, err := OpenReader(ctx, fresh())
			if err != nil {
				return nil, nil, err
			}
			return r, func() { _ = r.Close() }, nil
		},
		Generated: func() (string, time.Time) { return generatedSecret(fresh()) },
		EnvFile:   func(hint string) bool { return envFileDiffers(fresh(), hint) },
		Diagnose: func(ctx context.Context, header webhook.Header, body []byte) signature.Diagnosis {
			known, err := KnownSecrets(fresh())
			if err != nil {
				return signature.Diagnosis{}
			}
			return signature.Diagnose(ctx, signature.Case{Header: header, Body: body, Secrets: known, Work: DiagnosisBudget})
		},
	}
}

// generatedSecret returns the secret that the program generated, masked, and when.
func generatedSecret(a *App) (hint string, at time.Time) {
	dir, err := a.DataDir()
	if err != nil {
		return "", time.Time{}
	}
	secret, ok, err := config.GeneratedSecret(dir)
	if err != nil || !ok {
		return "", time.Time{}
	}
	info, err := os.Stat(config.GeneratedSecretPath(dir))
	if err != nil {
		return "", time.Time{}
	}
	return secret.String(), info.ModTime()
}

// maxEnvFile is more than a .env file that a person wrote.
const maxEnvFile = 64 << 10

// envFileDiffers reports whether the .env file of the working directory holds a different webhook secret than the masked one.
func envFileDiffers(a *App, hint string) bool {
	found := EnvFileSecret(a)
	if !found.IsSet() {
		return false
	}
	known, err := KnownSecrets(a)
	return err == nil && !slices.ContainsFunc(known, func(k signature.KnownSecret) bool { return k.Secret == found && k.Secret.String() == hint })
}

// EnvFileSecret returns the webhook secret in the .env file of the working directory, which the handler may use. It is not set if there
// is none.
func EnvFileSecret(a *App) webhook.Secret {
	f, err := atomicfile.Open(filepath.Join(a.Env.WorkDir, ".env"))
	if err != nil {
		return webhook.Secret{}
	}
	defer f.Close() //nolint:errcheck // nothing was written
	return envSecret(f)
}

// envSecret reads the webhook secret out of a .env file: NAME=value, with or without export and quotes. The last one counts.
func envSecret(r io.Reader) webhook.Secret {
	var found webhook.Secret
	lines := bufio.NewScanner(io.LimitReader(r, maxEnvFile))
	for lines.Scan() {
		name, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(lines.Text()), "export "), "=")
		if name = strings.TrimSpace(name); !ok || name != config.EnvSecret && name != "WEBHOOK_SECRET" {
			continue
		}
		value = strings.TrimSpace(value)
		if quote := value; len(quote) > 1 && (quote[0] == '"' || quote[0] == '\'') && quote[len(quote)-1] == quote[0] {
			value = quote[1 : len(quote)-1]
		}
		found = webhook.SecretFrom(value)
	}
	return found
}
