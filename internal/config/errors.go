package config

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// ErrBusy indicates that another process held the lock of the file until the wait timed out.
var ErrBusy = errors.New("another vidiking is writing to it")

// FileError describes a problem in a configuration file, and its position. Text comes from the file and may contain terminal escapes.
type FileError struct {
	Path   string // absolute
	Line   int    // from 1; 0 if the position is unknown, and then Column, Width and Text are not set
	Column int    // in characters, from 1
	Width  int    // number of characters of Text to highlight, at least 1
	Text   string // the line, with secrets masked by as many dots
	Msg    string // what is wrong
	Hint   string // what to do; may be empty

	shortPath string // Path with ~ for the home directory
}

func (e *FileError) Error() string {
	if e.Line == 0 {
		return e.shortPath + ": " + e.Msg
	}
	return fmt.Sprintf("%s: line %d, column %d: %s", e.shortPath, e.Line, e.Column, e.Msg)
}

// Advice returns the hint.
func (e *FileError) Advice() string { return e.Hint }

// ValueError describes an invalid value of a setting.
type ValueError struct {
	Name string // of the setting as the user wrote it: max_body, --max-body or VIDIKING_MAX_BODY
	Msg  string // the whole message, with the name
	Hint string // what to do; may be empty
}

func (e *ValueError) Error() string { return e.Msg }

// Advice returns the hint.
func (e *ValueError) Advice() string { return e.Hint }

// UnknownError indicates that a setting or a profile does not exist.
type UnknownError struct {
	Kind    string // "setting" or "profile"
	Name    string
	Closest string   // the most similar name; may be empty
	Known   []string // the existing names
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("unknown %s %q", e.Kind, e.Name)
}

// Advice returns the hint. It lists the profiles, but not the settings, which do not fit in one line.
func (e *UnknownError) Advice() string {
	all := "profiles: " + strings.Join(e.Known, ", ")
	if e.Kind == "setting" {
		all = "list all settings: vidiking config list"
	}
	if e.Closest == "" {
		return all
	}
	return fmt.Sprintf("did you mean %s? %s", e.Closest, strings.ToUpper(all[:1])+all[1:])
}

// Error is a failure with a hint.
type Error struct {
	Msg  string
	Hint string
	Err  error // the cause; may be nil
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Msg + ": " + e.Err.Error()
	}
	return e.Msg
}

func (e *Error) Unwrap() error { return e.Err }

// NoHomeError indicates that the default location of a file or directory is unknown, because there is no home directory.
type NoHomeError struct {
	For  string // the file or directory, as in "the delivery log"
	Hint string
}

func (e *NoHomeError) Error() string { return "there is no home directory for " + e.For }

// Advice returns the hint.
func (e *NoHomeError) Advice() string { return e.Hint }

// Advice returns the hint.
func (e *Error) Advice() string { return e.Hint }

// withoutPath returns the cause of a file error, without the operation and the path, which the message names already.
func withoutPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
