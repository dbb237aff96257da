package tunnel

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"go.yaml.in/yaml/v4"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
)

// Machine describes the machine, to locate the files of other programs.
type Machine struct {
	LookupEnv func(string) (string, bool)
	Home      string
	GOOS      string
}

// maxFileBytes is the largest key or ngrok configuration that is read.
const maxFileBytes = 1 << 20

// AgentToken reads the token from the configuration of ngrok's own agent and returns it with the file's path. Both are empty if no file
// has a token.
func AgentToken(m Machine) (token, file string, err error) {
	for _, path := range m.agentConfigPaths() {
		text, err := atomicfile.Read(path, maxFileBytes)
		switch {
		case errors.Is(err, os.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
			continue
		case err != nil:
			return "", path, fmt.Errorf("read ngrok's configuration: %w", err)
		}
		token, err := parseAgentToken(text)
		if err != nil {
			return "", path, fmt.Errorf("read ngrok's configuration %s: %w", path, err)
		}
		if token != "" {
			return token, path, nil
		}
	}
	return "", "", nil
}

// agentConfigPaths lists where the agent keeps its configuration (ngrok docs: Agent Configuration File), newest location first. The last
// one is from before version 3.
func (m Machine) agentConfigPaths() []string {
	if m.Home == "" {
		return nil
	}
	var dir string
	switch m.GOOS {
	case "darwin":
		dir = filepath.Join(m.Home, "Library", "Application Support")
	case "windows":
		dir = m.env("LOCALAPPDATA", filepath.Join(m.Home, "AppData", "Local"))
	default:
		dir = m.env("XDG_CONFIG_HOME", filepath.Join(m.Home, ".config"))
	}
	return []string{filepath.Join(dir, "ngrok", "ngrok.yml"), filepath.Join(m.Home, ".ngrok2", "ngrok.yml")}
}

func (m Machine) env(name, otherwise string) string {
	if v, _ := m.LookupEnv(name); v != "" {
		return v
	}
	return otherwise
}

// parseAgentToken reads the token from a version 2 configuration, where it is at the top level, or a version 3 configuration, where it is
// under agent. It ignores everything else.
func parseAgentToken(text []byte) (string, error) {
	var file struct {
		Authtoken string `yaml:"authtoken"`
		Agent     struct {
			Authtoken string `yaml:"authtoken"`
		} `yaml:"agent"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		// The YAML error may quote the file, which holds the token.
		return "", errors.New("not YAML, or not an ngrok configuration")
	}
	if file.Agent.Authtoken != "" {
		return strings.TrimSpace(file.Agent.Authtoken), nil
	}
	return strings.TrimSpace(file.Authtoken), nil
}
