package config

import (
	"path/filepath"
	"strings"
)

// Environment is the part of the machine that the package can see.
type Environment struct {
	LookupEnv func(string) (string, bool)
	Home      string // of the user; empty where there is none
	WorkDir   string // what relative paths on the command line and in the environment start from
	GOOS      string
}

// The environment variables that the package reads, beside those of the operating system that lead to the user's directories.
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
func (w Environment) ShortPath(path string) string {
	home := strings.TrimRight(w.Home, `/\`)
	if home == "" {
		return path
	}
	rest, ok := strings.CutPrefix(path, home)
	switch {
	case !ok:
		return path
	case rest == "":
		return "~"
	case rest[0] == '/' || rest[0] == '\\' && w.GOOS == "windows":
		return "~" + rest
	default:
		return path
	}
}

// env is the value of an environment variable. An empty one counts as not set: that is how a shell takes one away for a single command.
func (w Environment) env(name string) string {
	if name == "" { // a setting without a variable
		return ""
	}
	value, _ := w.LookupEnv(name)
	return value
}

// configHome is the directory of the user's configuration. ~/.config serves macOS too: it is where its users of command lines keep
// and look for such files, and gh, git and most others have them there.
func (w Environment) configHome() (string, error) {
	dir := w.userDir("XDG_CONFIG_HOME", "APPDATA", []string{".config"}, []string{"AppData", "Roaming"})
	if dir == "" {
		return "", &NoHomeError{For: "the configuration", Hint: "name a file: set " + EnvConfig + ", or use --config FILE"}
	}
	return dir, nil
}

// stateHome is the directory of what programs keep between runs.
func (w Environment) stateHome() (string, error) {
	dir := w.userDir("XDG_STATE_HOME", "LOCALAPPDATA", []string{".local", "state"}, []string{"AppData", "Local"})
	if dir == "" {
		return "", &NoHomeError{For: "the delivery log", Hint: "name a directory: set " + EnvDataDir + ", or use --data-dir DIR"}
	}
	return dir, nil
}

// userDir is a directory of the program's own; empty if the environment names none and there is no home directory.
func (w Environment) userDir(xdg, windows string, unixDefault, windowsDefault []string) string {
	variables, fallback := []string{xdg}, unixDefault
	if w.GOOS == "windows" {
		variables, fallback = []string{xdg, windows}, windowsDefault
	}
	for _, name := range variables {
		if dir := w.env(name); w.isAbs(dir) { // XDG Base Directory Specification: a relative path is to be ignored
			return w.join(dir, appDir)
		}
	}
	if w.Home == "" {
		return ""
	}
	return w.join(append(append([]string{w.Home}, fallback...), appDir)...)
}

func (w Environment) homeVariable() string {
	if w.GOOS == "windows" {
		return "USERPROFILE"
	}
	return "HOME"
}

// resolve makes an absolute path of one that a person gave: ~ is the home directory, as shells do not expand it in --data-dir=~/x.
func (w Environment) resolve(path string) (string, error) {
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || rest[0] == '/' || rest[0] == '\\' && w.GOOS == "windows") {
		if w.Home == "" {
			return "", &Error{Msg: "there is no home directory for " + path, Hint: "set " + w.homeVariable() + ", or write the path from the root"}
		}
		return w.join(w.Home, strings.TrimLeft(rest, `/\`)), nil
	}
	if w.isAbs(path) || w.WorkDir == "" {
		return filepath.Clean(path), nil
	}
	return w.join(w.WorkDir, path), nil
}

// join and isAbs follow the World's operating system, not that of the build, so that a test sees each system's paths.
func (w Environment) join(parts ...string) string {
	if w.GOOS == "windows" {
		return filepath.Clean(strings.Join(parts, `\`))
	}
	return filepath.Clean(strings.Join(parts, "/"))
}

func (w Environment) isAbs(path string) bool {
	if w.GOOS == "windows" {
		return strings.HasPrefix(path, `\\`) || hasDrive(path)
	}
	return strings.HasPrefix(path, "/")
}

// hasDrive reports whether path begins like C:\ or C:/.
func hasDrive(path string) bool {
	return len(path) > 2 && path[1] == ':' && (path[2] == '\\' || path[2] == '/') && (path[0]|0x20 >= 'a' && path[0]|0x20 <= 'z')
}
