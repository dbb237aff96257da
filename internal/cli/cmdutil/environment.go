package cmdutil

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/config"
)

// Environment is everything outside the program that a command may use. main fills it in.
type Environment struct {
	Streams

	Args      []string // without the program's name
	LookupEnv func(string) (string, bool)
	Home      string // the user's home directory; empty if there is none
	WorkDir   string
	GOOS      string

	Now      func() time.Time
	Location *time.Location
	Random   io.Reader
	Signals  func() <-chan os.Signal // starts to catch interrupts: the first one drains, the second one aborts
}

// Streams are the standard streams and the user's terminal.
type Streams struct {
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer

	StdinTerminal  bool
	StdoutTerminal bool
	StderrTerminal bool
	Width          func() int                            // of the terminal on stdout, in cells; 0 if there is none
	ReadSecret     func(context.Context) (string, error) // reads a line from the terminal without echo
	OpenTerminal   func() (in, out *os.File, err error)  // opens the user's terminal if the streams are redirected; nil if there is none
}

// Getenv returns an environment variable; "" if it is not set.
func (e Environment) Getenv(name string) string {
	v, _ := e.LookupEnv(name)
	return v
}

// isUTF8 reports whether the locale in the environment uses UTF-8. Without a locale it returns true, because most containers and CI
// systems have none, and their logs are read in browsers.
func (e Environment) isUTF8() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := e.Getenv(name); v != "" {
			v = strings.ToLower(v)
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return true
}

// ForConfig returns the part of the environment that the configuration needs.
func (e Environment) ForConfig() config.Environment {
	return config.Environment{LookupEnv: e.LookupEnv, Home: e.Home, WorkDir: e.WorkDir, GOOS: e.GOOS}
}

// ShortenPaths replaces the home directory with ~ in the paths of a sentence.
func (e Environment) ShortenPaths(sentence string) string {
	home := strings.TrimRight(e.Home, `/\`)
	if home == "" {
		return sentence
	}
	home += string(filepath.Separator)
	var b strings.Builder
	for {
		before, after, found := strings.Cut(sentence, home)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		if isWithinPath(before) {
			b.WriteString(home)
		} else {
			b.WriteString("~" + string(filepath.Separator))
		}
		sentence = after
	}
}

// isWithinPath reports whether the text after before continues a path. For example, /root/ in /mnt/root/file is not a home directory.
func isWithinPath(before string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	return before != "" && (unicode.IsLetter(last) || unicode.IsDigit(last) || strings.ContainsRune(`/\._-~`, last))
}
