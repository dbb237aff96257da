package cli

import (
	"context"
	"errors"
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
	if isCompletion(w.Args) {
		if display.Clean(strings.Join(w.Args, "")) != strings.Join(w.Args, "") {
			return exitDone // Cobra repeats wrong arguments on stderr as they are; without a line the shell completes files
		}
		unquoteUsages(root)
	}
	root.SetArgs(append([]string{}, w.Args...)) // never nil, for which Cobra would look at os.Args
	root.SetIn(w.Stdin)
	root.SetOut(w.Stdout)
	root.SetErr(w.Stderr)
	err := root.ExecuteContext(ctx)
	return a.end(ctx, errors.Join(err, a.helpErr))
}

// isCompletion reports whether a shell asks for completions.
func isCompletion(args []string) bool {
	return len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}

// newApp is the program in a world, before it does anything.
func newApp(w World) *app {
	return &app{w: w, taken: make(chan struct{}), left: make(chan struct{})}
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
		if !f.asTyped {
			f.hint[i] = output.Options{Self: a.self()}.Command(l)
		}
	}
	a.stderr().Error(a.w.withShortPaths(f.what), f.detail, f.hint)
	return f.code
}
