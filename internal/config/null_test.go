package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheNullDeviceIsReadAsEmptyAndNeverWritten(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	link := filepath.Join(home, "link.toml")
	if err := os.Symlink(os.DevNull, link); err != nil {
		t.Skip(err)
	}
	w := Environment{LookupEnv: func(string) (string, bool) { return "", false }, Home: home, WorkDir: home, GOOS: "linux"}
	for _, path := range []string{os.DevNull, link} {
		if !isNull(path) {
			t.Fatalf("isNull(%s) = false; the rest of the test could replace the device", path)
		}
		c, err := Load(w, Flags{Config: path})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Warnings(); len(got) > 0 {
			t.Errorf("%s: got the warnings %v, want none", path, got)
		}
		if err := c.Set(Verify, "warn"); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("Set in %s: got %v, want an error that names it", path, err)
		}
		if found, err := c.Unset(Verify); found || err != nil {
			t.Errorf("Unset in %s: got %t, %v, want false", path, found, err)
		}
		if got, err := c.WebhookFile(); err != nil || got != filepath.Join(home, ".config", "vidiking", "config.webhook.json") {
			t.Errorf("%s: the webhook file is %s, %v; want it next to the default configuration", path, got, err)
		}
	}
	if isNull(filepath.Join(home, "absent")) || isNull(home) {
		t.Error("isNull reports a missing file or a directory")
	}
}
