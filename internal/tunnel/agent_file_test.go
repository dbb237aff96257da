package tunnel_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/tunnel"
)

func TestAgentTokenIsFoundOnEverySystem(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		goos, file string
		env        map[string]string // values are relative to the home directory
		text       string
		want       string
	}{
		"Linux":                  {"linux", ".config/ngrok/ngrok.yml", nil, "version: 3\nagent:\n  authtoken: 2abc\n", "2abc"},
		"Linux, configured":      {"linux", "xdg/ngrok/ngrok.yml", map[string]string{"XDG_CONFIG_HOME": "xdg"}, "version: \"2\"\nauthtoken: 2abc\n", "2abc"},
		"macOS":                  {"darwin", "Library/Application Support/ngrok/ngrok.yml", nil, "version: 2\nauthtoken: '2abc'\nregion: eu\n", "2abc"},
		"Windows":                {"windows", "AppData/Local/ngrok/ngrok.yml", nil, "version: 3\r\nagent:\r\n    authtoken: \"2abc\" # mine\r\n", "2abc"},
		"Windows, configured":    {"windows", "local/ngrok/ngrok.yml", map[string]string{"LOCALAPPDATA": "local"}, "version: 3\n\n# ngrok\nagent:  # mine\n\n  # the token\n  region: eu\n  authtoken: 2abc\nendpoints:\n  - name: a\n    authtoken: 2other\n", "2abc"},
		"the old location":       {"linux", ".ngrok2/ngrok.yml", nil, "authtoken: 2abc\ntunnels:\n  a:\n    proto: http\n", "2abc"},
		"a file without a token": {"linux", ".config/ngrok/ngrok.yml", nil, "version: 3\nagent:\n  region: eu\n", ""},
		"an empty file":          {"linux", ".config/ngrok/ngrok.yml", nil, "", ""},
		"a token of digits":      {"linux", ".config/ngrok/ngrok.yml", nil, "authtoken: 123456\n", "123456"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			path := filepath.Join(home, filepath.FromSlash(tc.file))
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(tc.text), 0o600); err != nil {
				t.Fatal(err)
			}
			token, file, err := tunnel.AgentToken(machine(home, tc.goos, tc.env))
			if err != nil || token != tc.want {
				t.Fatalf("got %q, %v, want %q", token, err, tc.want)
			}
			if tc.want != "" && file != path {
				t.Errorf("got it from %s, want %s", file, path)
			}
		})
	}
}

func machine(home, goos string, env map[string]string) tunnel.Machine {
	return tunnel.Machine{Home: home, GOOS: goos, LookupEnv: func(name string) (string, bool) {
		v, ok := env[name]
		if !ok {
			return "", false
		}
		return filepath.Join(home, v), true
	}}
}

func TestInvalidAgentFileErrorQuotesNothing(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a flow mapping": "agent: {authtoken: 2secret}\n", "a table": "authtoken:\n  a: 2secret\n", "an alias": "authtoken: *secret\n",
		"a block": "agent:\n  authtoken: |\n    2secret\n", "a tag": "authtoken: !!str 2secret\n", "an escape": "authtoken: \"2\\x73ecret\"\n",
		"elsewhere": "other:\n  authtoken: 2secret\n", "JSON": `{"authtoken": "2secret"}`, "tabs": "agent:\n\tauthtoken: 2secret\n",
	} {
		home := t.TempDir()
		path := filepath.Join(home, ".config", "ngrok", "ngrok.yml")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		token, _, err := tunnel.AgentToken(machine(home, "linux", nil))
		if err == nil || token != "" || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %q, %v, want an error with the path and nothing from the file", name, token, err)
		}
	}
}

func TestNoHomeMeansNoAgentToken(t *testing.T) {
	t.Parallel()
	for _, home := range []string{"", "/dev/null"} {
		if token, file, err := tunnel.AgentToken(machine(home, "linux", nil)); token != "" || file != "" || err != nil {
			t.Errorf("home %q: got %q, %q, %v, want nothing", home, token, file, err)
		}
	}
}
