package config

import (
	"path/filepath"
	"strings"
)

// Environment is the part of the machine that the package can see.
type Environment struct {
	LookupEnv func(string) (string, bool)
	Home      string // of the user; empty if there is none
	WorkDir   string // base of relative paths on the command line and in the environment
	GOOS      string
}

// Environment variables that the package reads, in addition to those of the operating system for the user's directories.
const (
	EnvConfig  = "VIDIKING_CONFIG"
	EnvDataDir = "VIDIKING_DATA_DIR"
	EnvProfile = "VIDIKING_PROFILE"
	EnvSecret  = "VIDIKING_WEBHOOK_SECRET"
	EnvAPIKey  = "VIDIKING_API_KEY"
	EnvAPIURL  = "VIDIKING_API_URL"
	EnvNgrok   = "NGROK_AUTHTOKEN"
)

const (
	appDir     = "vidiking"
	fileName   = "config.toml"
	secretFile = "webhook-secret"
)

// ShortPath returns path with the home directory shortened to ~.
func (e Environment) ShortPath(path string) string {
	home := strings.TrimRight(e.Home, `/\`)
	if home == "" {
		return path
	}
	rest, ok := strings.CutPrefix(path, home)
	switch {
	case !ok:
		return path
	case rest == "":
		return "~"
	case rest[0] == '/' || rest[0] == '\\' && e.GOOS == "windows":
		return "~" + rest
	default:
		return path
	}
}

// variable returns the value of an environment variable. An empty one counts as unset, because shells can clear a variable for one command.
func (e Environment) variable(name string) string {
	if name == "" { // a setting without a variable
		return ""
	}
	value, _ := e.LookupEnv(name)
	return value
}

// configHome returns the directory of the user's configuration. On macOS it is ~/.config too, where command-line programs such as gh and
// git keep their files.
func (e Environment) configHome() (string, error) {
	dir := e.userDir("XDG_CONFIG_HOME", "APPDATA", []string{".config"}, []string{"AppData", "Roaming"})
	if dir == "" {
		return "", &NoHomeError{For: "the configuration", Hint: "set " + EnvConfig + ", or use --config FILE"}
	}
	return dir, nil
}

// stateHome returns the directory for state that programs keep between runs.
func (e Environment) stateHome() (string, error) {
	dir := e.userDir("XDG_STATE_HOME", "LOCALAPPDATA", []string{".local", "state"}, []string{"AppData", "Local"})
	if dir == "" {
		return "", &NoHomeError{For: "the delivery log", Hint: "set " + EnvDataDir + ", or use --data-dir DIR"}
	}
	return dir, nil
}

// userDir returns one of the program's directories. It is empty if the environment names none and there is no home directory.
func (e Environment) userDir(xdg, windows string, unixDefault, windowsDefault []string) string {
	variables, fallback := []string{xdg}, unixDefault
	if e.GOOS == "windows" {
		variables, fallback = []string{xdg, windows}, windowsDefault
	}
	for _, name := range variables {
		if dir := e.variable(name); e.isAbs(dir) { // relative paths must be ignored (XDG Base Directory Specification)
			return e.join(dir, appDir)
		}
	}
	if e.Home == "" {
		return ""
	}
	return e.join(append(append([]string{e.Home}, fallback...), appDir)...)
}

func (e Environment) homeVariable() string {
	if e.GOOS == "windows" {
		return "USERPROFILE"
	}
	return "HOME"
}

// resolve returns the absolute path of a path that a user typed. It expands ~, because shells do not expand it in --data-dir=~/x.
func (e Environment) resolve(path string) (string, error) {
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || rest[0] == '/' || rest[0] == '\\' && e.GOOS == "windows") {
		if e.Home == "" {
			return "", &Error{Msg: "cannot expand " + path + ": there is no home directory", Hint: "set " + e.homeVariable() + ", or use an absolute path"}
		}
		return e.join(e.Home, strings.TrimLeft(rest, `/\`)), nil
	}
	if e.isAbs(path) || e.WorkDir == "" {
		return filepath.Clean(path), nil
	}
	return e.join(e.WorkDir, path), nil
}

// join and isAbs follow the environment's operating system instead of the build's, so tests can check the paths of both.
func (e Environment) join(parts ...string) string {
	if e.GOOS == "windows" {
		return filepath.Clean(strings.Join(parts, `\`))
	}
	return filepath.Clean(strings.Join(parts, "/"))
}

func (e Environment) isAbs(path string) bool {
	if e.GOOS == "windows" {
		return strings.HasPrefix(path, `\\`) || hasDrive(path)
	}
	return strings.HasPrefix(path, "/")
}

// hasDrive reports whether path begins with a drive letter, such as C:\ or C:/.
func hasDrive(path string) bool {
	return len(path) > 2 && path[1] == ':' && (path[2] == '\\' || path[2] == '/') && (path[0]|0x20 >= 'a' && path[0]|0x20 <= 'z')
}
