package cmdutil

import (
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
)

// style is how text is written, by the locale.
func style(a *App) display.Style { return display.Style{UTF8: a.W.utf8(), Location: a.W.Location} }

// WhenToTheMinute writes a time as when does, without the seconds.
func WhenToTheMinute(a *App, t time.Time) string {
	return display.WhenMinutes(t, a.W.Now(), display.Style{Location: a.W.Location})
}

// ShellWord quotes what a shell would not take as one word.
func ShellWord(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_.:@%+=,"
	if strings.Trim(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// colorOn decides on colour for a stream: the flag, then NO_COLOR and CLICOLOR_FORCE (no-color.org, bixense.com/clicolors), then
// whether it is a terminal that can.
func colorOn(a *App, terminal bool) bool {
	force := a.W.Env("CLICOLOR_FORCE")
	switch {
	case a.Flags.Color == "always":
		return true
	case a.Flags.Color == "never":
		return false
	case a.W.Env("NO_COLOR") != "":
		return false
	case force != "" && force != "0":
		return true
	default:
		return terminal && a.W.Env("TERM") != "dumb"
	}
}
