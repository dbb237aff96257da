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

// Machine is what must be known of a machine to find the files of other programs.
type Machine struct {
	LookupEnv func(string) (string, bool)
	Home      string
	GOOS      string
}

// largestFile is the most that is read of a key or of ngrok's configuration.
const largestFile = 1 << 20

// AgentToken reads the token that ngrok's own agent is configured with, and says in which file. Both are empty where there is none.
func AgentToken(m Machine) (token, file string, err error) {
	for _, path := range m.agentFiles() {
		text, err := atomicfile.Read(path, largestFile)
		switch {
		case errors.Is(err, os.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
			continue
		case err != nil:
			return "", path, fmt.Errorf("read ngrok's configuration: %w", err)
		}
		token, err := tokenIn(text)
		if err != nil {
			return "", path, fmt.Errorf("read ngrok's configuration %s: %w", path, err)
		}
		if token != "" {
			return token, path, nil
		}
	}
	return "", "", nil
}

// agentFiles are the places of the agent's configuration (ngrok docs: Agent Configuration File), and the one that it had before
// version 3.
func (m Machine) agentFiles() []string {
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

// tokenIn reads a configuration of version 2, where the token stands at the top, or 3, where it stands under agent. What else is in it
// is none of our business.
func tokenIn(text []byte) (string, error) {
	var file struct {
		Authtoken string `yaml:"authtoken"`
		Agent     struct {
			Authtoken string `yaml:"authtoken"`
		} `yaml:"agent"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		// The library's words may repeat what stands there.
		return "", errors.New("it is not YAML, or not ngrok's")
	}
	if file.Agent.Authtoken != "" {
		return strings.TrimSpace(file.Agent.Authtoken), nil
	}
	return strings.TrimSpace(file.Authtoken), nil
}
