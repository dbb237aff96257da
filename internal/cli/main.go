package cli

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/cli/configcmd"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// Environment is everything outside the program that a command may use. main fills it in.
type Environment = cmdutil.Environment

// Streams are the standard streams and the user's terminal.
type Streams = cmdutil.Streams

// Main runs the program and returns its exit code. It never exits by itself.
func Main(ctx context.Context, env cmdutil.Environment) int {
	a := cmdutil.NewApp(env)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	root := newRootCommand(a)
	root.PersistentPreRun = func(cmd *cobra.Command, _ []string) {
		a.Sends = cmd.Name() == "trigger" || cmd.Name() == "replay"
		if !cmdutil.IsBrief(cmd) {
			cmdutil.WatchInterrupts(ctx, a, cancel)
			configcmd.WarnUnrestored(a, cmd)
		}
	}
	if isCompletion(env.Args) {
		if display.Clean(strings.Join(env.Args, "")) != strings.Join(env.Args, "") {
			return output.ExitDone // Cobra would print wrong arguments on stderr as they are; if nothing is printed, the shell completes files
		}
		cmdutil.UnquoteUsages(root)
	}
	root.SetArgs(append([]string{}, env.Args...)) // if it were nil, Cobra would read os.Args
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	err := root.ExecuteContext(ctx)
	return end(ctx, a, errors.Join(err, a.HelpErr))
}

// isCompletion reports whether a shell asks for completions.
func isCompletion(args []string) bool {
	return len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}

// end prints the error that a command ended with, and returns the exit code.
func end(ctx context.Context, a *cmdutil.App, err error) int {
	var silent cmdutil.ErrSilent
	switch {
	case err == nil, output.IsClosedPipe(err):
		return output.ExitDone
	case errors.As(err, &silent):
		return silent.Code
	}
	f := cmdutil.Explain(a, err)
	if ctx.Err() != nil {
		f = cmdutil.Interrupted(a, err)
	}
	for i, l := range f.Hints {
		if !f.AsTyped {
			f.Hints[i] = output.Options{Self: a.Self()}.Command(l)
		}
	}
	f.What = a.Env.ShortenPaths(f.What)
	a.Stderr().Failure(f)
	a.GitHub().Failure(f)
	return f.Code
}
