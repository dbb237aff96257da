package cmdutil

import (
	"os"
	"slices"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// secretFollower gives a running `listen` the secret as it is now. It looks at the files that can hold it for each delivery, which
// costs two microseconds, and reads them again when one of them changed.
type secretFollower struct {
	app     *App
	files   []string
	changed func(webhook.Secret) // told of each change, while a delivery waits

	mu      sync.Mutex
	secrets []webhook.Secret
	stamps  []stamp
}

// stamp tells one state of a file from another.
type stamp struct {
	changed time.Time
	size    int64
}

// FollowSecret returns a follower that reads the secret again when its files change.
func FollowSecret(a *App, first webhook.Secret, changed func(webhook.Secret)) (*secretFollower, error) {
	cfg, err := a.Config()
	if err != nil {
		return nil, err
	}
	dir, err := cfg.DataDir()
	if err != nil {
		return nil, err
	}
	f := &secretFollower{app: a, changed: changed, secrets: []webhook.Secret{first}, files: []string{config.GeneratedSecretPath(dir)}}
	if file, err := cfg.FilePath(); err == nil { // without a home directory there is no file to look at
		f.files = append(f.files, file)
	}
	f.stamps = f.stamp()
	return f, nil
}

// Secrets returns the secret in use.
func (f *secretFollower) Secrets() []webhook.Secret {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.stamp(); !slices.Equal(now, f.stamps) && f.Read() {
		f.stamps = now
	}
	return f.secrets
}

// Read asks the configuration anew, in a run of its own, so that nothing else of this run changes under way. It makes no secret. It
// reports whether it could tell; what can't be read just now leaves the last secret in force.
func (f *secretFollower) Read() bool {
	fresh := &App{W: f.app.W, Flags: f.app.Flags}
	secrets, err := fresh.GivenSecrets()
	if err != nil {
		return false
	}
	if len(secrets) > 0 && secrets[0] != f.secrets[0] {
		f.secrets = secrets
		f.changed(secrets[0])
	}
	return true
}

func (f *secretFollower) stamp() []stamp {
	stamps := make([]stamp, len(f.files))
	for i, name := range f.files {
		if info, err := os.Stat(name); err == nil {
			stamps[i] = stamp{info.ModTime(), info.Size()}
		}
	}
	return stamps
}
