package cmdutil

import (
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
)

// style returns the text style that fits the locale.
func (e Environment) style() display.Style {
	return display.Style{UTF8: e.isUTF8(), Location: e.Location}
}

// when formats a time for text output. A time of another day includes the date.
func (e Environment) when(t time.Time) string {
	return display.When(t, e.Now(), display.Style{Location: e.Location})
}

// WhenMinutes formats a time for text output, without seconds.
func (e Environment) WhenMinutes(t time.Time) string {
	return display.WhenMinutes(t, e.Now(), display.Style{Location: e.Location})
}

// useColor decides whether a stream gets color: by --color, then NO_COLOR and CLICOLOR_FORCE (no-color.org, bixense.com/clicolors), then
// by whether the stream is a terminal that supports color.
func (e Environment) useColor(flag string, isTerminal bool) bool {
	force := e.Getenv("CLICOLOR_FORCE")
	switch {
	case flag == "always":
		return true
	case flag == "never":
		return false
	case e.Getenv("NO_COLOR") != "":
		return false
	case force != "" && force != "0":
		return true
	default:
		return isTerminal && e.Getenv("TERM") != "dumb"
	}
}

// ShellWord quotes s unless a shell takes it as one word as it is.
func ShellWord(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_.:@%+=,"
	if strings.Trim(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
