package cmdutil

import (
	"context"

	"github.com/spf13/cobra"
)

// WatchInterrupts lets the first interrupt cancel the command's context, until takeInterrupts.
func WatchInterrupts(ctx context.Context, a *App, cancel context.CancelFunc) {
	a.interrupts = a.W.Signals()
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

// IsBrief reports whether a command is over at once and looks at nothing: it is left to the system to interrupt it, and it pays for
// nothing that only others need.
func IsBrief(cmd *cobra.Command) bool {
	switch cmd.Name() {
	case "version", "help", "completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
		return true
	}
	return cmd.Flags().Changed("version")
}
