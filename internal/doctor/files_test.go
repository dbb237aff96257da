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

func TestWhatOthersMayReadIsSaidAndMended(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such permissions")
	}
	p := newPatient(t)
	p.write(config.GeneratedSecretPath(p.dataDir()), "whsec_0123456789abcdefMADE")
	p.write(filepath.Join(p.dataDir(), "sessions", "ses_x.json"), "{}")
	for path, mode := range map[string]os.FileMode{
		p.configFile(): 0o640, p.dataDir(): 0o755, config.GeneratedSecretPath(p.dataDir()): 0o604, filepath.Join(p.dataDir(), "sessions", "ses_x.json"): 0o666,
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	p.wants("permissions", `failed: others on this machine may read the secrets in ~/.config/vidiking/config.toml (640) | vidiking doctor --fix
warning: others on this machine may use ~/.local/state/vidiking (755) | vidiking doctor --fix
failed: others on this machine may read the secrets in ~/.local/state/vidiking/webhook-secret (604) | vidiking doctor --fix
failed: others on this machine may read the secrets in ~/.local/state/vidiking/sessions/ses_x.json (666) | vidiking doctor --fix`)
	p.options.Fix = true
	p.wants("permissions", `ok: ~/.config/vidiking/config.toml is yours alone now (it was 640)
ok: ~/.local/state/vidiking is yours alone now (it was 755)
ok: ~/.local/state/vidiking/webhook-secret is yours alone now (it was 604)
ok: ~/.local/state/vidiking/sessions/ses_x.json is yours alone now (it was 666)`)
	p.wants("permissions", "ok: what there is, is yours alone")
}

func TestTheLogIsReadThrough(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	log, err := store.Open(t.Context(), p.dataDir(), store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	got := p.examine("log")
	if !strings.HasPrefix(got, "ok: whole: 0 of at least 100,000 deliveries, ") || !strings.HasSuffix(got, " kB of 1.1 GB; it keeps them 30 days") {
		t.Errorf("got %q, want the log whole, and its bounds", got)
	}
	path := filepath.Join(p.dataDir(), store.FileName)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < len(text); i++ {
		text[i] ^= 0x5a
	}
	p.write(path, string(text))
	p.wants("log", "failed: it is damaged | move ~/.local/state/vidiking/deliveries.db away, with what stands beside it, and a new log begins")
	p.write(path, "no database at all, and longer than the hundred bytes that the header of one takes up in its file, so that it is read")
	p.wants("log", "failed: it is damaged | move ~/.local/state/vidiking/deliveries.db away, with what stands beside it, and a new log begins")
}

func TestTheNullDeviceAsConfigurationKeepsItsPermissions(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.env["VIDIKING_CONFIG"] = os.DevNull
	p.wants("permissions", "ok: there are no files yet") // /dev/null is everybody's, and a fix must not take it away
}
