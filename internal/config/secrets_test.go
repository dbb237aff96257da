package config_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/config"
)

func TestSecretsReturnsTheActiveSecretFirst(t *testing.T) {
	t.Parallel()
	const file = `webhook_secret = "whsec_top"
[profiles.staging]
webhook_secret = "whsec_staging"
[profiles.empty]
[profiles.live]
webhook_secret = "whsec_live"
`
	tests := []struct {
		name, env string
		flags     config.Flags
		want      []string
	}{
		{"the top level", "", config.Flags{}, []string{"file whsec_top", "profile live whsec_live", "profile staging whsec_staging"}},
		{"a profile", "", config.Flags{Profile: "live"}, []string{"profile live whsec_live", "file whsec_top", "profile staging whsec_staging"}},
		{"a profile without one", "", config.Flags{Profile: "empty"}, []string{"file whsec_top", "profile live whsec_live", "profile staging whsec_staging"}},
		{"the environment", "whsec_env", config.Flags{}, []string{
			"environment VIDIKING_WEBHOOK_SECRET whsec_env", "file whsec_top", "profile live whsec_live", "profile staging whsec_staging",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t).write(file)
			h.env["VIDIKING_WEBHOOK_SECRET"] = test.env
			var got []string
			for _, k := range h.load(test.flags).Secrets() {
				got = append(got, string(k.Source)+" "+k.Secret.Reveal())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if got := newHome(t).load(config.Flags{}).Secrets(); len(got) > 0 {
		t.Errorf("without secrets: got %v, want none", got)
	}
}

func TestReadSecretRemovesOnlyALineEnd(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	for text, want := range map[string]string{
		"whsec_a": "whsec_a", "whsec_a\n": "whsec_a", "whsec_a\r\n": "whsec_a", "not_whsec": "not_whsec",
		"": "", "\n": "", "whsec_a\n\n": "", " whsec_a": "", "whsec_a b": "", "\xff": "", strings.Repeat("a", 5000): "",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := config.ReadSecret(path, "secret.txt")
		var wrong *config.ValueError
		if got.Reveal() != want || (want == "") != errors.As(err, &wrong) {
			t.Errorf("ReadSecret of %.20q: got %q, %v; want %q", text, got.Reveal(), err, want)
		}
		if err != nil && len(text) > 6 && strings.Contains(err.Error(), strings.TrimSpace(text)) {
			t.Errorf("the error contains the secret: %v", err)
		}
	}
	if _, err := config.ReadSecret(path+"x", "x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("ReadSecret of a missing file: got %v, want fs.ErrNotExist", err)
	}
}

func TestABadlyCopiedSecretIsRefusedAndNotRepeated(t *testing.T) {
	t.Parallel()
	const core = "Kq7TzW3nR9bV5xC1"
	for value, want := range map[string]string{
		`"whsec_` + core + `"`:                      "quotes around",
		`'whsec_` + core + `'`:                      "quotes around",
		"“whsec_" + core + "”":                      "quotes around",
		`"` + core + `"`:                            "quotes around",
		`"whsec_` + core:                            "in front of whsec_",
		"whsec_" + core + `"`:                       "ends with a quote",
		`"whsec_` + core + `",`:                     "in front of whsec_",
		"whsec_" + core + ";":                       "ends with ;",
		"whsec_" + core + ",":                       "ends with ,",
		"whsec_" + core + `\n`:                      "line break",
		"WEBHOOK_SECRET=whsec_" + core:              "a name and =",
		"$env:VIDIKING_WEBHOOK_SECRET=" + core:      "a name and =",
		"whsec_whsec_" + core:                       "in front of whsec_",
		"whsec_":                                    "nothing after whsec_",
		"whsec_…" + core[12:]:                       "masked",
		"whsec_***":                                 "masked",
		"***":                                       "masked",
		"•••••••":                                   "masked",
		"${" + core + "}":                           "name of a variable",
		"$" + core:                                  "name of a variable",
		"%" + core + "%":                            "name of a variable",
		"{{" + core + "}}":                          "name of a variable",
		"<" + core + ">":                            "name of a variable",
		"\ufeffwhsec_" + core:                       "invisible character",
		"whsec_" + core + "\u00a0":                  "white space",
		"whsec_" + core:                             "",
		"whsec_" + core + "+/=":                     "",
		core + "==":                                 "",
		"secret" + core + "=":                       "",
		"it's.any;thing[the]emulator" + core + "{}": "",
	} {
		h := newHome(t)
		h.env["VIDIKING_WEBHOOK_SECRET"] = value
		_, fromEnv := config.Load(h.world(), config.Flags{})
		delete(h.env, "VIDIKING_WEBHOOK_SECRET")
		fromPrompt := h.load(config.Flags{}).Set("webhook_secret", value)
		path := filepath.Join(h.dir, "secret.txt")
		if err := os.WriteFile(path, []byte(value+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, fromFile := config.ReadSecret(path, "secret.txt")
		quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value)
		h.write(`webhook_secret = "` + quoted + `"`)
		_, fromConfig := config.Load(h.world(), config.Flags{})
		for where, err := range map[string]error{"environment": fromEnv, "set": fromPrompt, "file": fromFile, "configuration": fromConfig} {
			switch {
			case want == "" && err != nil:
				t.Errorf("%s, %s: got %v, want no error", where, value, err)
			case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
				t.Errorf("%s, %s: got %v, want an error with %q", where, value, err, want)
			case err != nil && strings.Contains(err.Error(), core):
				t.Errorf("%s, %s: the error contains the secret: %v", where, value, err)
			}
			var file *config.FileError
			if errors.As(err, &file) && strings.Contains(file.Text, core) {
				t.Errorf("%s, %s: the error shows the secret: %s", where, value, file.Text)
			}
		}
	}
}

func TestABadlyCopiedAPIKeyOrTokenIsRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"VIDIKING_API_KEY", "NGROK_AUTHTOKEN"} {
		for value, wrong := range map[string]bool{
			`"vk_hush"`: true, "'vk_hush'": true, name + "=vk_hush": true, "vk_***": true, "${hush}": true, "vk_hush": false, "2hush_3kQ==": false,
		} {
			h := newHome(t)
			h.env[name] = value
			_, err := config.Load(h.world(), config.Flags{})
			if (err != nil) != wrong || err != nil && strings.Contains(err.Error(), "hush") {
				t.Errorf("%s=%s: got %v, want an error: %t", name, value, err, wrong)
			}
		}
	}
}
