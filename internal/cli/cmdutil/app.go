package cmdutil

import (
	"errors"
	"io"
	"os"
	"time"

	"github.com/spf13/pflag"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Explain turns any error that a command ends with into a failure. What the parts below say by type gets its hint here, in one place.
func (a *App) Explain(err error) *Failure {
	var f *Failure
	if errors.As(err, &f) {
		return f
	}
	for _, try := range []func(error) *Failure{func(err error) *Failure { return explainStore(a, err) }, func(err error) *Failure { return explainAPI(a, err) }, explainInput, explainConfig, explainItself} {
		if f := try(err); f != nil {
			f.Cause = err
			return f
		}
	}
	return Failed(err, err.Error())
}

// TakeInterrupts gives the interrupts to the caller; until then the first one cancels the command's context, which the caller looks at
// after this.
func (a *App) TakeInterrupts() <-chan os.Signal {
	close(a.taken)
	<-a.left
	return a.interrupts
}

// App is one run of the program: the world, the global flags, and what was made of them so far.
type App struct {
	WithFlag   func(flag, argument string) (line string, ok bool) // the command line with an argument given by a flag instead
	W          World
	Flags      globals
	Sends      bool           // the command sends deliveries
	NewProfile bool           // the profile may be one that is not there yet
	Cfg        *config.Config // loaded when a command first asks, since `version` and `help` need none
	interrupts <-chan os.Signal
	taken      chan struct{} // closed by a command that takes the interrupts itself
	left       chan struct{} // closed when nobody else takes them
	HelpErr    error         // of printing help, which Cobra has no way to hand on
}

// globals is the flags that every command has.
type globals struct {
	Config, DataDir, Profile string
	APIURL, Sandbox          string // sandbox: true, false, or empty where it was not given
	Output, Color            string
	Quiet, Verbose           bool
}

// NewApp is the program in a world, before it does anything.
func NewApp(w World) *App {
	return &App{W: w, taken: make(chan struct{}), left: make(chan struct{})}
}

// Stderr says what goes wrong where no Printer is at hand.
func (a *App) Stderr() output.Stderr {
	return output.Stderr{W: a.W.Stderr, Color: colorOn(a, a.W.StderrTerminal), Style: style(a)}
}

// PrintText prints a result on stdout: as it is for a program, and cleaned for a terminal.
func (a *App) PrintText(text string) error {
	if a.W.StdoutTerminal {
		text = style(a).CleanLines(text)
	}
	_, err := io.WriteString(a.W.Stdout, text)
	return ClosedPipe(err)
}

// OutputOptions is how a command prints, by the global flags and the configuration.
func (a *App) OutputOptions() (output.Options, error) {
	cfg, err := a.Config()
	if err != nil {
		return output.Options{}, err
	}
	format := a.Flags.Output
	if format == "" {
		format = cfg.String("output")
	}
	if a.Flags.Color == "" {
		a.Flags.Color = cfg.String("color")
	}
	o := output.Options{
		Stdout: a.W.Stdout, Stderr: a.W.Stderr,
		Format:   output.Format(format),
		Terminal: a.W.StdoutTerminal,
		Color:    colorOn(a, a.W.StdoutTerminal),
		ErrColor: colorOn(a, a.W.StderrTerminal),
		Home:     a.W.Home,
		Self:     a.Self(),
		Quiet:    a.Flags.Quiet,
		Verbose:  a.Flags.Verbose,
		Now:      a.W.Now(),
		Style:    style(a),
	}
	if a.W.StdoutTerminal {
		o.Style.Width, o.Width = a.W.Width(), a.W.Width
	}
	return o, nil
}

// when writes a time for people: of another day than today with its date.
func (a *App) when(t time.Time) string {
	return display.When(t, a.W.Now(), display.Style{Location: a.W.Location})
}

// Self is how the program was called, with the global flags that lead to the same settings and the same log; empty where none was
// given.
func (a *App) Self() string {
	said := ""
	for _, f := range []struct{ name, value string }{
		{"config", a.Flags.Config}, {"data-dir", a.Flags.DataDir}, {"profile", a.Flags.Profile}, {"api-url", a.Flags.APIURL},
	} {
		if f.value != "" {
			said += " --" + f.name + " " + ShellWord(f.value)
		}
	}
	switch a.Flags.Sandbox {
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

// Secret returns the secret that was given, else the one that the program made before, else makes one.
func (a *App) Secret() (KnownSecret, error) {
	cfg, err := a.Config()
	if err != nil {
		return KnownSecret{}, err
	}
	if s, _, ok := cfg.Secret(); ok {
		return KnownSecret{Secret: s}, nil
	}
	dir, err := cfg.DataDir()
	if err != nil {
		return KnownSecret{}, err
	}
	s, justNow, err := config.EnsureSecret(dir, a.W.Random)
	if err != nil {
		f := a.Explain(err)
		f.Hints = append(f.Hints, "set VIDIKING_WEBHOOK_SECRET, or use another directory: --data-dir DIR")
		return KnownSecret{}, f
	}
	return KnownSecret{Secret: s, Made: true, JustNow: justNow}, nil
}

// GivenSecrets is the secret that secret returns, and none where it would make one.
func (a *App) GivenSecrets() ([]webhook.Secret, error) {
	cfg, err := a.Config()
	if err != nil {
		return nil, err
	}
	if s, _, ok := cfg.Secret(); ok {
		return []webhook.Secret{s}, nil
	}
	dir, err := cfg.DataDir()
	if err != nil {
		return nil, err
	}
	if s, ok, err := config.GeneratedSecret(dir); err != nil || ok {
		return []webhook.Secret{s}, err
	}
	return nil, nil
}

// Config loads the configuration, once.
func (a *App) Config() (*config.Config, error) {
	if a.Cfg != nil {
		return a.Cfg, nil
	}
	cfg, err := config.Load(a.W.ConfigWorld(), ConfigFlags(a))
	if err != nil {
		return nil, err
	}
	for _, f := range []struct{ key, value string }{{config.APIURL, a.Flags.APIURL}, {config.Sandbox, a.Flags.Sandbox}} {
		if f.value == "" {
			continue
		}
		if err := cfg.Override(f.key, f.value); err != nil {
			return nil, err
		}
	}
	a.Cfg = cfg
	return cfg, nil
}

// DataDir is the directory of the delivery log and the sessions.
func (a *App) DataDir() (string, error) {
	cfg, err := a.Config()
	if err != nil {
		return "", err
	}
	return cfg.DataDir()
}

// Settings is the configuration with what the command's flags say over it. A setting's flag has its key's name, with - for _.
func (a *App) Settings(flags *pflag.FlagSet) (*config.Config, error) {
	cfg, err := a.Config()
	if err != nil {
		return nil, err
	}
	for _, k := range config.Keys() {
		if f := flags.Lookup(k.Flag); k.Flag != "" && f != nil && f.Changed {
			if err := cfg.Override(k.Name, f.Value.String()); err != nil {
				return nil, err
			}
		}
	}
	return cfg, nil
}

// explainItself returns the failure of an error that explains itself; nil if there is none.
func explainItself(err error) *Failure {
	var e interface{ Explain() *Failure }
	if errors.As(err, &e) {
		return e.Explain()
	}
	return nil
}
