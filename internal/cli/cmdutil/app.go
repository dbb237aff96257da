package cmdutil

import (
	"io"
	"os"

	"github.com/spf13/pflag"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// App is one run of the program: its environment, its global flags and the configuration loaded so far.
type App struct {
	Env             Environment
	Flags           globalFlags
	WithFlag        func(flag, argument string) (line string, ok bool) // returns the command line with an argument turned into a flag's value
	Sends           bool                                               // the command sends deliveries
	AllowNewProfile bool                                               // --profile may name a profile that does not exist yet
	Cfg             *config.Config                                     // loaded on first use, because `version` and `help` need none
	HelpErr         error                                              // an error from printing help, which Cobra can't return

	interrupts <-chan os.Signal
	taken      chan struct{} // closed when the command takes over the interrupts
	released   chan struct{} // closed when WatchInterrupts no longer reads interrupts
}

// globalFlags are the flags that every command has.
type globalFlags struct {
	Config, DataDir, Profile string
	APIURL, Sandbox          string // Sandbox is true, false, or empty if not given
	Output, Color            string
	Quiet, Verbose           bool
}

// NewApp returns a run of the program in an environment. It does nothing yet.
func NewApp(e Environment) *App {
	return &App{Env: e, taken: make(chan struct{}), released: make(chan struct{})}
}

// TakeInterrupts hands the interrupts to the caller. Before that, the first interrupt cancels the command's context, so the caller must
// check the context after this call.
func (a *App) TakeInterrupts() <-chan os.Signal {
	close(a.taken)
	<-a.released
	return a.interrupts
}

// Stderr prints errors and notes if there is no Printer.
func (a *App) Stderr() output.Stderr {
	return output.Stderr{W: a.Env.Stderr, Color: a.Env.useColor(a.Flags.Color, a.Env.StderrTerminal), Style: a.Env.style(), JSON: a.Flags.Output == string(output.FormatJSON)}
}

// PrintText prints a result on stdout. It cleans the text if stdout is a terminal.
func (a *App) PrintText(text string) error {
	if a.Env.StdoutTerminal {
		text = a.Env.style().CleanLines(text)
	}
	_, err := io.WriteString(a.Env.Stdout, text)
	return output.ClosedPipe(err)
}

// OutputOptions returns how a command prints, according to the global flags and the configuration.
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
	a.Flags.Output = format
	o := output.Options{
		GitHub: a.GitHub(),
		Stdout: a.Env.Stdout, Stderr: a.Env.Stderr,
		Format:   output.Format(format),
		Terminal: a.Env.StdoutTerminal,
		Color:    a.Env.useColor(a.Flags.Color, a.Env.StdoutTerminal),
		ErrColor: a.Env.useColor(a.Flags.Color, a.Env.StderrTerminal),
		Home:     a.Env.Home,
		Self:     a.Self(),
		Quiet:    a.Flags.Quiet,
		Verbose:  a.Flags.Verbose,
		Now:      a.Env.Now(),
		Style:    a.Env.style(),
	}
	if a.Env.StdoutTerminal {
		o.Style.Width, o.Width = a.Env.Width(), a.Env.Width
	}
	return o, nil
}

// Self returns how to call the program with the same configuration and log: its name and the global flags that choose them. It returns ""
// if no such flag was given.
func (a *App) Self() string {
	flags := ""
	for _, f := range []struct{ name, value string }{
		{"config", a.Flags.Config}, {"data-dir", a.Flags.DataDir}, {"profile", a.Flags.Profile}, {"api-url", a.Flags.APIURL},
	} {
		if f.value != "" {
			flags += " --" + f.name + " " + ShellWord(f.value)
		}
	}
	switch a.Flags.Sandbox {
	case "true":
		flags += " --sandbox"
	case "false":
		flags += " --sandbox=false"
	}
	if flags == "" {
		return ""
	}
	return "vidiking" + flags
}

// Config loads the configuration on its first call and returns it.
func (a *App) Config() (*config.Config, error) {
	if a.Cfg != nil {
		return a.Cfg, nil
	}
	cfg, err := config.Load(a.Env.ForConfig(), a.ConfigFlags())
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

// DataDir returns the directory of the delivery log and the sessions.
func (a *App) DataDir() (string, error) {
	cfg, err := a.Config()
	if err != nil {
		return "", err
	}
	return cfg.DataDir()
}

// Settings returns the configuration, overridden by the command's flags. A setting's flag is named like its key, with - for _.
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

// ConfigFlags returns the global flags that choose the configuration.
func (a *App) ConfigFlags() config.Flags {
	return config.Flags{Config: a.Flags.Config, DataDir: a.Flags.DataDir, Profile: a.Flags.Profile, NewProfile: a.AllowNewProfile}
}

// PrintWarnings warns about problems in the configuration.
func (a *App) PrintWarnings(p output.Printer) {
	for _, w := range a.Cfg.Warnings() {
		p.Warning("configuration", w.Msg, Lines(w.Hint))
	}
}
