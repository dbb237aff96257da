package config

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
)

// Set sets a setting in the profile in use, or at the top level where there is none, and writes the file. The profile is made where it
// is not there. It returns an *UnknownError for a name that is no setting's, a *ValueError for a wrong value, a *FileError where the
// file is wrong already; in each case, as in every other of failure, the file stays as it is.
func (c *Config) Set(name, value string) error {
	key, err := FindKey(name)
	if err != nil {
		return err
	}
	value = key.normal(value)
	p := key.check(value)
	if value == "" {
		p = &problem{"can't be empty", "to take it away: vidiking config unset " + key.Name}
	}
	if p != nil {
		return &ValueError{Name: key.Name, Msg: p.msg, Hint: p.hint}
	}
	return c.change(func(d *document) ([]byte, error) {
		if key.Name == Profile && value != DefaultProfile && !d.hasProfile(value) {
			return nil, unknownProfile(value, d.profiles)
		}
		after, err := d.set(c.tableOf(key), key, value)
		return after, c.byHand(err, "write "+key.shownEntry(value))
	})
}

// Unset takes a setting out of the profile in use, or of the top level where there is none, with the line that it stands in; comments
// above it stay. It reports whether it was there.
func (c *Config) Unset(name string) (bool, error) {
	key, err := FindKey(name)
	if err != nil {
		return false, err
	}
	if len(c.file.text) == 0 && (c.null || !c.isThere()) {
		return false, nil // and no directory is made for it
	}
	found := false
	err = c.change(func(d *document) ([]byte, error) {
		if _, found = d.lookUp(c.tableOf(key), key.Name); !found {
			return d.text, nil
		}
		after, err := d.unset(c.tableOf(key), key)
		return after, c.byHand(err, "remove "+key.Name)
	})
	return found && err == nil, err
}

// byHand explains errByHand, with what to do in an editor. Other errors stay.
func (c *Config) byHand(err error, what string) error {
	if !errors.Is(err, errByHand) {
		return err
	}
	if c.profile != "" {
		what += " in [" + profilesTable + "." + c.profile + "]"
	}
	return &Error{Msg: err.Error() + ": " + c.world.ShortPath(c.path), Hint: "edit it by hand: " + what}
}

// isThere reports whether there is anything at the file's path by now.
func (c *Config) isThere() bool {
	_, err := os.Lstat(c.path)
	return err == nil
}

// tableOf is the profile that a setting is changed in. Which profile is in use stands at the top level.
func (c *Config) tableOf(key Key) string {
	if key.Name == Profile {
		return ""
	}
	return c.profile
}

// change reads the file anew under the lock, since another process may have changed it, edits it, and writes it.
func (c *Config) change(edit func(*document) ([]byte, error)) error {
	if c.path == "" {
		return c.pathErr
	}
	if isNull(c.path) {
		return &Error{Msg: "the configuration is " + c.path + ", which keeps nothing", Hint: "another file: --config FILE"}
	}
	target, err := followLinks(c.path)
	if err != nil {
		return c.notWritten(err)
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return c.notWritten(err)
	}
	unlock, err := lock(target, lockTimeout)
	if err != nil {
		return c.notWritten(err)
	}
	defer unlock()
	before, err := c.read()
	if err != nil {
		return err
	}
	file, f := parse(before)
	if f != nil {
		return c.world.fileError(c.path, before, f)
	}
	after, err := edit(file)
	if err != nil {
		return err
	}
	if bytes.Equal(before, after) {
		return c.adopt(before)
	}
	atomicfile.RemoveUnfinished(target)
	if err := atomicfile.WriteBytes(target, 0o600, after); err != nil {
		return c.notWritten(err)
	}
	c.exposed = false
	return c.adoptChanged(after)
}

// notWritten says that the file could not be written, and what to do where that is known.
func (c *Config) notWritten(err error) *Error {
	e := &Error{Msg: "can't write the configuration " + c.world.ShortPath(c.path), Err: withoutPath(err)}
	switch {
	case errors.Is(err, ErrBusy):
		e.Hint = "try again"
	case errors.Is(err, fs.ErrPermission):
		e.Hint = "its directory must be writable too, for the file is replaced as a whole"
	}
	return e
}

// adoptChanged makes what was written what the file holds. That the profile in use went with its last setting is no error here.
func (c *Config) adoptChanged(text []byte) error {
	err := c.adopt(text)
	var unknown *UnknownError
	if errors.As(err, &unknown) {
		return c.resolve()
	}
	return err
}
