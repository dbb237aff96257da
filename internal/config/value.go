package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Source says where a value came from, in words.
type Source string

// The sources without a name of their own.
const (
	SourceDefault Source = "default"
	SourceFile    Source = "file" // its top level
)

// SourceProfile is a profile of the file.
func SourceProfile(name string) Source { return Source("profile " + name) }

// SourceEnvironment is an environment variable.
func SourceEnvironment(name string) Source { return Source("environment " + name) }

// SourceFlag is a flag of the command line, named without --.
func SourceFlag(name string) Source { return Source("flag --" + name) }

// Value is what a setting has, and where it came from.
type Value struct {
	Key    Key
	Text   string // a secret's is masked
	Source Source
}

// Warning is what is odd about the settings, and does not keep them from being used.
type Warning struct {
	Msg     string
	Hint    string
	Exposed bool // it is that others may read the file
}

// resolved is the value of a setting, not masked.
type resolved struct {
	key    Key
	text   string
	source Source
}

// Get returns the value of a setting, or an *UnknownError. - and _ are the same in its name.
func (c *Config) Get(name string) (Value, error) {
	key, err := FindKey(name)
	if err != nil {
		return Value{}, err
	}
	return c.shown(c.find(key.Name)), nil
}

// List returns every setting, in the order of Keys.
func (c *Config) List() []Value {
	values := make([]Value, len(c.values))
	for i, v := range c.values {
		values[i] = c.shown(v)
	}
	return values
}

// shown is a value as it can be shown: a secret masked, a directory whole.
func (c *Config) shown(v resolved) Value {
	switch {
	case v.key.Secret:
		v.text = webhook.SecretFrom(v.text).String()
	case v.key.Name == NgrokProxyURL:
		v.text = withoutPassword(v.text)
	case v.key.Name == DataDir:
		v.text, _ = c.DataDir() // without a home there is none to show
	}
	return Value{v.key, v.text, v.source}
}

// Override sets what a flag gave for a setting, which beats all else. It returns a *ValueError where the value does not fit.
func (c *Config) Override(name, value string) error {
	key, err := FindKey(name)
	if err != nil {
		return err
	}
	if key.Flag == "" {
		return &ValueError{Name: key.Name, Msg: "is never taken from the command line", Hint: "it can come from " + key.Env}
	}
	if p := key.check(key.normal(value)); p != nil && key.Name != DataDir {
		return &ValueError{Name: "--" + key.Flag, Msg: p.msg, Hint: p.hint}
	}
	if c.overrides == nil {
		c.overrides = map[string]string{}
	}
	c.overrides[key.Name] = key.normal(value)
	return c.resolve()
}

// String returns a setting's text: the default's where it was not set. A name that is none gives "".
func (c *Config) String(name string) string { return c.find(name).text }

// Strings returns the items of a setting that is a list; nil where it is empty.
func (c *Config) Strings(name string) []string { return splitList(c.find(name).text) }

// Duration returns a setting that is a duration.
func (c *Config) Duration(name string) time.Duration {
	d, _ := time.ParseDuration(c.find(name).text) // checked when it was read
	return d
}

// Bytes returns a setting that is a size.
func (c *Config) Bytes(name string) int64 {
	n, _ := parseBytes(c.find(name).text) // checked when it was read
	return n
}

// Number returns a setting that is a whole number.
func (c *Config) Number(name string) int {
	n, _ := strconv.Atoi(c.find(name).text) // checked when it was read
	return n
}

// Reveal returns a setting that is a secret as it is.
func (c *Config) Reveal(name string) string { return c.find(name).text }

// Path returns a setting that is a file or directory, from the root; empty where it is not set.
func (c *Config) Path(name string) (string, error) {
	text := c.find(name).text
	if text == "" {
		return "", nil
	}
	return c.world.resolve(text)
}

// Source returns where a setting's value came from.
func (c *Config) Source(name string) Source { return c.find(name).source }

// Secret returns the webhook secret that was given, and where.
func (c *Config) Secret() (webhook.Secret, Source, bool) {
	v := c.find(WebhookSecret)
	return webhook.SecretFrom(v.text), v.source, v.text != ""
}

// KnownSecret is a webhook secret that stands somewhere, and where.
type KnownSecret struct {
	Secret webhook.Secret
	Source Source
}

// Secrets returns the webhook secret that is in use, then every other one that environment and file hold: what a signature may have been
// made with by somebody who works with another profile.
func (c *Config) Secrets() []KnownSecret {
	var all []KnownSecret
	add := func(text string, source Source) {
		isIt := func(k KnownSecret) bool { return k.Source == source }
		if text != "" && !slices.ContainsFunc(all, isIt) {
			all = append(all, KnownSecret{webhook.SecretFrom(text), source})
		}
	}
	inUse := c.find(WebhookSecret)
	add(inUse.text, inUse.source)
	for _, profile := range append([]string{""}, c.file.profiles...) {
		source := SourceFile
		if profile != "" {
			source = SourceProfile(profile)
		}
		if text, ok := c.file.lookUp(profile, WebhookSecret); ok {
			add(text, source)
		}
	}
	return all
}

