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

// World is everything outside the program that a command may touch. main fills it with the real one.
type World struct {
	Args   []string // without the program's name
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer

	LookupEnv func(string) (string, bool)
	Home      string // of the user; empty where there is none
	WorkDir   string
	GOOS      string

	Now      func() time.Time
	Location *time.Location
	Random   io.Reader
	Signals  func() <-chan os.Signal // takes the interrupts from here on; the first drains, the second aborts

	StdinTerminal  bool
	StdoutTerminal bool
	StderrTerminal bool
	Width          func() int                            // of the terminal on stdout, in cells; 0 where there is none
	ReadSecret     func(context.Context) (string, error) // a line from the terminal, without echo
	OpenTerminal   func() (in, out *os.File, err error)  // the user's terminal, where the streams are not it; nil: there is none
}

// Env returns an environment variable, or "".
func (w World) Env(name string) string {
	v, _ := w.LookupEnv(name)
	return v
}

// utf8 reports whether the terminal shows more than ASCII, by the locale that the environment names. Without a locale at all it
// does: that is how most containers and CI are, and their logs are read in browsers.
func (w World) utf8() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := w.Env(name); v != "" {
			return isUTF8Locale(v)
		}
	}
	return true
}

// ConfigWorld returns what the configuration needs to know of the world.
func (w World) ConfigWorld() config.Environment {
	return config.Environment{LookupEnv: w.LookupEnv, Home: w.Home, WorkDir: w.WorkDir, GOOS: w.GOOS}
}

// WithShortPaths is a sentence whose paths in the home directory begin with ~.
func (w World) WithShortPaths(sentence string) string {
	home := strings.TrimRight(w.Home, `/\`)
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

// isWithinPath reports whether what follows a text goes on with a path: /root/ in /mnt/root/file is nobody's home.
func isWithinPath(before string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	return before != "" && (unicode.IsLetter(last) || unicode.IsDigit(last) || strings.ContainsRune(`/\._-~`, last))
}

func isUTF8Locale(v string) bool {
	v = strings.ToLower(v)
	return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
}
