package cli

import (
	"io"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// stderr says what goes wrong where no Printer is at hand.
func (a *app) stderr() output.Stderr {
	return output.Stderr{W: a.w.Stderr, Color: a.colorOn(a.w.StderrTerminal), Style: a.style()}
}

// style is how text is written, by the locale.
func (a *app) style() display.Style { return display.Style{UTF8: a.w.utf8(), Location: a.w.Location} }

// printText prints a result on stdout: as it is for a program, and cleaned for a terminal.
func (a *app) printText(text string) error {
	if a.w.StdoutTerminal {
		text = a.style().CleanLines(text)
	}
	_, err := io.WriteString(a.w.Stdout, text)
	return closedPipe(err)
}

// outputOptions is how a command prints, by the global flags and the configuration.
func (a *app) outputOptions() (output.Options, error) {
	cfg, err := a.config()
	if err != nil {
		return output.Options{}, err
	}
	format := a.flags.output
	if format == "" {
		format = cfg.String("output")
	}
	if a.flags.color == "" {
		a.flags.color = cfg.String("color")
	}
	o := output.Options{
		Stdout: a.w.Stdout, Stderr: a.w.Stderr,
		Format:   output.Format(format),
		Terminal: a.w.StdoutTerminal,
		Color:    a.colorOn(a.w.StdoutTerminal),
		ErrColor: a.colorOn(a.w.StderrTerminal),
		Home:     a.w.Home,
		Self:     a.self(),
		Quiet:    a.flags.quiet,
		Verbose:  a.flags.verbose,
		Now:      a.w.Now(),
		Style:    a.style(),
	}
	if a.w.StdoutTerminal {
		o.Style.Width, o.Width = a.w.Width(), a.w.Width
	}
	return o, nil
}

// when writes a time for people: of another day than today with its date.
func (a *app) when(t time.Time) string {
	return display.When(t, a.w.Now(), display.Style{Location: a.w.Location})
}

// whenToTheMinute writes a time as when does, without the seconds.
func (a *app) whenToTheMinute(t time.Time) string {
	return display.WhenMinutes(t, a.w.Now(), display.Style{Location: a.w.Location})
}

// self is how the program was called, with the global flags that lead to the same settings and the same log; empty where none was
// given.
func (a *app) self() string {
	said := ""
	for _, f := range []struct{ name, value string }{
		{"config", a.flags.config}, {"data-dir", a.flags.dataDir}, {"profile", a.flags.profile}, {"api-url", a.flags.apiURL},
	} {
		if f.value != "" {
			said += " --" + f.name + " " + shellWord(f.value)
		}
	}
	switch a.flags.sandbox {
	case "true":
		said += " --sandbox"
	case "false":
		said += " --sandbox=false"
	}
	if said == "" {
		return ""
	}
	return "vidiking" + said
}

// shellWord quotes what a shell would not take as one word.
func shellWord(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_.:@%+=,"
	if strings.Trim(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// colorOn decides on colour for a stream: the flag, then NO_COLOR and CLICOLOR_FORCE (no-color.org, bixense.com/clicolors), then
// whether it is a terminal that can.
func (a *app) colorOn(terminal bool) bool {
	force := a.w.env("CLICOLOR_FORCE")
	switch {
	case a.flags.color == "always":
		return true
	case a.flags.color == "never":
		return false
	case a.w.env("NO_COLOR") != "":
		return false
	case force != "" && force != "0":
		return true
	default:
		return terminal && a.w.env("TERM") != "dumb"
	}
}
