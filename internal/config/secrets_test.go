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

func TestSecretsListsTheOneInUseFirstAndEveryOther(t *testing.T) {
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
		{"the top level", "", config.Flags{}, []string{"file whsec_top", "profile staging whsec_staging", "profile live whsec_live"}},
		{"a profile", "", config.Flags{Profile: "live"}, []string{"profile live whsec_live", "file whsec_top", "profile staging whsec_staging"}},
		{"a profile without one", "", config.Flags{Profile: "empty"}, []string{"file whsec_top", "profile staging whsec_staging", "profile live whsec_live"}},
		{"the environment", "whsec_env", config.Flags{}, []string{
			"environment VIDIKING_WEBHOOK_SECRET whsec_env", "file whsec_top", "profile staging whsec_staging", "profile live whsec_live",
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
		t.Errorf("without any: got %v, want none", got)
	}
}

func TestReadSecretTakesALineEndOffAndNothingElse(t *testing.T) {
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
			t.Errorf("the error repeats what may be a secret: %v", err)
		}
	}
	if _, err := config.ReadSecret(path+"x", "x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("ReadSecret of no file: got %v, want that it is not there", err)
	}
}
