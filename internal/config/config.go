package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/suggest"
)

// maxFileBytes is the maximum size of a configuration file in bytes.
const maxFileBytes = 256 << 10

// Flags are the command-line flags that select the settings. A flag that was not given is empty.
type Flags struct {
	Config  string
	DataDir string
	Profile string

	// NewProfile allows Profile to name a profile that does not exist yet. [Config.Set] creates it.
	NewProfile bool
}

// Config holds the settings of one run of the program. It must not be changed while other goroutines use it.
type Config struct {
	env   Environment
	flags Flags

	path       string // of the file; empty if it has no location
	pathErr    error  // why it has no location
	pathSource Source // empty if the path is the default

	project          project
	file             *document // its contents; empty if it does not exist
	readableByOthers bool      // other users may read the file
	null             bool      // the file is the null device
	profile          string    // the active profile; empty for the top level
	profileSource    Source
	overrides        map[string]string // set by flags, by key
	values           []resolved        // in the order of Keys
}

// Load reads the settings. If the file does not exist, it counts as empty. Load returns a *FileError for a problem in the file, a
// *ValueError for an invalid value in the environment or a flag, and an *UnknownError if the profile does not exist.
func Load(w Environment, f Flags) (*Config, error) {
	c := &Config{env: w, flags: f}
	c.path, c.pathSource, c.pathErr = filePath(w, f)
	text, err := c.read()
	if err == nil {
		err = c.loadProject()
	}
	if err != nil {
		return nil, err
	}
	if err := c.apply(text); err != nil {
		return nil, err
	}
	return c, nil
}

// FilePath returns the path of the file that Load would read. The file need not exist.
func FilePath(w Environment, f Flags) (string, error) {
	path, _, err := filePath(w, f)
	return path, err
}

func filePath(w Environment, f Flags) (path string, source Source, err error) {
	switch {
	case f.Config != "":
		path, err = w.resolve(f.Config)
		return path, SourceFlag("config"), err
	case w.variable(EnvConfig) != "":
		path, err = w.resolve(w.variable(EnvConfig))
		return path, SourceEnvironment(EnvConfig), err
	}
	path, err = w.defaultFile()
	return path, "", err
}

// defaultFile returns the default path of the configuration file.
func (e Environment) defaultFile() (string, error) {
	dir, err := e.configHome()
	if err != nil {
		return "", err
	}
	return e.join(dir, fileName), nil
}

// FilePath returns the path of the active configuration file. The file need not exist.
func (c *Config) FilePath() (string, error) { return c.path, c.pathErr }

// WebhookFile returns the path of the file that records what is registered with Vidiking. The file need not exist. It is next to the
// configuration file, or next to the default one if the configuration is the null device. Each profile has its own file.
func (c *Config) WebhookFile() (string, error) {
	path, err := c.path, c.pathErr
	if c.null {
		path, err = c.env.defaultFile()
	}
	if path == "" {
		return "", err
	}
	name := strings.TrimSuffix(path, ".toml") + ".webhook"
	if c.profile != "" {
		name += "." + c.profile
	}
	return name + ".json", nil
}

// Profile returns the name of the active profile, or DefaultProfile for the top level.
func (c *Config) Profile() string {
	if c.profile == "" {
		return DefaultProfile
	}
	return c.profile
}

// Profiles returns the names of the file's profiles, sorted.
func (c *Config) Profiles() []string { return c.file.profiles }

// DataDir returns the directory of the delivery log and the sessions. It does not create it.
func (c *Config) DataDir() (string, error) {
	v := c.find(DataDir)
	if v.source == SourceDefault {
		return c.env.stateHome()
	}
	return c.env.resolve(v.text)
}

// ShortPath returns path with the home directory shortened to ~.
func (c *Config) ShortPath(path string) string { return c.env.ShortPath(path) }

// readError returns the error for a file that cannot be read.
func (c *Config) readError(err error) *Error {
	return &Error{Msg: "cannot read the configuration file " + c.env.ShortPath(c.path), Hint: "choose another file with --config FILE", Err: withoutPath(err)}
}

// read reads the file.
func (c *Config) read() ([]byte, error) {
	if c.path == "" {
		return nil, c.givenPathError()
	}
	if c.null = isNull(c.path); c.null {
		return nil, nil
	}
	f, err := atomicfile.Open(c.path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) { // ENOTDIR if HOME is /dev/null
		return nil, nil
	}
	if err != nil {
		return nil, c.readError(err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	text, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return nil, c.readError(err)
	}
	if len(text) > maxFileBytes {
		return nil, &Error{Msg: fmt.Sprintf("%s is larger than %d KiB, which is too large for a configuration file", c.env.ShortPath(c.path), maxFileBytes>>10), Hint: "choose another file with --config FILE"}
	}
	info, err := f.Stat()
	c.readableByOthers = err == nil && c.env.GOOS != "windows" && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0
	return text, nil
}

// givenPathError returns why a path from a flag or the environment cannot be used. Without a home directory there is no default path, but
// that is not an error: there are simply no settings.
func (c *Config) givenPathError() error {
	if c.pathSource == "" {
		return nil
	}
	return c.pathErr
}

// apply parses text as the file's contents and computes the settings.
func (c *Config) apply(text []byte) error {
	file, f := parse(text)
	if f != nil {
		return c.env.fileError(c.path, text, f)
	}
	c.file = file
	if err := c.chooseProfile(); err != nil {
		return err
	}
	return c.resolve()
}

// chooseProfile determines the active profile from the flag, the environment or the file, in this order.
func (c *Config) chooseProfile() error {
	name, source, spelled := c.flags.Profile, SourceFlag("profile"), "--profile"
	if name == "" {
		name, source, spelled = c.env.variable(EnvProfile), SourceEnvironment(EnvProfile), EnvProfile
	}
	if name == "" {
		if text, ok := c.file.lookUp("", Profile); ok {
			name, source = text, SourceFile
		} else {
			name, source = DefaultProfile, SourceDefault
		}
	}
	c.profile, c.profileSource = name, source
	if name == DefaultProfile {
		c.profile = ""
		return nil
	}
	if c.file.hasProfile(name) {
		return nil
	}
	if p := checkProfileName(name); p != nil {
		return &ValueError{Name: spelled, Msg: p.about(spelled), Hint: p.hint}
	}
	if c.flags.NewProfile {
		return nil
	}
	return unknownProfile(name, c.file.profiles)
}

func unknownProfile(name string, names []string) *UnknownError {
	return &UnknownError{Kind: "profile", Name: name, Closest: suggest.Closest(name, names), Known: append([]string{DefaultProfile}, names...)}
}
