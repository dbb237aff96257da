package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/config"
)

func TestLoadReturnsTheDefaultsWithoutAFile(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	c := h.load(config.Flags{})
	got := map[string]string{}
	for _, v := range c.List() {
		if v.Source != config.SourceDefault {
			t.Errorf("source of %s: got %q, want default", v.Key.Name, v.Source)
		}
		got[v.Key.Name] = v.Text
	}
	want := map[string]string{
		"webhook_secret":  "",
		"api_key":         "",
		"api_url":         "https://api.vidiking.com/v1",
		"sandbox":         "false",
		"forward":         "http://localhost:3000/webhooks/vidiking",
		"path":            "/webhooks/vidiking",
		"addr":            "127.0.0.1:4747",
		"events":          "",
		"verify":          "strict",
		"respond":         "handler",
		"timeout":         "10s",
		"max_body":        "10MiB",
		"max_concurrency": "8",
		"data_dir":        filepath.Join(h.dir, ".local", "state", "vidiking"),
		"output":          "text",
		"color":           "auto",
		"profile":         "default",

		"tunnel": "auto", "url": "", "ssh": "localhost.run", "ssh_bind": "", "ssh_key": "",
		"ngrok_authtoken": "", "ngrok_connect_url": "", "ngrok_root_cas": "trusted", "ngrok_proxy_url": "", "ngrok_traffic_policy_file": "",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(h.dir, ".config")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Load created something in the home directory: %v", err)
	}
	if w := c.Warnings(); len(w) != 0 {
		t.Errorf("warnings: got %v, want none", w)
	}
}

func TestEveryDefaultIsValid(t *testing.T) {
	t.Parallel()
	c := newHome(t).load(config.Flags{})
	for _, k := range config.Keys() {
		if k.Default == "" || k.Flag == "" {
			continue
		}
		if err := c.Override(k.Name, k.Default); err != nil {
			t.Errorf("default of %s: %v", k.Name, err)
		}
	}
}

const layered = `
verify = "warn"
timeout = "20s"
forward = "localhost:1"
webhook_secret = "whsec_ofTheTopLevel1"

[profiles.staging]
timeout = "30s"
webhook_secret = "whsec_ofStaging12345"
`

func TestSourcesOverrideEachOtherInOrder(t *testing.T) {
	t.Parallel()
	h := newHome(t).write(layered)
	h.env["VIDIKING_WEBHOOK_SECRET"] = "whsec_ofTheEnvironment"
	c := h.load(config.Flags{Profile: "staging"})
	if err := c.Override("forward", "localhost:2"); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, name := range []string{"forward", "webhook_secret", "timeout", "verify", "respond", "profile"} {
		v, err := c.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		got[name] = v.Text + " from " + string(v.Source)
	}
	want := map[string]string{
		"forward":        "localhost:2 from flag --forward",
		"webhook_secret": "whsec_…ment from environment VIDIKING_WEBHOOK_SECRET",
		"timeout":        "30s from profile staging",
		"verify":         "warn from file",
		"respond":        "handler from default",
		"profile":        "staging from flag --profile",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	if d := c.Duration(config.Timeout); d != 30*time.Second {
		t.Errorf("Duration(timeout): got %v, want 30s", d)
	}
	if n := c.Number(config.MaxConcurrency); n != 8 {
		t.Errorf("Number(max_concurrency): got %d, want 8", n)
	}
	if n := c.Bytes(config.MaxBody); n != 10<<20 {
		t.Errorf("Bytes(max_body): got %d, want %d", n, 10<<20)
	}
}

func TestAnEmptyEnvironmentVariableCountsAsUnset(t *testing.T) {
	t.Parallel()
	h := newHome(t).write(layered)
	for _, name := range []string{"VIDIKING_WEBHOOK_SECRET", "VIDIKING_DATA_DIR", "VIDIKING_PROFILE", "VIDIKING_CONFIG", "XDG_CONFIG_HOME", "NO_COLOR"} {
		h.env[name] = ""
	}
	c := h.load(config.Flags{})
	s, source, ok := c.Secret()
	if !ok || s.Reveal() != "whsec_ofTheTopLevel1" || source != config.SourceFile {
		t.Errorf("secret: got %v from %s, %v; want the secret from the file", s, source, ok)
	}
	if v, _ := c.Get("color"); v.Text != "auto" {
		t.Errorf("color with an empty NO_COLOR: got %s, want auto", v.Text)
	}
}

func TestColorFollowsTheEnvironmentVariables(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		env  map[string]string
		want string
	}{
		{map[string]string{}, "always from file"},
		{map[string]string{"NO_COLOR": "1"}, "never from environment NO_COLOR"},
		{map[string]string{"NO_COLOR": "0", "CLICOLOR_FORCE": "1"}, "never from environment NO_COLOR"},
		{map[string]string{"CLICOLOR_FORCE": "1"}, "always from environment CLICOLOR_FORCE"},
		{map[string]string{"CLICOLOR_FORCE": "0"}, "always from file"},
	} {
		h := newHome(t).write(`color = "always"`)
		h.env = test.env
		v, err := h.load(config.Flags{}).Get("color")
		if got := v.Text + " from " + string(v.Source); err != nil || got != test.want {
			t.Errorf("%v: got %s, %v; want %s", test.env, got, err, test.want)
		}
	}
}

