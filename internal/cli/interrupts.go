package cli

import (
	"context"
	"os"

	"github.com/spf13/cobra"
)

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

// isBrief reports whether a command is over at once and looks at nothing: it is left to the system to interrupt it, and it pays for
// nothing that only others need.
func isBrief(cmd *cobra.Command) bool {
	switch cmd.Name() {
	case "version", "help", "completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
		return true
	}
	return cmd.Flags().Changed("version")
}
