package doctor_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/store"
)

func TestFilesThatOtherUsersCanAccessAreReportedAndFixed(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such permissions")
	}
	s := newSetup(t)
	s.write(config.GeneratedSecretPath(s.dataDir()), "whsec_0123456789abcdefMADE")
	s.write(filepath.Join(s.dataDir(), "sessions", "ses_x.json"), "{}")
	for path, mode := range map[string]os.FileMode{
		s.configFile(): 0o640, s.dataDir(): 0o755, config.GeneratedSecretPath(s.dataDir()): 0o604, filepath.Join(s.dataDir(), "sessions", "ses_x.json"): 0o666,
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	s.check("permissions", `failed: other users of this machine can read the secrets in ~/.config/vidiking/config.toml (mode 640) | vidiking doctor --fix
warning: other users of this machine can access ~/.local/state/vidiking (mode 755) | vidiking doctor --fix
failed: other users of this machine can read the secrets in ~/.local/state/vidiking/webhook-secret (mode 604) | vidiking doctor --fix
failed: other users of this machine can read the secrets in ~/.local/state/vidiking/sessions/ses_x.json (mode 666) | vidiking doctor --fix`)
	s.options.Fix = true
	s.check("permissions", `ok: ~/.config/vidiking/config.toml is now accessible only to you (was mode 640)
ok: ~/.local/state/vidiking is now accessible only to you (was mode 755)
ok: ~/.local/state/vidiking/webhook-secret is now accessible only to you (was mode 604)
ok: ~/.local/state/vidiking/sessions/ses_x.json is now accessible only to you (was mode 666)`)
	s.check("permissions", "ok: only you can access vidiking's files")
}

func TestTheLogIsCheckedForDamage(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	log, err := store.Open(t.Context(), s.dataDir(), store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	got := s.run("log")
	if !strings.HasPrefix(got, "ok: intact: 0 of at least 100,000 deliveries, ") || !strings.HasSuffix(got, " kB of 1.1 GB, kept for 30 days") {
		t.Errorf("got %q, want an intact log with its limits", got)
	}
	path := filepath.Join(s.dataDir(), store.FileName)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < len(text); i++ {
		text[i] ^= 0x5a
	}
	s.write(path, string(text))
	s.check("log", "failed: the log is damaged | move ~/.local/state/vidiking/deliveries.db* to another directory; vidiking then creates a new log")
	s.write(path, "not a database, but longer than the hundred bytes that the header of a database file takes, which makes SQLite read it")
	s.check("log", "failed: the log is damaged | move ~/.local/state/vidiking/deliveries.db* to another directory; vidiking then creates a new log")
}

func TestPermissionsOfTheNullDeviceAreIgnored(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.env["VIDIKING_CONFIG"] = os.DevNull
	s.check("permissions", "ok: no files yet") // a fix must not change the permissions of /dev/null
}