func TestASecretIsMaskedInValuesAndNeverInErrors(t *testing.T) {
	t.Parallel()
	h := newHome(t).write(layered)
	c := h.load(config.Flags{})
	v, err := c.Get("webhook-secret")
	if err != nil || v.Text != "whsec_…vel1" {
		t.Errorf("Get(webhook-secret): got %q, %v; want it masked", v.Text, err)
	}
	for _, secret := range []string{"whsec_hushHush ", " whsec_hushHush", "whsec_hush Hush", "whsec_hushHush\n", "whsec_hush\u200bHush", "whsec_hush\xffHush"} {
		h.env["VIDIKING_WEBHOOK_SECRET"] = secret
		_, err := config.Load(h.world(), config.Flags{})
		var wrong *config.ValueError
		if !errors.As(err, &wrong) || wrong.Name != "VIDIKING_WEBHOOK_SECRET" || wrong.Hint == "" {
			t.Errorf("secret %q: got %v, want a ValueError with the variable and a hint", secret, err)
			continue
		}
		if text := wrong.Error() + wrong.Hint; strings.Contains(text, "hush") || strings.Contains(text, "Hush") {
			t.Errorf("the error for the secret %q contains it: %s", secret, text)
		}
	}
}

func TestAnUnknownSettingSuggestsASimilarOne(t *testing.T) {
	t.Parallel()
	c := newHome(t).load(config.Flags{})
	_, err := c.Get("verfy")
	var unknown *config.UnknownError
	if !errors.As(err, &unknown) || unknown.Closest != "verify" {
		t.Fatalf("Get(verfy): got %v, want an UnknownError that suggests verify", err)
	}
	if got, want := err.Error(), `unknown setting "verfy"`; got != want {
		t.Errorf("error: got %q, want %q", got, want)
	}
	for _, name := range []string{"é", "", "a b", "a\u0161"} {
		_, err := c.Get(name)
		if got, want := err.Error(), fmt.Sprintf("unknown setting %q", name); got != want {
			t.Errorf("error: got %s, want %s", got, want)
		}
	}
	_, err = c.Get("\x1b[31m")
	if got, want := err.Error(), `unknown setting "\x1b[31m"`; got != want {
		t.Errorf("error of a name with control characters: got %q, want %q", got, want)
	}
}

