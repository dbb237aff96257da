package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Source describes where a value came from.
type Source string

// Sources without a name.
const (
	SourceDefault Source = "default"
	SourceFile    Source = "file" // its top level
)

// SourceProfile returns the source of a value from a profile of the file.
func SourceProfile(name string) Source { return Source("profile " + name) }

// SourceEnvironment returns the source of a value from an environment variable.
func SourceEnvironment(name string) Source { return Source("environment " + name) }

// SourceFlag returns the source of a value from a command-line flag, named without --.
func SourceFlag(name string) Source { return Source("flag --" + name) }

// Value is the value of a setting, and its source.
type Value struct {
	Key    Key
	Text   string // masked if it is a secret
	Source Source
}

// Warning describes a likely mistake that does not keep the settings from being used.
type Warning struct {
	Msg     string
	Hint    string
	Exposed bool // the warning is that other users can read the file
}

// resolved is the value of a setting, with secrets unmasked.
type resolved struct {
	key    Key
	text   string
	source Source
}

// Get returns the value of a setting. - and _ are interchangeable in its name. It returns an *UnknownError if there is no such setting.
func (c *Config) Get(name string) (Value, error) {
	key, err := FindKey(name)
	if err != nil {
		return Value{}, err
	}
	return c.display(c.find(key.Name)), nil
}

// List returns every setting, in the order of Keys.
func (c *Config) List() []Value {
	values := make([]Value, len(c.values))
	for i, v := range c.values {
		values[i] = c.display(v)
	}
	return values
}

// display returns a value for display: secrets masked, directories absolute.
func (c *Config) display(v resolved) Value {
	switch {
	case v.key.Secret:
		v.text = webhook.SecretFrom(v.text).String()
	case v.key.Name == NgrokProxyURL:
		v.text = withoutPassword(v.text)
	case v.key.Name == DataDir:
		v.text, _ = c.DataDir() // without a home directory there is no path to show
	}
	return Value{v.key, v.text, v.source}
}

// Override sets the value that a flag gave for a setting. It overrides all other sources. It returns a *ValueError if the value is invalid.
func (c *Config) Override(name, value string) error {
	key, err := FindKey(name)
	if err != nil {
		return err
	}
	if key.Flag == "" {
		return &ValueError{Name: key.Name, Msg: key.Name + " cannot be set on the command line", Hint: "set " + key.Env}
	}
	if p := key.check(key.normalize(value)); p != nil && key.Name != DataDir {
		return &ValueError{Name: "--" + key.Flag, Msg: p.about("--" + key.Flag), Hint: p.hint}
	}
	if c.overrides == nil {
		c.overrides = map[string]string{}
	}
	c.overrides[key.Name] = key.normalize(value)
	return c.resolve()
}

// String returns the value of a setting, or its default. It returns "" for an unknown name.
func (c *Config) String(name string) string { return c.find(name).text }

// Strings returns the items of a list setting. It returns nil if the list is empty.
func (c *Config) Strings(name string) []string { return splitList(c.find(name).text) }

// Duration returns the value of a duration setting.
func (c *Config) Duration(name string) time.Duration {
	d, _ := time.ParseDuration(c.find(name).text) // checked when it was read
	return d
}

// Bytes returns the value of a size setting.
func (c *Config) Bytes(name string) int64 {
	n, _ := parseBytes(c.find(name).text) // checked when it was read
	return n
}

// Number returns the value of a whole-number setting.
func (c *Config) Number(name string) int {
	n, _ := strconv.Atoi(c.find(name).text) // checked when it was read
	return n
}

// Reveal returns the value of a secret setting, unmasked.
func (c *Config) Reveal(name string) string { return c.find(name).text }

// Path returns the absolute path of a file or directory setting. It is empty if the setting is not set.
func (c *Config) Path(name string) (string, error) {
	text := c.find(name).text
	if text == "" {
		return "", nil
	}
	return c.env.resolve(text)
}

// Source returns where a setting's value came from.
func (c *Config) Source(name string) Source { return c.find(name).source }

// Secret returns the configured webhook secret and its source.
func (c *Config) Secret() (webhook.Secret, Source, bool) {
	v := c.find(WebhookSecret)
	return webhook.SecretFrom(v.text), v.source, v.text != ""
}