// SecretInFile returns the webhook secret that the file has for the profile in use, whether it counts or not.
func (c *Config) SecretInFile() (webhook.Secret, bool) {
	text, ok := c.file.lookUp(c.profile, WebhookSecret)
	if !ok && c.profile != "" {
		text, ok = c.file.lookUp("", WebhookSecret)
	}
	return webhook.SecretFrom(text), ok
}

// APIKey returns the key of the account that was given, and where.
func (c *Config) APIKey() (webhook.Secret, Source, bool) {
	v := c.find(APIKey)
	return webhook.SecretFrom(v.text), v.source, v.text != ""
}

// Bool returns a setting that is true or false.
func (c *Config) Bool(name string) bool { return c.find(name).text == "true" }

// Warnings lists what is odd.
func (c *Config) Warnings() []Warning {
	var warnings []Warning
	if path := c.world.ShortPath(c.path); c.exposed && c.FileHoldsSecret() {
		warnings = append(warnings, Warning{Msg: "others on this machine can read the secret in " + path, Hint: "chmod 600 " + path, Exposed: true})
	}
	if c.pathGiven != "" && len(c.file.text) == 0 && !c.null {
		warnings = append(warnings, Warning{Msg: c.world.ShortPath(c.path) + " (" + string(c.pathGiven) + ") is absent or empty", Hint: "it is made by vidiking config set"})
	}
	if path := c.world.ShortPath(c.project.path); c.project.foreign {
		warnings = append(warnings, Warning{Msg: path + " is somebody else's, where everyone may write: nothing of it is used", Hint: "copy it to where you work, if it is right"})
	}
	secret, key := c.find(WebhookSecret), c.find(APIKey)
	if w, odd := warnSecretPrefix(secret.text, secret.source); odd {
		warnings = append(warnings, w)
	}
	if strings.HasPrefix(key.text, secretPrefix) {
		warnings = append(warnings, Warning{
			Msg:  fmt.Sprintf("the API key (%s) begins with %s, as webhook secrets do", key.source, secretPrefix),
			Hint: "they are two things: the key calls Vidiking, the secret signs what Vidiking sends",
		})
	}
	return warnings
}

// FileHoldsSecret reports whether there is a secret of any kind in the file.
func (c *Config) FileHoldsSecret() bool {
	for id := range c.file.settings {
		if key, err := FindKey(id.key); err == nil && key.Secret {
			return true
		}
	}
	return false
}

// find returns the value of the setting that has exactly that name.
func (c *Config) find(name string) resolved {
	i := slices.IndexFunc(c.values, func(v resolved) bool { return v.key.Name == name })
	if i < 0 {
		return resolved{}
	}
	return c.values[i]
}

// resolve computes every value from where it may come.
func (c *Config) resolve() error {
	keys := Keys()
	values := make([]resolved, len(keys))
	for i, key := range keys {
		v, err := c.resolveKey(key)
		if err != nil {
			return err
		}
		values[i] = v
	}
	c.values = values
	return nil
}

func (c *Config) resolveKey(key Key) (resolved, error) {
	v := resolved{key, key.Default, SourceDefault}
	if text, ok := c.file.lookUp("", key.Name); ok {
		v.text, v.source = text, SourceFile
	}
	if c.profile != "" {
		if text, ok := c.file.lookUp(c.profile, key.Name); ok {
			v.text, v.source = text, SourceProfile(c.profile)
		}
	}
	if text, ok := c.project.texts[key.Name]; ok {
		v.text, v.source = text, c.projectSource()
	}
	if key.Name == Profile {
		v.text, v.source = c.Profile(), c.profileSource
		return v, nil
	}
	if given := c.world.env(key.Env); given != "" {
		if p := key.check(given); p != nil && key.Name != DataDir {
			return resolved{}, &ValueError{Name: key.Env, Msg: p.msg, Hint: p.hint}
		}
		v.text, v.source = given, SourceEnvironment(key.Env)
	}
	if key.Name == Color {
		if text, source, ok := c.colorOfEnvironment(); ok {
			v.text, v.source = text, source
		}
	}
	if key.Name == DataDir && c.flags.DataDir != "" {
		v.text, v.source = c.flags.DataDir, SourceFlag(key.Flag)
	}
	if text, ok := c.overrides[key.Name]; ok {
		v.text, v.source = text, SourceFlag(key.Flag)
	}
	return v, nil
}

// colorOfEnvironment is what the environment says on colour. NO_COLOR counts when it is not empty (no-color.org), CLICOLOR_FORCE when
// it is not 0 either (bixense.com/clicolors); the former is stronger.
func (c *Config) colorOfEnvironment() (text string, source Source, ok bool) {
	if c.world.env("NO_COLOR") != "" {
		return "never", SourceEnvironment("NO_COLOR"), true
	}
	if force := c.world.env("CLICOLOR_FORCE"); force != "" && force != "0" {
		return "always", SourceEnvironment("CLICOLOR_FORCE"), true
	}
	return "", "", false
}
