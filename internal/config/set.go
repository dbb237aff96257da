package config

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
)

// Set sets a setting in the active profile, or at the top level if there is none, and writes the file. It creates the profile if necessary.
// It returns an *UnknownError for an unknown setting, a *ValueError for an invalid value, and a *FileError if the file has a problem. The
// file does not change if Set returns an error.
func (c *Config) Set(name, value string) error {
	key, err := FindKey(name)
	if err != nil {
		return err
	}
	value = key.normalize(value)
	p := key.check(value)
	if value == "" {
		p = newProblem("must not be empty", "to remove it: vidiking config unset "+key.Name)
	}
	if p != nil {
		return &ValueError{Name: key.Name, Msg: p.about(key.Name), Hint: p.hint}
	}
	return c.change(func(d *document) ([]byte, error) {
		if key.Name == Profile && value != DefaultProfile && !d.hasProfile(value) {
			return nil, unknownProfile(value, d.profiles)
		}
		after, err := d.set(c.tableOf(key), key, value)
		return after, c.explainByHand(err, "write "+key.maskedEntry(value))
	})
}

// Unset removes the line of a setting from the active profile, or from the top level if there is none. Comments above it stay. It reports
// whether the setting was set.
func (c *Config) Unset(name string) (bool, error) {
	key, err := FindKey(name)
	if err != nil {
		return false, err
	}
	if len(c.file.text) == 0 && (c.null || !c.fileExists()) {
		return false, nil // do not create a directory for it
	}
	found := false
	err = c.change(func(d *document) ([]byte, error) {
		if _, found = d.lookUp(c.tableOf(key), key.Name); !found {
			return d.text, nil
		}
		after, err := d.unset(c.tableOf(key), key)
		return after, c.explainByHand(err, "remove "+key.Name)
	})
	return found && err == nil, err
}

// explainByHand turns errByHand into an error that says what to edit. It returns other errors unchanged.
func (c *Config) explainByHand(err error, what string) error {
	if !errors.Is(err, errByHand) {
		return err
	}
	if c.profile != "" {
		what += " in [" + profilesTable + "." + c.profile + "]"
	}
	return &Error{Msg: err.Error() + ": " + c.env.ShortPath(c.path), Hint: "edit it by hand: " + what}
}

// fileExists reports whether a file exists at the path.
func (c *Config) fileExists() bool {
	_, err := os.Lstat(c.path)
	return err == nil
}

// tableOf returns the profile in which to change a setting. The active profile is always set at the top level.
func (c *Config) tableOf(key Key) string {
	if key.Name == Profile {
		return ""
	}
	return c.profile
}

// change edits the file. It reads it again under the lock, because another process may have changed it.
func (c *Config) change(edit func(*document) ([]byte, error)) error {
	if c.path == "" {
		return c.pathErr
	}
	if isNull(c.path) {
		return &Error{Msg: "the configuration is " + c.path + ", which cannot store settings", Hint: "choose another file with --config FILE"}
	}
	target, err := followLinks(c.path)
	if err != nil {
		return c.writeError(err)
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return c.writeError(err)
	}
	unlock, err := lock(target, lockTimeout)
	if err != nil {
		return c.writeError(err)
	}
	defer unlock()
	before, err := c.read()
	if err != nil {
		return err
	}
	file, f := parse(before)
	if f != nil {
		return c.env.fileError(c.path, before, f)
	}
	after, err := edit(file)
	if err != nil {
		return err
	}
	if bytes.Equal(before, after) {
		return c.apply(before)
	}
	atomicfile.RemoveUnfinished(target)
	if err := atomicfile.WriteBytes(target, 0o600, after); err != nil {
		return c.writeError(err)
	}
	c.readableByOthers = false
	return c.applyWritten(after)
}

// writeError returns the error for a file that cannot be written.
func (c *Config) writeError(err error) *Error {
	e := &Error{Msg: "cannot write the configuration file " + c.env.ShortPath(c.path), Err: withoutPath(err)}
	switch {
	case errors.Is(err, ErrBusy):
		e.Hint = "try again"
	case errors.Is(err, fs.ErrPermission):
		e.Hint = "make its directory writable: the file is replaced as a whole"
	}
	return e
}

// applyWritten computes the settings from the text that was written. It is not an error if the active profile is gone with its last
// setting.
func (c *Config) applyWritten(text []byte) error {
	err := c.apply(text)
	var unknown *UnknownError
	if errors.As(err, &unknown) {
		return c.resolve()
	}
	return err
}
