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

// largestFile is the most that is read as a configuration: what is larger is something else.
const largestFile = 256 << 10

// Flags is what was given on the command line for finding the settings; empty where it was not.
type Flags struct {
	Config  string
	DataDir string
	Profile string

	// NewProfile lets Profile name one that the file does not have yet, for [Config.Set], which makes it.
	NewProfile bool
}

// Config is the settings of one run of the program. It is not safe for use by several goroutines at once while it is changed.
type Config struct {
	world Environment
	flags Flags

	path      string // of the file; empty where there is no place for one
	pathErr   error  // why there is none
	pathGiven Source // empty where the path is the default one

	project       project
	file          *document // what it holds; empty where it is absent
	exposed       bool      // others may read the file
	null          bool      // the file is the null device
	profile       string    // in use; empty for the top level
	profileSource Source
	overrides     map[string]string // by key: what flags gave
	values        []resolved        // in the order of Keys
}

// Load reads the settings. An absent file is an empty one. What is wrong in the file is a *FileError, a wrong value in the
// environment or in flags a *ValueError, and a profile that is not there an *UnknownError.
func Load(w Environment, f Flags) (*Config, error) {
	c := &Config{world: w, flags: f}
	c.path, c.pathGiven, c.pathErr = filePath(w, f)
	text, err := c.read()
	if err == nil {
		err = c.loadProject()
	}
	if err != nil {
		return nil, err
	}
	if err := c.adopt(text); err != nil {
		return nil, err
	}
	return c, nil
}

// FilePath is the path of the file that Load would read, whatever it holds.
func FilePath(w Environment, f Flags) (string, error) {
	path, _, err := filePath(w, f)
	return path, err
}

func filePath(w Environment, f Flags) (path string, given Source, err error) {
	switch {
	case f.Config != "":
		path, err = w.resolve(f.Config)
		return path, SourceFlag("config"), err
	case w.env(EnvConfig) != "":
		path, err = w.resolve(w.env(EnvConfig))
		return path, SourceEnvironment(EnvConfig), err
	}
	path, err = w.defaultFile()
	return path, "", err
}

// defaultFile is the path of the configuration if none was given.
func (w Environment) defaultFile() (string, error) {
	dir, err := w.configHome()
	if err != nil {
		return "", err
	}
	return w.join(dir, fileName), nil
}

// FilePath is the path of the file in use, whether it exists or not.
func (c *Config) FilePath() (string, error) { return c.path, c.pathErr }

// WebhookFile is the file beside the configuration that keeps what was registered with Vidiking, whether it exists or not. Each
// profile has its own. If the configuration is the null device, the file is the one beside the default configuration.
func (c *Config) WebhookFile() (string, error) {
	path, err := c.path, c.pathErr
	if c.null {
		path, err = c.world.defaultFile()
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

// Profile is the name of the profile in use, DefaultProfile for the top level.
func (c *Config) Profile() string {
	if c.profile == "" {
		return DefaultProfile
	}
	return c.profile
}

// Profiles lists the profiles of the file, sorted.
func (c *Config) Profiles() []string { return c.file.profiles }

// DataDir is the directory of log and sessions. Nothing is made.
func (c *Config) DataDir() (string, error) {
	v := c.find(DataDir)
	if v.source == SourceDefault {
		return c.world.stateHome()
	}
	return c.world.resolve(v.text)
}

// ShortPath returns path with the home directory shortened to ~.
func (c *Config) ShortPath(path string) string { return c.world.ShortPath(path) }

// notRead says that the file could not be read.
func (c *Config) notRead(err error) *Error {
	return &Error{Msg: "can't read the configuration " + c.world.ShortPath(c.path), Hint: "another file: --config FILE", Err: withoutPath(err)}
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
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) { // the latter where HOME is /dev/null
		return nil, nil
	}
	if err != nil {
		return nil, c.notRead(err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	text, err := io.ReadAll(io.LimitReader(f, largestFile+1))
	if err != nil {
		return nil, c.notRead(err)
	}
	if len(text) > largestFile {
		return nil, &Error{Msg: fmt.Sprintf("%s is larger than %d KiB, so it is no configuration", c.world.ShortPath(c.path), largestFile>>10), Hint: "another file: --config FILE"}
	}
	info, err := f.Stat()
	c.exposed = err == nil && c.world.GOOS != "windows" && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0
	return text, nil
}

// givenPathError is the error of a path that was given and leads nowhere. That there is no home to look in is none: there are no
// settings then.
func (c *Config) givenPathError() error {
	if c.pathGiven == "" {
		return nil
	}
	return c.pathErr
}

// adopt makes text what the file holds.
func (c *Config) adopt(text []byte) error {
	file, f := parse(text)
	if f != nil {
		return c.world.fileError(c.path, text, f)
	}
	c.file = file
	if err := c.chooseProfile(); err != nil {
		return err
	}
	return c.resolve()
}

// chooseProfile finds the profile in use: that of the flag, else of the environment, else of the file.
func (c *Config) chooseProfile() error {
	name, source, spelled := c.flags.Profile, SourceFlag("profile"), "--profile"
	if name == "" {
		name, source, spelled = c.world.env(EnvProfile), SourceEnvironment(EnvProfile), EnvProfile
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
		return &ValueError{Name: spelled, Msg: p.msg, Hint: p.hint}
	}
	if c.flags.NewProfile {
		return nil
	}
	return unknownProfile(name, c.file.profiles)
}

func unknownProfile(name string, names []string) *UnknownError {
	return &UnknownError{Kind: "profile", Name: name, Closest: suggest.Closest(name, names), Known: append([]string{DefaultProfile}, names...)}
}
