package cmdutil

import "time"

// When progress is shown: only past half a second, and not so often that it flickers.
const (
	ProgressAfter = 500 * time.Millisecond
	ProgressEvery = 100 * time.Millisecond
)

// ShowsProgress reports whether somebody looks at stderr as it comes.
func ShowsProgress(a *App) bool {
	return a.W.StderrTerminal && !a.Flags.Quiet && a.W.Env("TERM") != "dumb"
}
