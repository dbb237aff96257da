package cmdutil

// The exit codes (docs/exit-codes.md).
const (
	ExitDone        = 0
	ExitFailed      = 1   // it failed, or an id names nothing
	ExitUsage       = 2   // it was called or configured wrongly
	ExitHandler     = 3   // a handler did not do what it should
	ExitCredentials = 4   // the API key or the tunnel's token was refused, or there is none
	ExitWaited      = 5   // what was waited for did not come in time
	ExitInterrupted = 130 // interrupted twice
)
