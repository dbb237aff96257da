package cmdutil

import (
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// ShowsProgress reports whether stderr is a terminal that can show progress.
func ShowsProgress(a *App) bool {
	return a.Env.StderrTerminal && !a.Flags.Quiet && a.Env.Getenv("TERM") != "dumb"
}

// ShowElapsed runs f. If that takes more than half a second, a terminal shows a line with the time that it has taken so far, until f is
// done.
func ShowElapsed(a *App, line func(took time.Duration) string, f func() error) error {
	if !ShowsProgress(a) {
		return f()
	}
	done := make(chan struct{})
	var drawing sync.WaitGroup
	drawing.Go(func() { drawElapsed(a, line, done) })
	defer drawing.Wait()
	defer close(done)
	return f()
}

func drawElapsed(a *App, line func(took time.Duration) string, done <-chan struct{}) {
	shown := output.NewProgress(a.Env.Stderr, display.Style{Width: a.Env.Width()})
	defer shown.Clear()
	start := time.Now()
	tick := time.NewTicker(output.ProgressAfter)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			shown.Print(line(time.Since(start).Truncate(time.Second)))
		}
	}
}
