package cmdutil

import (
	"fmt"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// ShowMigration runs open, which opens the delivery log in dir. If that migrates a log of an older version and takes more than half a
// second, a terminal shows a line until it is done.
func ShowMigration(a *App, dir string, open func() error) error {
	outdated, size := store.Outdated(dir)
	if !outdated || !ShowsProgress(a) {
		return open()
	}
	opened := make(chan struct{})
	var drawing sync.WaitGroup
	drawing.Go(func() { drawMigration(a, size, opened) })
	err := open()
	close(opened)
	drawing.Wait()
	return err
}

func drawMigration(a *App, size int64, opened <-chan struct{}) {
	line := output.NewProgress(a.Env.Stderr, display.Style{Width: a.Env.Width()})
	defer line.Clear()
	start := time.Now()
	tick := time.NewTicker(progressAfter)
	defer tick.Stop()
	for {
		select {
		case <-opened:
			return
		case <-tick.C:
			took := time.Since(start).Truncate(time.Second)
			line.Print(fmt.Sprintf("Updating the delivery log to this version's format: %s, %s. Ctrl-C cancels.", display.Bytes(size), took))
		}
	}
}
