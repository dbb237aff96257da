package tunnel

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

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

// errAgentFile quotes nothing from the file, which holds the token.
var errAgentFile = errors.New("its authtoken is not on a line of its own, as in `authtoken: TOKEN`")

// parseAgentToken reads the token from a version 2 configuration, where it is at the top level, or a version 3 configuration, where it is
// under agent. Everything else is ignored, because a YAML library would make every start of the program slower, and the program larger.
// A token that is written in another way than ngrok writes it is an error.
func parseAgentToken(text []byte) (string, error) {
	var top, agent, indent, tokenDepth string
	inAgent, afterToken, mentioned := false, false, false
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(strings.TrimRight(line, " \t\r\n"), " #")
		content := strings.TrimLeft(line, " ")
		if content == "" || content[0] == '#' {
			continue
		}
		mentioned = mentioned || strings.Contains(content, "authtoken")
		depth := line[:len(line)-len(content)]
		if afterToken && len(depth) > len(tokenDepth) {
			return "", errAgentFile // the value continues
		}
		key, value, _ := strings.Cut(content, ":")
		value = strings.TrimSpace(value)
		afterToken = key == "authtoken"
		tokenDepth = depth
		switch {
		case depth == "":
			inAgent, indent = key == "agent" && value == "", ""
			if key == "authtoken" {
				top = value
			}
		case inAgent:
			if indent == "" {
				indent = depth
			}
			if key == "authtoken" && depth == indent {
				agent = value
			}
		}
	}
	token, err := unquote(cmp.Or(agent, top))
	if err == nil && token == "" && mentioned {
		err = errAgentFile
	}
	return token, err
}

// unquote returns the value of a YAML scalar that is written like a token: letters, digits and "_-", perhaps in quotes.
func unquote(value string) (string, error) {
	if n := len(value); n >= 2 && value[0] == value[n-1] && strings.ContainsRune(`"'`, rune(value[0])) {
		value = value[1 : n-1]
	}
	isOther := func(c rune) bool {
		return c != '_' && c != '-' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
	}
	if strings.ContainsFunc(value, isOther) {
		return "", errAgentFile
	}
	return value, nil
}
