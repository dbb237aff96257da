package editor

import (
	"fmt"
	"strings"
)

// Command is the command line of an editor: the program and the arguments before the file.
type Command struct {
	Args     []string
	Variable string // the variable that sets it; empty for the system default
}

// Name returns the editor's name.
func (c Command) Name() string { return c.Args[0] }

// NeedsTerminal reports whether the editor is known to run in the terminal. For an editor that the user configured, this is unknown.
func (c Command) NeedsTerminal() bool { return c.Variable == "" && defaultsNeedTerminal }

// NotFoundError reports that the editor is not installed.
type NotFoundError struct {
	Name     string
	Variable string // the variable that names the editor; empty if none does
}

func (e *NotFoundError) Error() string {
	if e.Variable == "" {
		return "no editor found: VISUAL and EDITOR are not set, and " + e.Name + " is not installed"
	}
	return fmt.Sprintf("editor not found: %q (from %s)", e.Name, e.Variable)
}

// Choose returns the editor: the one in VISUAL, else the one in EDITOR, else the system's default. env reads a variable; find locates a
// program like exec.LookPath. The error is a *NotFoundError.
func Choose(env func(name string) string, find func(program string) (string, error)) (Command, error) {
	for _, from := range []string{"VISUAL", "EDITOR"} {
		value := strings.TrimSpace(env(from))
		if args, ok := parse(value, find); len(args) > 0 && args[0] != "" {
			if !ok {
				return Command{}, &NotFoundError{Name: args[0], Variable: from}
			}
			return Command{Args: args, Variable: from}, nil
		}
	}
	for _, name := range defaults() {
		if _, err := find(name); err == nil {
			return Command{Args: []string{name}}, nil
		}
	}
	return Command{}, &NotFoundError{Name: defaults()[0]}
}

// parse splits a value into a program and its arguments. It accepts quoted words, as in code --wait, and unquoted paths with spaces. It
// never uses a shell, so the value can run or expand nothing.
func parse(value string, find func(string) (string, error)) (args []string, ok bool) {
	if args = split(value, escape); len(args) == 0 {
		return nil, false
	}
	if _, err := find(args[0]); err == nil {
		return args, true
	}
	for at, r := range value + " " {
		if r != ' ' {
			continue
		}
		program := strings.TrimRight(value[:at], " ")
		if _, err := find(program); err == nil {
			return append([]string{program}, split(value[at:], escape)...), true
		}
	}
	return args, false
}

// split splits a value into words at unquoted white space. In single quotes, all characters are literal. Elsewhere the escape character
// makes the next character literal; if escape is 0, there is none, because a backslash is part of a Windows path.
func split(s string, escape rune) []string {
	var words []string
	var word strings.Builder
	var quote rune
	begun, escaped := false, false
	for _, r := range s {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case escape != 0 && r == escape && quote != '\'':
			begun, escaped = true, true
		case quote == 0 && (r == '"' || r == '\''):
			begun, quote = true, r
		case r == quote:
			quote = 0
		case quote == 0 && (r == ' ' || r == '\t' || r == '\n'):
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			begun = true
			word.WriteRune(r)
		}
	}
	if begun {
		words = append(words, word.String())
	}
	return words
}
