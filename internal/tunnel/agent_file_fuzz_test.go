package tunnel

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

func FuzzAgentTokenAgreesWithYAML(f *testing.F) {
	for _, text := range []string{
		"version: 3\nagent:\n  authtoken: 2abc\n", "authtoken: '2abc' # mine\n", "agent:\n  authtoken: 2abc\n  more\n", "authtoken:\n  2abc\n",
		"agent:\n  a: |\n    x\n  authtoken: \"2abc\"\n", "a: 'x\n  y'\nauthtoken: 2abc\n", "authtoken: 2abc\nagent:\n  region: eu\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var file struct {
			Authtoken string `yaml:"authtoken"`
			Agent     struct {
				Authtoken string `yaml:"authtoken"`
			} `yaml:"agent"`
		}
		if yaml.Unmarshal([]byte(text), &file) != nil {
			return
		}
		want := file.Agent.Authtoken
		if want == "" {
			want = file.Authtoken
		}
		if got, err := parseAgentToken([]byte(text)); err == nil && got != strings.TrimSpace(want) {
			t.Errorf("got %q, want %q, as YAML has it", got, want)
		}
	})
}
