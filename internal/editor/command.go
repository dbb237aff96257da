package editor

import (
	"fmt"
	"strings"
)

// Command is an editor as it is called: the program, then the arguments that come before the file.
type Command struct {
	Args     []string
	Variable string // the variable that names it; empty where it is the system's default
}

// Name is what the editor is called.
func (c Command) Name() string { return c.Args[0] }

// NeedsTerminal reports whether it is known to draw on the terminal. Of an editor that somebody named, nobody but they know.
func (c Command) NeedsTerminal() bool { return c.Variable == "" && defaultsNeedTerminal }

// NotFoundError says that the editor is not there.
type NotFoundError struct {
	Name     string
	Variable string // the variable that names it; empty where none does
}

func (e *NotFoundError) Error() string {
	if e.Variable == "" {
		return "there is no editor: neither VISUAL nor EDITOR is set, and " + e.Name + " is not installed"
	}
	return fmt.Sprintf("%s names %s, which is not there", e.Variable, e.Name)
}

// Choose finds the editor: what VISUAL names, else what EDITOR names, else the system's default. env reads a variable; find looks a
// program up, as exec.LookPath does. The error is a *NotFoundError.
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

// parse takes a value apart as people write it: a program with arguments (code --wait), quoted where there are spaces, or a path with
// spaces that nobody quoted. No shell is asked, so nothing in it is run or expanded.
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

// split takes words apart at white space that is not quoted. Within single quotes everything stands for itself; elsewhere the escape
// character makes the next one do so, unless it is 0: on Windows a backslash is part of a path.
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