func TestOverrideNamesTheFlagInItsErrors(t *testing.T) {
	t.Parallel()
	c := newHome(t).load(config.Flags{})
	err := c.Override("max_body", "ten")
	if got, want := err.Error(), `invalid value "ten" for --max-body`; got != want {
		t.Errorf("Override: got %q, want %q", got, want)
	}
	err = c.Override("webhook_secret", "whsec_x")
	if err == nil || strings.Contains(err.Error(), "whsec_x") {
		t.Errorf("Override(webhook_secret): got %v, want an error without the secret", err)
	}
	if err := c.Override("events", " render.* , ai.*"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"render.*", "ai.*"}, c.Strings(config.Events)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestWarningsReportLikelyMistakes(t *testing.T) {
	t.Parallel()
	h := newHome(t).write(`webhook_secret = "0123456789abcdef"` + "\n")
	if err := os.Chmod(h.file(), 0o644); err != nil {
		t.Fatal(err)
	}
	want := []config.Warning{
		{Msg: "other users of this machine can read the secret in ~/.config/vidiking/config.toml", Hint: "chmod 600 ~/.config/vidiking/config.toml", Exposed: true},
		{Msg: "the webhook secret (file) does not begin with whsec_, as Vidiking's secrets do", Hint: "copy the whole secret: the prefix is part of it"},
	}
	if diff := cmp.Diff(want, h.load(config.Flags{}).Warnings()); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	windows := h.world()
	windows.GOOS, windows.WorkDir = "windows", ""
	c, err := config.Load(windows, config.Flags{Config: h.file()})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want[1:], c.Warnings()); diff != "" {
		t.Errorf("warnings on Windows, which has no such permissions (-want +got):\n%s", diff)
	}
	h.write(`verify = "warn"`)
	if w := h.load(config.Flags{}).Warnings(); len(w) != 0 {
		t.Errorf("a readable file without a secret: got %v, want no warning", w)
	}
	want = []config.Warning{{Msg: "~/typo.toml (flag --config) does not exist or is empty", Hint: "create it with vidiking config set"}}
	if diff := cmp.Diff(want, h.load(config.Flags{Config: "~/typo.toml"}).Warnings()); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestLoadRefusesALargeFileAndADirectory(t *testing.T) {
	t.Parallel()
	h := newHome(t).write(strings.Repeat("# long\n", 50_000))
	if _, err := config.Load(h.world(), config.Flags{}); err == nil || !strings.Contains(err.Error(), "larger than 256 KiB") {
		t.Errorf("a large file: got %v, want an error that names its size", err)
	}
	if _, err := config.Load(h.world(), config.Flags{Config: h.dir}); err == nil {
		t.Error("a directory as the file: got no error")
	}
}

func TestAHomeThatIsNotADirectoryHasNoConfiguration(t *testing.T) {
	t.Parallel()
	w := newHome(t).world()
	w.Home = "/dev/null"
	c, err := config.Load(w, config.Flags{})
	if err != nil || c.String(config.Verify) != "strict" {
		t.Errorf("Load: got %v, want the defaults", err)
	}
}

func TestFilePathWorksWithAnInvalidFile(t *testing.T) {
	t.Parallel()
	h := newHome(t).write("verify = \n")
	path, err := config.FilePath(h.world(), config.Flags{})
	if err != nil || path != h.file() {
		t.Errorf("FilePath: got %s, %v; want %s", path, err, h.file())
	}
	if got, want := newHome(t).load(config.Flags{}).ShortPath("/x"), "/x"; got != want {
		t.Errorf("ShortPath(/x): got %s, want %s", got, want)
	}
}

func TestSettingsAreReturnedByType(t *testing.T) {
	t.Parallel()
	c := newHome(t).write("events = ['render.*', \"ai.*\"]\ntimeout = \"1m30s\"\nmax_body = 0x10\n").load(config.Flags{})
	if diff := cmp.Diff([]string{"render.*", "ai.*"}, c.Strings(config.Events)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if got := c.Duration(config.Timeout); got != 90*time.Second {
		t.Errorf("timeout: got %v, want 1m30s", got)
	}
	if got := c.Bytes(config.MaxBody); got != 16 {
		t.Errorf("max_body: got %d, want 16", got)
	}
	if got := c.String("no such setting"); got != "" {
		t.Errorf("an unknown name: got %q, want nothing", got)
	}
	empty := newHome(t).write("events = [\"ai.*\"]\n[profiles.all]\nevents = []\n").load(config.Flags{Profile: "all"})
	if got := empty.Strings(config.Events); got != nil {
		t.Errorf("an empty list that overrides another: got %q, want nothing", got)
	}
}
