package config

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"unicode/utf8"
)

// ErrBusy says that another process was writing the file for so long that waiting for it ended.
var ErrBusy = errors.New("another vidiking is writing it")

// FileError says what is wrong with the configuration file, and where. Text is outside text: it may hold what a terminal obeys.
type FileError struct {
	Path   string // absolute
	Line   int    // from 1; 0 if the position is unknown, and then Column, Width and Text are not set
	Column int    // in characters, from 1
	Width  int    // how many characters of Text are meant, at least 1
	Text   string // the line; what is secret in it is masked by as many dots
	Msg    string // what is wrong
	Hint   string // what to do; may be empty

	shown string // Path as people read it
}

func (e *FileError) Error() string {
	if e.Line == 0 {
		return e.shown + ": " + e.Msg
	}
	return fmt.Sprintf("%s: line %d, column %d: %s", e.shown, e.Line, e.Column, e.Msg)
}

// Advice says what to do.
func (e *FileError) Advice() string { return e.Hint }

// ValueError says that a value does not fit what it was given for.
type ValueError struct {
	Name string // of the setting, as its place spells it: max_body, --max-body, VIDIKING_DATA_DIR
	Msg  string // what goes on from the name: cannot be "x"
	Hint string // what to do; may be empty
}

func (e *ValueError) Error() string { return e.Name + " " + e.Msg }

// Advice says what to do.
func (e *ValueError) Advice() string { return e.Hint }

// UnknownError says that a name names no setting, or no profile.
type UnknownError struct {
	Kind    string // "setting" or "profile"
	Name    string
	Closest string   // the name that was probably meant; may be empty
	Known   []string // the names there are
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("there is no %s %s", e.Kind, printable(e.Name))
}

// Advice says what to do. There are more settings than a line holds.
func (e *UnknownError) Advice() string {
	all := "all profiles: " + strings.Join(e.Known, ", ")
	if e.Kind == "setting" {
		all = "all settings: vidiking config list"
	}
	if e.Closest == "" {
		return all
	}
	return fmt.Sprintf("did you mean %s? %s", e.Closest, strings.ToUpper(all[:1])+all[1:])
}

// Error is a failure that has advice: what happened, and what to do.
type Error struct {
	Msg  string
	Hint string
	Err  error // what it came from; may be nil
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Msg + ": " + e.Err.Error()
	}
	return e.Msg
}

func (e *Error) Unwrap() error { return e.Err }

// NoHomeError reports that a file or directory has no place: neither a flag nor the environment names one, and there is no home directory.
type NoHomeError struct {
	For  string // what has no place
	Hint string
}

func (e *NoHomeError) Error() string { return "there is no home directory, so no place for " + e.For }

// Advice says how to name a place.
func (e *NoHomeError) Advice() string { return e.Hint }

// Advice says what to do.
func (e *Error) Advice() string { return e.Hint }

// withoutPath is why something could not be done with a file, without the call and the path, which the words before it name.
func withoutPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// printable is a name as it can stand in a sentence: quoted if it is anything but letters, digits and the like.
func printable(name string) string {
	strange := func(r rune) bool { return r >= utf8.RuneSelf || !isBareKeyByte(byte(r)) && r != '.' }
	if name != "" && !strings.ContainsFunc(name, strange) {
		return name
	}
	return fmt.Sprintf("%q", name)
}
