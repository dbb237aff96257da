package cmdutil

import (
	"os"
	"slices"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// secretFollower returns the current secret to a running `listen`. For each delivery it checks whether one of the files that can hold the
// secret has changed, which takes two microseconds, and rereads the configuration if so.
type secretFollower struct {
	app      *App
	files    []string
	onChange func(webhook.Secret) // called while a delivery waits

	mu       sync.Mutex
	secrets  []webhook.Secret
	versions []fileVersion
}

// fileVersion distinguishes two states of a file.
type fileVersion struct {
	modified time.Time
	size     int64
}

// FollowSecret returns a follower that reads the secret again when its files change.
func FollowSecret(a *App, first webhook.Secret, onChange func(webhook.Secret)) (*secretFollower, error) {
	cfg, err := a.Config()
	if err != nil {
		return nil, err
	}
	dir, err := cfg.DataDir()
	if err != nil {
		return nil, err
	}
	f := &secretFollower{app: a, onChange: onChange, secrets: []webhook.Secret{first}, files: []string{config.GeneratedSecretPath(dir)}}
	if file, err := cfg.FilePath(); err == nil { // without a home directory there is no configuration file
		f.files = append(f.files, file)
	}
	f.versions = f.fileVersions()
	return f, nil
}

// Secrets returns the secret in use.
func (f *secretFollower) Secrets() []webhook.Secret {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.fileVersions(); !slices.Equal(now, f.versions) && f.reload() {
		f.versions = now
	}
	return f.secrets
}

// reload reads the secret with a new App, so the configuration of the running command stays as it is. It generates no secret. If the
// secret cannot be read, reload returns false and the last secret stays in use.
func (f *secretFollower) reload() bool {
	fresh := &App{Env: f.app.Env, Flags: f.app.Flags}
	secrets, err := ExistingSecrets(fresh)
	if err != nil {
		return false
	}
	if len(secrets) > 0 && secrets[0] != f.secrets[0] {
		f.secrets = secrets
		f.onChange(secrets[0])
	}
	return true
}

func (f *secretFollower) fileVersions() []fileVersion {
	versions := make([]fileVersion, len(f.files))
	for i, name := range f.files {
		if info, err := os.Stat(name); err == nil {
			versions[i] = fileVersion{info.ModTime(), info.Size()}
		}
	}
	return versions
}
