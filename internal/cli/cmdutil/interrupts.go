package cmdutil

import (
	"context"

	"github.com/spf13/cobra"
)

// WatchInterrupts cancels the command's context on the first interrupt, unless the command calls TakeInterrupts before that.
func WatchInterrupts(ctx context.Context, a *App, cancel context.CancelFunc) {
	a.interrupts = a.Env.Signals()
	go func() {
		defer close(a.released)
		select {
		case <-a.interrupts:
			cancel()
		case <-a.taken:
		case <-ctx.Done():
		}
	}()
}

// IsBrief reports whether a command ends at once and reads no state. The system's own handling of interrupts is enough for it, so it
// skips the set-up that other commands need.
func IsBrief(cmd *cobra.Command) bool {
	switch cmd.Name() {
	case "version", "help", "completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
		return true
	}
	return cmd.Flags().Changed("version")
}
