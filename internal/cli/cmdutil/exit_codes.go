package cmdutil

import "github.com/vidiking/vidiking-cli/internal/output"

// The exit codes (docs/exit-codes.md).
const (
	ExitDone        = output.ExitDone
	ExitFailed      = output.ExitFailed
	ExitUsage       = output.ExitUsage
	ExitHandler     = output.ExitHandler
	ExitCredentials = output.ExitCredentials
	ExitWaited      = output.ExitWaited
	ExitInterrupted = output.ExitInterrupted
)