// KnownSecret is a configured webhook secret and its source.
type KnownSecret struct {
	Secret webhook.Secret
	Source Source
}

// Secrets returns the active webhook secret, followed by all others in the environment and the file. A signature may have been made with
// the secret of another profile.
func (c *Config) Secrets() []KnownSecret {
	var all []KnownSecret
	add := func(text string, source Source) {
		sameSource := func(k KnownSecret) bool { return k.Source == source }
		if text != "" && !slices.ContainsFunc(all, sameSource) {
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

// SecretInFile returns the webhook secret that the file has for the active profile, even if another source overrides it.
func (c *Config) SecretInFile() (webhook.Secret, bool) {
	text, ok := c.file.lookUp(c.profile, WebhookSecret)
	if !ok && c.profile != "" {
		text, ok = c.file.lookUp("", WebhookSecret)
	}
	return webhook.SecretFrom(text), ok
}

// APIKey returns the configured API key and its source.
func (c *Config) APIKey() (webhook.Secret, Source, bool) {
	v := c.find(APIKey)
	return webhook.SecretFrom(v.text), v.source, v.text != ""
}

// Bool returns the value of a true-or-false setting.
func (c *Config) Bool(name string) bool { return c.find(name).text == "true" }

// Warnings returns the likely mistakes in the settings.
func (c *Config) Warnings() []Warning {
	var warnings []Warning
	if path := c.env.ShortPath(c.path); c.readableByOthers && c.FileHoldsSecret() {
		warnings = append(warnings, Warning{Msg: "other users of this machine can read the secret in " + path, Hint: "chmod 600 " + path, Exposed: true})
	}
	if c.pathSource != "" && len(c.file.text) == 0 && !c.null {
		warnings = append(warnings, Warning{Msg: c.env.ShortPath(c.path) + " (" + string(c.pathSource) + ") does not exist or is empty", Hint: "create it with vidiking config set"})
	}
	if path := c.env.ShortPath(c.project.path); c.project.untrusted {
		warnings = append(warnings, Warning{Msg: path + " is ignored: it belongs to another user, in a directory that everyone can write to", Hint: "if you trust it, copy it to your working directory"})
	}
	secret, key := c.find(WebhookSecret), c.find(APIKey)
	if w, odd := warnSecretPrefix(secret.text, secret.source); odd {
		warnings = append(warnings, w)
	}
	if strings.HasPrefix(key.text, secretPrefix) {
		warnings = append(warnings, Warning{
			Msg:  fmt.Sprintf("the API key (%s) begins with %s, as webhook secrets do", key.source, secretPrefix),
			Hint: "use the key to call Vidiking, and the secret to verify what Vidiking sends",
		})
	}
	return warnings
}

// FileHoldsSecret reports whether the file contains a secret of any kind.
func (c *Config) FileHoldsSecret() bool {
	for id := range c.file.settings {
		if key, err := FindKey(id.key); err == nil && key.Secret {
			return true
		}
	}
	return false
}

// find returns the value of a setting by its exact name.
func (c *Config) find(name string) resolved {
	i := slices.IndexFunc(c.values, func(v resolved) bool { return v.key.Name == name })
	if i < 0 {
		return resolved{}
	}
	return c.values[i]
}

// resolve computes every value from its possible sources.
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
	if given := c.env.variable(key.Env); given != "" {
		if p := key.check(given); p != nil && key.Name != DataDir {
			return resolved{}, &ValueError{Name: key.Env, Msg: p.about(key.Env), Hint: p.hint}
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

// colorOfEnvironment returns the color setting of the environment. NO_COLOR counts unless it is empty (no-color.org), CLICOLOR_FORCE unless
// it is empty or 0 (bixense.com/clicolors). NO_COLOR takes precedence.
func (c *Config) colorOfEnvironment() (text string, source Source, ok bool) {
	if c.env.variable("NO_COLOR") != "" {
		return "never", SourceEnvironment("NO_COLOR"), true
	}
	if force := c.env.variable("CLICOLOR_FORCE"); force != "" && force != "0" {
		return "always", SourceEnvironment("CLICOLOR_FORCE"), true
	}
	return "", "", false
}
