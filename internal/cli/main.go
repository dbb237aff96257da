package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// app is one run of the program: the world, the global flags, and what was made of them so far.
type app struct {
	w          World
	flags      globals
	sends      bool           // the command sends deliveries
	newProfile bool           // the profile may be one that is not there yet
	cfg        *config.Config // loaded when a command first asks, since `version` and `help` need none
	interrupts <-chan os.Signal
	taken      chan struct{} // closed by a command that takes the interrupts itself
	left       chan struct{} // closed when nobody else takes them
	helpErr    error         // of printing help, which Cobra has no way to hand on
}

// globals is the flags that every command has.
type globals struct {
	config, dataDir, profile string
	apiURL, sandbox          string // sandbox: true, false, or empty where it was not given
	output, color            string
	quiet, verbose           bool
}

// Main runs the program in the world and returns its exit code. It never panics and never exits.
func Main(ctx context.Context, w World) int {
	a := newApp(w)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	root := a.root()
	root.PersistentPreRun = func(cmd *cobra.Command, _ []string) {
		a.sends = cmd.Name() == "trigger" || cmd.Name() == "replay"
		if !isBrief(cmd) {
			a.watchInterrupts(ctx, cancel)
			a.sayLeft(cmd)
		}
	}
	if len(w.Args) > 0 && w.Args[0] == cobra.ShellCompRequestCmd {
		unquoteUsages(root)
	}
	root.SetArgs(append([]string{}, w.Args...)) // never nil, for which Cobra would look at os.Args
	root.SetIn(w.Stdin)
	root.SetOut(w.Stdout)
	root.SetErr(w.Stderr)
	err := root.ExecuteContext(ctx)
	return a.end(ctx, errors.Join(err, a.helpErr))
}

// newApp is the program in a world, before it does anything.
func newApp(w World) *app {
	return &app{w: w, taken: make(chan struct{}), left: make(chan struct{})}
}

// isBrief reports whether a command is over at once and looks at nothing: it is left to the system to interrupt it, and it pays for
// nothing that only others need.
func isBrief(cmd *cobra.Command) bool {
	switch cmd.Name() {
	case "version", "help", "completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
		return true
	}
	return cmd.Flags().Changed("version")
}

// watchInterrupts lets the first interrupt cancel the command's context, until takeInterrupts.
func (a *app) watchInterrupts(ctx context.Context, cancel context.CancelFunc) {
	a.interrupts = a.w.Signals()
	go func() {
		defer close(a.left)
		select {
		case <-a.interrupts:
			cancel()
		case <-a.taken:
		case <-ctx.Done():
		}
	}()
}

// takeInterrupts gives the interrupts to the caller; until then the first one cancels the command's context, which the caller looks at
// after this.
func (a *app) takeInterrupts() <-chan os.Signal {
	close(a.taken)
	<-a.left
	return a.interrupts
}

// end says what a command ended with, and gives it its code.
func (a *app) end(ctx context.Context, err error) int {
	var silent errSilent
	switch {
	case err == nil, isClosedPipe(err):
		return exitDone
	case errors.As(err, &silent):
		return silent.code
	}
	f := a.explain(err)
	if ctx.Err() != nil {
		f = a.interrupted(err)
	}
	for i, l := range f.hint {
		f.hint[i] = output.Options{Self: a.self()}.Command(l)
	}
	a.stderr().Error(a.w.withShortPaths(f.what), f.detail, f.hint)
	return f.code
}

// stderr says what goes wrong where no Printer is at hand.
func (a *app) stderr() output.Stderr {
	return output.Stderr{W: a.w.Stderr, Color: a.colorOn(a.w.StderrTerminal)}
}

// config loads the configuration, once.
func (a *app) config() (*config.Config, error) {
	if a.cfg != nil {
		return a.cfg, nil
	}
	cfg, err := config.Load(a.w.configWorld(), a.configFlags())
	if err != nil {
		return nil, err
	}
	for _, f := range []struct{ key, value string }{{config.APIURL, a.flags.apiURL}, {config.Sandbox, a.flags.sandbox}} {
		if f.value == "" {
			continue
		}
		if err := cfg.Override(f.key, f.value); err != nil {
			return nil, err
		}
	}
	a.cfg = cfg
	return cfg, nil
}

func (a *app) configFlags() config.Flags {
	return config.Flags{Config: a.flags.config, DataDir: a.flags.dataDir, Profile: a.flags.profile, NewProfile: a.newProfile}
}

// dataDir is the directory of the delivery log and the sessions.
func (a *app) dataDir() (string, error) {
	cfg, err := a.config()
	if err != nil {
		return "", err
	}
	return cfg.DataDir()
}

// sayWarnings says what is odd about the configuration, for a command that uses what is in it.
func (a *app) sayWarnings(p output.Printer) {
	for _, w := range a.cfg.Warnings() {
		p.Warning("configuration", w.Msg, lines(w.Hint))
	}
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
		Style:    display.Style{UTF8: a.w.utf8(), Location: a.w.Location},
	}
	if a.w.StdoutTerminal {
		o.Style.Width, o.Width = a.w.Width(), a.w.Width
	}
	return o, nil
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

func isUTF8Locale(v string) bool {
	v = strings.ToLower(v)
	return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
}

// isClosedPipe reports whether the error is that whoever read our output went away.
func isClosedPipe(err error) bool {
	return errors.Is(err, errPipe) || errors.Is(err, io.ErrClosedPipe)
}
