package cmdutil

import "time"

// progressAfter is the time after which an operation shows its progress.
const progressAfter = 500 * time.Millisecond

// ShowsProgress reports whether stderr is a terminal that can show progress.
func ShowsProgress(a *App) bool {
	return a.Env.StderrTerminal && !a.Flags.Quiet && a.Env.Getenv("TERM") != "dumb"
}
